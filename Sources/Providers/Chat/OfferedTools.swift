import FoundationEssentials
import Voice

/// The device's tools as a request offers them. They are always the same and take longer to write
/// than the rest of a request, so they are written once.
struct OfferedTools: Sendable {
    /// A list, or nothing.
    private let json: [UInt8]

    /// - Parameter write: makes of a tool, and the schema of its arguments, what the dialect has
    ///   for it.
    init<Entry: Encodable>(
        _ tools: [Tool], as write: (Tool, JSONValue) -> Entry
    ) throws {
        guard !tools.isEmpty else {
            json = []
            return
        }
        let written = try tools.map { tool in
            let schema = Data(tool.parameters.utf8)
            return write(tool, try JSONDecoder().decode(JSONValue.self, from: schema))
        }
        json = Array(try JSONEncoder().encode(written))
    }

    /// The member `tools` is put into the object `request`, which has others, if there are any.
    func body(of request: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        var body = Array(try encoder.encode(request))
        guard !json.isEmpty else { return body }
        // An object that is not empty, and one member more.
        body.removeLast()
        return body + Array(",\"tools\":".utf8) + json + [UInt8(ascii: "}")]
    }
}
