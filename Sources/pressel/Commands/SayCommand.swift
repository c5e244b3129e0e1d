import Linux
import Voice

/// `pressel say TEXT [--out FILE]`
struct SayCommand {
    private let text: String
    private let out: AnswerFile?
    private let configuration: Configuration

    init(_ arguments: [String]) throws {
        let options = try Options(
            command: arguments, valued: ["out"] + Configuration.options, operands: 1)
        text = options.operands[0]
        out = try options["out"].map { try AnswerFile($0) }
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        let log = LogWriter.log()
        configuration.report(to: log)
        let appliance = Appliance(configuration, log: .silent)
        if let out {
            let speaker = RecordingSpeaker()
            try await speak(appliance.ownVoice, on: speaker)
            try out.write(speaker.sound!)
        } else {
            let speaker = appliance.speaker()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await speaker.run() }
                defer { group.cancelAll() }
                try await speak(appliance.ownVoice, on: speaker)
            }
        }
        return 0
    }

    private func speak(_ voice: any SpeechSynthesizer, on speaker: any Speaker) async throws {
        let playback = speaker.begin()
        for try await chunk in try await voice.speech(for: text) {
            _ = try await playback.play(chunk)
        }
        _ = try await playback.drain()
    }
}
