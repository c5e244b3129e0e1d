import Codec
import Linux
public import Voice

/// The voices of espeak-ng, as the program itself lists them.
public struct ESpeakVoices: VoiceLibrary {
    private let program: String

    private static let longestList = 256 * 1024

    /// - Parameter program: its path, or its name along `PATH`.
    public init(program: String = "espeak-ng") { self.program = program }

    public func voices() async throws(ProviderError) -> [OfferedVoice] {
        let program = program
        let list = await onThread("espeak-ng") { Result { try Self.list(program) } }
        do {
            return Self.voices(in: try list.get())
        } catch {
            throw .unavailable(
                provider: "espeak-ng", reason: "\(error); install the package espeak-ng")
        }
    }

    public func preview(
        of voice: OfferedVoice, saying sentence: String
    ) async throws(ProviderError) -> AudioStream {
        try await ESpeak(program: program, voice: voice.id).speech(for: sentence)
    }

    private static func list(_ program: String) throws -> String {
        let child = try ChildProcess(program, ["--voices"])
        child.closeInput()
        var bytes: [UInt8] = []
        while bytes.count < longestList {
            let part = try child.read(atMost: 16_384)
            if part.isEmpty { break }
            bytes += part
        }
        child.kill()
        _ = child.wait()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The rows of a table: priority, language, age and gender, name, file, other languages. What
    /// a voice is asked for by is its language.
    static func voices(in list: String) -> [OfferedVoice] {
        var seen: Set<String> = []
        return list.split(whereSeparator: \.isNewline).dropFirst().compactMap { row in
            let columns = row.split(separator: " ")
            guard columns.count >= 5, seen.insert(String(columns[1])).inserted else { return nil }
            let name = columns[3].map { $0 == "_" ? " " : $0 }
            return OfferedVoice(
                id: String(columns[1]), name: String(name), language: String(columns[1]))
        }
    }
}
