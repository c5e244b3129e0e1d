import Codec
import FoundationEssentials
import Glibc
import Linux
import Providers
import Voice
import VoiceLoop

/// What the recognizer on the device makes of spoken commands, and of sentences that are none:
/// each is said by synthetic voices and goes through a recognizer process of its own.
struct RecognitionBench {
    /// How a voice of espeak-ng is called and speaks.
    struct Speaker {
        let voice: String
        let wordsPerMinute: Int
        let pitch: Int
    }

    /// PocketSphinx hears nonsense in espeak-ng's plain voices.
    private static let speakers = [
        Speaker(voice: "en-us+klatt", wordsPerMinute: 150, pitch: 40),
        Speaker(voice: "en-us+klatt6", wordsPerMinute: 140, pitch: 40),
        Speaker(voice: "en-us+klatt4", wordsPerMinute: 140, pitch: 40),
    ]
    private static let recordings = "/usr/share/pocketsphinx/test/data"
    private static let pause = AudioChunk.silence(lasting: .milliseconds(300), format: .speech)

    private let recognizer = PocketSphinx(program: pathOfThisProgram())
    private let parser = RequestParser(.english)

    func run(_ tell: (String) -> Void) async throws -> Recognition {
        var result = Recognition()
        for speaker in Self.speakers {
            let voice = ESpeak(
                voice: speaker.voice, wordsPerMinute: speaker.wordsPerMinute,
                pitch: speaker.pitch)
            let name = "\(speaker.voice), \(speaker.wordsPerMinute) words a minute"
            for (sentence, request) in SpokenCommands.commands {
                let heard = try await transcript(of: sentence, by: voice)
                let understood = parser.request(in: heard)
                let verdict: Recognition.Verdict =
                    understood == request ? .right : understood == nil ? .missed : .wrong
                result.add(name, sentence, heard, verdict)
                tell("\(speaker.voice): \(verdict): \"\(sentence)\" → \"\(heard)\"")
            }
            for sentence in SpokenCommands.others {
                let heard = try await transcript(of: sentence, by: voice)
                let verdict: Recognition.Verdict =
                    parser.request(in: heard) == nil ? .ignored : .falseTrigger
                result.add(name, sentence, heard, verdict)
                tell("\(speaker.voice): \(verdict): \"\(sentence)\" → \"\(heard)\"")
            }
        }
        for recording in SpokenCommands.recordings {
            let path = "\(Self.recordings)/\(recording)"
            guard access(path, R_OK) == 0 else {
                tell("\(path) is not there; install the package pocketsphinx-testdata")
                continue
            }
            let heard = try await transcript(of: sound(path))
            let verdict: Recognition.Verdict =
                parser.request(in: heard) == nil ? .ignored : .falseTrigger
            result.add("recordings of people", recording, heard, verdict)
            tell("\(verdict): \(recording) → \"\(heard)\"")
        }
        return result
    }

    private func transcript(of sentence: String, by voice: ESpeak) async throws -> String {
        let sound = try await voice.recording(of: sentence)
        return try await transcript(
            of: AudioChunk(
                Self.pause.samples + sound.samples + Self.pause.samples, format: .speech))
    }

    private func transcript(of sound: AudioChunk) async throws -> String {
        try await recognizer.transcript(
            of: AudioStream { continuation in
                continuation.yield(sound)
                continuation.finish()
            })
    }

    private func sound(_ path: String) throws -> AudioChunk {
        guard path.hasSuffix(".raw") else {
            return Resampler.convert(
                try AudioFile.read(path, atMost: .seconds(60)).sound, to: .speech)
        }
        let bytes = try readFile(path, atMost: 1 << 22)
        let samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
        return AudioChunk(samples, format: .speech)
    }
}

/// What came of it.
struct Recognition {
    enum Verdict: String {
        /// A command: understood, not understood, taken for another.
        case right, missed, wrong
        /// Something else: taken for nothing, as it should be, or for a command.
        case ignored
        case falseTrigger = "false trigger"
    }

    private struct Row: Encodable {
        let voice, said, heard, verdict: String
    }

    private var rows: [Row] = []
    private var voices: [String] = []

    mutating func add(_ voice: String, _ said: String, _ heard: String, _ verdict: Verdict) {
        if !voices.contains(voice) { voices.append(voice) }
        rows.append(Row(voice: voice, said: said, heard: heard, verdict: verdict.rawValue))
    }

    private func count(_ verdict: Verdict, by voice: String?) -> Int {
        rows.count { (voice == nil || $0.voice == voice) && $0.verdict == verdict.rawValue }
    }

    /// As Markdown, to be pasted where figures are quoted.
    var table: String {
        var lines = [
            "| voice | commands understood | taken for another | no command taken for one |",
            "|---|---|---|---|",
        ]
        for voice in voices + [nil] {
            let right = count(.right, by: voice)
            let wrong = count(.wrong, by: voice)
            let all = right + wrong + count(.missed, by: voice)
            let triggers = count(.falseTrigger, by: voice)
            let others = triggers + count(.ignored, by: voice)
            let understood = all == 0 ? "" : "\(right) of \(all) (\(right * 100 / all) %)"
            lines.append(
                "| \(voice ?? "all") | \(understood) | \(all == 0 ? "" : "\(wrong)")"
                    + " | \(triggers) of \(others) |")
        }
        return "\(Machine().description)\n\n" + lines.joined(separator: "\n")
    }

    func json() throws -> String {
        struct Summary: Encodable {
            let machine: String
            let right, wrong, missed, falseTriggers, ignored: Int
            let rows: [Row]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let summary = Summary(
            machine: Machine().description, right: count(.right, by: nil),
            wrong: count(.wrong, by: nil), missed: count(.missed, by: nil),
            falseTriggers: count(.falseTrigger, by: nil), ignored: count(.ignored, by: nil),
            rows: rows)
        return String(decoding: try encoder.encode(summary), as: UTF8.self)
    }
}
