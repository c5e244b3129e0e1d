import Glibc
import Linux
import Providers
import TestSupport
import Testing
import Voice
import VoiceLoop

@testable import pressel
@testable import sandbox

/// Many turns with a cloud that does whatever clouds do at their worst.
struct FaultyCloudTests {
    /// The last links of the chains: what is on the device always answers.
    private struct Ear: SpeechRecognizer {
        func transcript(of speech: AudioStream) async throws(ProviderError) -> String {
            do { for try await _ in speech {} } catch { throw .cancelled }
            return "What time is it?"
        }
    }

    private struct Mind: LanguageModel {
        func reply(to prompt: Prompt) async throws(ProviderError) -> TextStream {
            TextStream { stream in
                stream.yield("I cannot reach anybody.")
                stream.finish()
            }
        }
    }

    private struct Mouth: SpeechSynthesizer {
        func speech(for text: String) async throws(ProviderError) -> AudioStream {
            AudioStream { stream in
                stream.yield(TestSound.noise(lasting: .milliseconds(100), amplitude: 0.1))
                stream.finish()
            }
        }
    }

    /// So many turns have whatever a program keeps for good behind them.
    private static let warmUp = 300
    private static let turns = 1000
    /// Bytes; the test's own records are among them.
    private static let mostGrowth = 1 << 20

    @Test(
        "A thousand turns with faults at random: each ends, each is heard, nothing is left behind",
        .timeLimit(.minutes(10)))
    func thousand() async throws {
        var script = Script()
        script.reply = "One two three. Four five six. Seven eight nine."
        script.faults = Fault.allCases.enumerated().map { index, fault in
            var rule = FaultRule(fault)
            rule.probability = 0.015
            rule.seed = UInt64(index + 1)
            return rule
        }
        let sandbox = try Sandbox(script)
        let clock = InstantClock()
        let key = "key-of-a-thousand-turns"
        // Keeping all that it is told would be what grows.
        let leaks = Counter()
        let log = Log(part: "test") { _, _, line in
            if line.contains(key) { leaks.increment() }
        }
        let server = HTTPService.openAI(
            baseURL: sandbox.baseURL, key: key, client: HTTPClient(),
            timeout: .milliseconds(150), clock: clock, log: log)
        let question = TestSound.noise(lasting: .milliseconds(300), amplitude: 0.001)
        let words = TestSound.noise(lasting: .milliseconds(700), amplitude: 0.3)
        let sound = AudioChunk(question.samples + words.samples, format: .speech)
        var settings = LoopSettings()
        settings.sounds = false
        settings.longestReply = .seconds(3)

        var parts = LoopParts(
            microphone: FileMicrophone(sound: sound), speaker: RecordingSpeaker(),
            recognizers: Failover(
                [
                    .init(
                        "openai",
                        OpenAITranscription(
                            server, model: ModelChoice("gpt-transcribe"), language: "en",
                            upload: .streamed)), .init("ear", Ear()),
                ], clock: clock, log: log),
            languageModels: Failover(
                [
                    .init(
                        "openai", OpenAIChat(server, model: ModelChoice("gpt-6-luna"), tools: nil)),
                    .init("mind", Mind()),
                ], clock: clock, log: log),
            synthesizers: Failover(
                [
                    .init("openai", OpenAISpeech(server, model: ModelChoice("gpt-4o-mini-tts"))),
                    .init("mouth", Mouth()),
                ], clock: clock, log: log),
            ownVoice: Mouth(), clock: clock, log: log)

        var outcomes: [Outcome: Int] = [:]
        var before: (descriptors: Int, threads: Int, memory: Int)?
        let usage = ProcessUsage(of: Int(getpid()))
        for turn in 1...Self.turns {
            // Whoever was passed over is asked again.
            clock.advance(by: .seconds(700))
            let speaker = RecordingSpeaker()
            parts.speaker = speaker
            let report = await SingleTurn(parts, settings: settings).answerRecording()
            outcomes[report.outcome, default: 0] += 1
            #expect(report.outcome == .answered || report.outcome == .failed, "turn \(turn)")
            #expect(speaker.sound?.isEmpty == false, "turn \(turn) was silent: \(report)")
            sandbox.forget()
            if turn == Self.warmUp {
                before = (usage.descriptors, usage.threads, allocatedMemory)
            }
        }
        #expect(outcomes[.answered, default: 0] > Self.turns / 2)
        #expect(outcomes[.failed, default: 0] > 0)
        #expect(leaks.value == 0)
        // Connections may come and go, and a test's process has a heap for each thread.
        let then = try #require(before)
        #expect(usage.descriptors <= then.descriptors + 20)
        #expect(usage.threads <= then.threads + 20)
        // A stand-in may still be making an answer that nobody wants.
        for _ in 0..<1000 where allocatedMemory > then.memory + Self.mostGrowth {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(allocatedMemory <= then.memory + Self.mostGrowth)
    }
}
