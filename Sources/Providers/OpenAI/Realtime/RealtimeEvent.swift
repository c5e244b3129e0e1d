import FoundationEssentials
import Voice

/// An event that a server of OpenAI's Realtime API sends, as far as it is looked at. Names that the
/// API had before its general release are taken too: compatible servers still send them.
struct RealtimeEvent: Decodable {
    let type: String
    /// Of the server; the client's is in `error`.
    let error: Failure?
    let response: Response?
    let responseID: String?
    let delta: String?
    let transcript: String?

    struct Response: Decodable {
        let id: String?
        let status: String?
        let details: Details?
        let metadata: [String: String]?

        private enum CodingKeys: String, CodingKey {
            case id, status, metadata
            case details = "status_details"
        }
    }

    struct Details: Decodable {
        let reason: String?
        let error: Failure?
    }

    struct Failure: Decodable {
        let type, code, message: String?
        /// Of the client's event that it is about.
        let eventID: String?

        private enum CodingKeys: String, CodingKey {
            case type, code, message
            case eventID = "event_id"
        }

        var told: ServiceFailure.Body {
            ServiceFailure.Body(message: message ?? "", codes: [type, code].compactMap { $0 })
        }
    }

    private enum CodingKeys: String, CodingKey {
        case type, error, response, delta, transcript
        case responseID = "response_id"
    }

    /// Nil for what is no JSON object with a type.
    init?(_ text: String) {
        guard let event = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
            return nil
        }
        self = event
    }

    var isSound: Bool { type == "response.output_audio.delta" || type == "response.audio.delta" }

    /// The words that it spoke.
    var isWording: Bool {
        type == "response.output_audio_transcript.done"
            || type == "response.audio_transcript.done"
    }
}

extension HTTPService {
    /// What an error in a Realtime session means.
    func error(_ failure: RealtimeEvent.Failure?) -> ProviderError {
        guard let failure else {
            return .failed(provider: name, reason: "it says that it failed, and not why")
        }
        return error(inStream: failure.told)
    }
}

/// What a client of the Realtime API sends, as JSON.
enum RealtimeMessage {
    /// The API's only rate of raw samples, both ways.
    static let format = AudioFormat(framesPerSecond: 24_000, channels: 1)

    static func json(_ value: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Fails only for numbers that JSON does not have; there are none.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// - Parameter samples: of `format`.
    static func append(_ samples: [Int16]) -> String {
        let bytes = samples.map(\.littleEndian).withUnsafeBytes { Data($0) }
        // By hand: the most frequent message, and nothing in it needs escaping.
        return #"{"type":"input_audio_buffer.append","audio":""# + bytes.base64EncodedString()
            + #""}"#
    }

    static let commit = #"{"type":"input_audio_buffer.commit"}"#

    static let pcm: JSONValue = .object(["type": .string("audio/pcm"), "rate": .number(24_000)])
}
