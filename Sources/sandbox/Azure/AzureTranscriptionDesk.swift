import Voice
import Web

/// Takes a recording as the REST API for short audio does, and answers behind its last byte.
final class AzureTranscriptionDesk: Desk {
    private var sound: [UInt8] = []
    private let language: String
    private let isDetailed: Bool

    /// What a recording may last.
    private static let longest = 60.0
    /// Of 16 kHz, 16 bits, mono; a header comes on top.
    private static let mostBytes = 60 * 32_000 + 4096
    /// In 100 ns.
    private static let unitsPerSecond = 10_000_000.0

    init(_ request: Request) throws(VendorError) {
        var query: [String: String] = [:]
        for (name, value) in request.query {
            guard ["language", "format", "profanity", "cid"].contains(name), query[name] == nil
            else { throw .azure("the query", "no second or unknown \"\(name)\"") }
            query[name] = value
        }
        guard let language = query["language"], Self.isLocale(language) else {
            throw .azure("language", "a language with its country, as en-US")
        }
        self.language = language
        let format = query["format"] ?? "simple"
        guard ["simple", "detailed"].contains(format) else {
            throw .azure("format", "simple or detailed")
        }
        isDetailed = format == "detailed"
        guard ["masked", "removed", "raw"].contains(query["profanity"] ?? "masked") else {
            throw .azure("profanity", "masked, removed or raw")
        }
        let type = (request["Content-Type"] ?? "").lowercased().filter { $0 != " " }
        guard type == "audio/wav;codecs=audio/pcm;samplerate=16000" else {
            throw .azure("Content-Type", "audio/wav; codecs=audio/pcm; samplerate=16000")
        }
        let accepted = request["Accept"] ?? "*/*"
        guard accepted.contains("application/json") || accepted.contains("*/*") else {
            throw Azure.error(406, "Only application/json is answered.")
        }
    }

    private static func isLocale(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        return 2...3 ~= parts[0].utf8.count && parts[0].utf8.allSatisfy { 97...122 ~= $0 }
            && parts[1].utf8.count == 2 && parts[1].utf8.allSatisfy { 65...90 ~= $0 }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        guard sound.count + bytes.count <= Self.mostBytes else {
            throw Azure.error(400, "The audio is longer than 60 seconds.")
        }
        sound += bytes
    }

    func reply(to occasion: Occasion) throws -> Reply {
        occasion.note(language, nil)
        guard let seconds = SoundFile.seconds(sound), hasTheRightFormat else {
            throw Azure.error(400, "The audio is no WAV of 16 kHz, 16 bits and one channel.")
        }
        guard seconds <= Self.longest else {
            throw Azure.error(400, "The audio is longer than 60 seconds.")
        }
        let moment = occasion.lastByte + occasion.profile.transcription
        let text = occasion.altered(occasion.script.transcript)
        guard occasion.fault != .endless else { return endless(moment) }
        return Reply(
            whole: Array(answer(text, seconds, isFailing: occasion.fault == .errorEvent).utf8),
            type: "application/json; charset=utf-8", at: moment)
    }

    /// As its header has it, behind `RIFF`, `WAVE` and the length of `fmt `.
    private var hasTheRightFormat: Bool {
        guard sound.count >= 44, sound[12..<16].elementsEqual("fmt ".utf8) else { return false }
        let mono16k: [UInt8] = [1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0]
        return sound[20..<36].elementsEqual(mono16k)
    }

    private func answer(_ text: String, _ seconds: Double, isFailing: Bool) -> String {
        let status = isFailing ? "Error" : text.isEmpty ? "NoMatch" : "Success"
        let times =
            "\"Offset\":1000000,\"Duration\":\(Int(seconds * Self.unitsPerSecond))"
        guard status == "Success" else {
            return "{\"RecognitionStatus\":\"\(status)\",\(times)}"
        }
        let words = text.quoted
        guard isDetailed else {
            // A string, as in some of Azure's own examples.
            return "{\"RecognitionStatus\":\"Success\",\"DisplayText\":\(words),"
                + "\"Offset\":\"1000000\",\"Duration\":\"\(Int(seconds * Self.unitsPerSecond))\"}"
        }
        let lexical = text.lowercased().quoted
        return "{\"RecognitionStatus\":\"Success\",\(times),\"DisplayText\":\(words),\"NBest\":["
            + "{\"Confidence\":0.94,\"Lexical\":\(lexical),\"ITN\":\(lexical),"
            + "\"MaskedITN\":\(lexical),\"Display\":\(words)},"
            + "{\"Confidence\":0.41,\"Lexical\":\"no\",\"ITN\":\"no\",\"MaskedITN\":\"no\","
            + "\"Display\":\"No.\"}]}"
    }

    private func endless(_ moment: Moment) -> Reply {
        var isFirst = true
        return Reply(
            type: "application/json",
            AnyIterator {
                defer { isFirst = false }
                let text = isFirst ? "{\"RecognitionStatus\":\"Success\",\"DisplayText\":\"" : "a "
                return Reply.Piece(moment: moment, bytes: Array(text.utf8))
            })
    }
}
