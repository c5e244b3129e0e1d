import Audio
import Codec
import Linux
import Synchronization
import Voice
import VoiceLoop

/// `pressel ask [--wav FILE | --text TEXT] [--out FILE] [--json]`
struct AskCommand {
    private let wav: String?
    private let text: String?
    private let out: AnswerFile?
    private let json: Bool
    private let configuration: Configuration

    init(_ arguments: [String]) throws {
        let options = try Options(
            command: arguments, flags: ["json"],
            valued: ["wav", "text", "out"] + Configuration.options)
        wav = options["wav"]
        text = options["text"]
        out = try options["out"].map { try AnswerFile($0) }
        json = options.has("json")
        if let text, text.allSatisfy(\.isWhitespace) {
            throw Options.Misuse("ask --text needs a text")
        }
        if wav != nil, text != nil {
            throw Options.Misuse("ask takes either --wav or --text, not both")
        }
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        let log = LogWriter.log()
        configuration.report(to: log)
        // What fails is told once, in the line at the end.
        let appliance = Appliance(configuration, log: log.onlyWarnings)
        let report = try await ask(appliance)
        print(json ? try report.json() : report.text)
        if let failure = report.failure {
            Pressel.complain(failure)
            return 1
        }
        return 0
    }

    private func ask(_ appliance: Appliance) async throws -> TurnReport {
        var settings = appliance.loopSettings
        settings.sounds = false
        if let out {
            let speaker = RecordingSpeaker()
            let report = try await ask(appliance, settings, speaker)
            if let sound = speaker.sound {
                try out.write(sound)
            } else {
                Pressel.complain("nothing is said, so \(out.path) is not written")
            }
            return report
        }
        let speaker = appliance.speaker()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await speaker.run() }
            defer { group.cancelAll() }
            return try await ask(appliance, settings, TolerantSpeaker(speaker: speaker))
        }
    }

    private func ask(
        _ appliance: Appliance, _ settings: LoopSettings, _ speaker: any Speaker
    ) async throws -> TurnReport {
        if let text {
            let nobody = FileMicrophone(sound: AudioChunk([], format: .speech))
            let parts = appliance.parts(microphone: nobody, speaker: speaker)
            return await SingleTurn(parts, settings: settings).answer(text)
        }
        if let wav {
            let recording = try AudioFile.read(wav, atMost: settings.longestTurn)
            if recording.isTruncated {
                Pressel.complain("\(wav) ends before its header says; using what is there")
            }
            let sound = Resampler.convert(recording.sound, to: .speech)
            let parts = appliance.parts(
                microphone: FileMicrophone(sound: sound), speaker: speaker)
            return await SingleTurn(parts, settings: settings).answerRecording()
        }
        return await listen(appliance, settings, speaker)
    }

    /// A hands-free turn on the microphone.
    private func listen(
        _ appliance: Appliance, _ settings: LoopSettings, _ speaker: any Speaker
    ) async -> TurnReport {
        let microphone = appliance.microphone()
        let (reports, post) = AsyncStream.makeStream(of: TurnReport.self)
        let conversation = Conversation(
            appliance.parts(microphone: microphone, speaker: speaker), settings: settings,
            show: { light in
                if light == .listening { Pressel.complain("listening; ask your question") }
            },
            finished: { post.yield($0) })
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await conversation.run() }
            defer { group.cancelAll() }
            let now = Moment.now
            conversation.button(.pressed(at: now))
            conversation.button(.released(at: now))
            return await reports.first { _ in true }!
        }
    }
}

/// A speaker that may be missing: the answer is printed in any case.
private struct TolerantSpeaker: Speaker {
    let speaker: ALSASpeaker

    func begin() -> any Playback {
        TolerantPlayback(playback: speaker.begin())
    }

    func stop() async -> Moment? { await speaker.stop() }

    private final class TolerantPlayback: Playback {
        let playback: any Playback
        private let isMissing = Mutex(false)

        init(playback: any Playback) { self.playback = playback }

        func play(_ chunk: AudioChunk) async throws -> Moment {
            try await tolerating { try await playback.play(chunk) }
        }

        func drain() async throws -> Moment { try await tolerating { try await playback.drain() } }

        private func tolerating(_ work: () async throws -> Moment) async throws -> Moment {
            guard !isMissing.withLock({ $0 }) else { return .now }
            do {
                return try await work()
            } catch let error as ALSAError {
                isMissing.withLock { $0 = true }
                Pressel.complain("\(error); the answer is not heard, name a file with --out")
                return .now
            }
        }
    }
}
