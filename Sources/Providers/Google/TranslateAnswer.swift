import FoundationEssentials
import Voice

/// What Google Translate answers: a line that keeps browsers from running it, then lines of JSON,
/// each behind its length. One has the sound.
enum TranslateAnswer {
    /// Why there is no sound in it.
    enum Failure: Error, Equatable {
        /// The call was made, and gave nothing.
        case empty
        /// This is no answer to the call.
        case unknown
    }

    /// The sound, which is MP3.
    static func sound(in body: [UInt8]) throws(Failure) -> [UInt8] {
        for line in body.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        where line.first == UInt8(ascii: "[") {
            guard let result = result(in: line) else { continue }
            guard case .string(let inner) = result else { throw .empty }
            let values = try? JSONDecoder().decode([String?].self, from: Data(inner.utf8))
            guard let values else { throw .unknown }
            guard let coded = values.first ?? nil, !coded.isEmpty else { throw .empty }
            guard let sound = Data(base64Encoded: coded) else { throw .unknown }
            return Array(sound)
        }
        throw .unknown
    }

    /// What the call gave, null included; nil where the line is about something else.
    private static func result(in line: ArraySlice<UInt8>) -> JSONValue? {
        guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(line)),
            case .array(let entries) = tree
        else { return nil }
        for case .array(let entry) in entries
        where entry.count > 2 && entry[0] == .string("wrb.fr")
            && entry[1] == .string(TranslateRequest.procedure)
        {
            return entry[2]
        }
        return nil
    }
}
