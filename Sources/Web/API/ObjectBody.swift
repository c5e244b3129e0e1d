import FoundationEssentials
import Voice

/// A body that is one JSON object.
struct ObjectBody {
    let keys: [String: JSONValue]

    /// An empty one.
    init() { keys = [:] }

    /// Deeper ones the parser would follow on a stack that is not made for it.
    private static let deepest = 32

    /// - Throws: 415 for another media type, 400 for what is no JSON, 422 for what is no object.
    init(of request: Request, _ body: [UInt8]) throws(HTTPError) {
        guard request.contentType == "application/json" else {
            throw HTTPError(
                415, "unsupported_media_type", "the body must be application/json")
        }
        guard Self.depth(of: body) <= Self.deepest else {
            throw .badRequest("the body is nested deeper than \(Self.deepest) levels")
        }
        guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else {
            throw .badRequest("the body is no JSON document")
        }
        guard case .object(let keys) = tree else {
            throw HTTPError(422, "invalid_body", "the body must be a JSON object")
        }
        self.keys = keys
    }

    /// - Parameter known: the keys that may be there.
    /// - Throws: the same, and 422 for another key.
    init(of request: Request, _ body: [UInt8], allowing known: [String]) throws(HTTPError) {
        try self.init(of: request, body)
        try allow(known)
    }

    /// The whole, as it came.
    var tree: JSONValue { .object(keys) }

    /// - Throws: 422 for the first key that is not one of `known`.
    func allow(_ known: [String]) throws(HTTPError) {
        guard let key = keys.keys.sorted().first(where: { !known.contains($0) }) else { return }
        let name = key.count > 40 ? "\(key.prefix(40))…" : key
        let list = known.isEmpty ? "nothing" : known.joined(separator: ", ")
        throw HTTPError(
            422, "invalid_field", "\(name) is unknown; known here: \(list)", field: name)
    }

    /// A text of a few words; nil if the key is not there or null.
    func choice(_ key: String, of words: [String]) throws(HTTPError) -> String? {
        switch keys[key] {
        case nil, .null?: return nil
        case .string(let word)? where words.contains(word): return word
        case let other?:
            let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
            throw .invalid(key, "is \(other); use one of \(list)")
        }
    }

    /// Whether the key is there and true.
    func isSet(_ key: String) throws(HTTPError) -> Bool {
        switch keys[key] {
        case nil, .null?, .bool(false)?: return false
        case .bool(true)?: return true
        case let other?: throw .invalid(key, "is \(other); use true or false")
        }
    }

    /// A text; nil if the key is not there.
    ///
    /// - Parameters:
    ///   - limit: in code points, as JSON Schema counts them.
    ///   - nullable: whether null is the same as missing.
    func text(
        _ key: String, upTo limit: Int, nullable: Bool = false
    ) throws(HTTPError) -> String? {
        switch keys[key] {
        case nil: return nil
        case .null? where nullable: return nil
        case .string(let text)?:
            guard text.unicodeScalars.count <= limit else {
                throw .invalid(key, "is longer than \(limit) characters")
            }
            return text
        default: throw .invalid(key, "must be a text")
        }
    }

    func requiredText(_ key: String, upTo limit: Int) throws(HTTPError) -> String {
        guard let text = try text(key, upTo: limit) else { throw .invalid(key, "is missing") }
        return text
    }

    /// A whole number; nil if the key is not there or null.
    func number(_ key: String, within range: ClosedRange<Int>) throws(HTTPError) -> Int? {
        switch keys[key] {
        case nil, .null?: return nil
        case .number(let number)?:
            if let whole = Int(exactly: number), range.contains(whole) { return whole }
        default: break
        }
        throw .invalid(key, "is \(keys[key]!); use a whole number in \(range)")
    }

    /// How deep brackets are nested outside of texts.
    private static func depth(of body: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        var (isText, isEscaped) = (false, false)
        for byte in body {
            if isEscaped {
                isEscaped = false
            } else if isText {
                isEscaped = byte == UInt8(ascii: "\\")
                if byte == UInt8(ascii: "\"") { isText = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isText = true
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    depth += 1
                    deepest = max(deepest, depth)
                case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
                default: break
                }
            }
        }
        return deepest
    }
}

extension Request {
    /// A value of the query; the last if there are several, nil if there is none.
    func queried(_ name: String) -> String? { query.last { $0.name == name }?.value }

    /// A whole number of the query; nil if there is none.
    ///
    /// - Throws: 422 for anything else.
    func number(_ name: String, within range: ClosedRange<Int>) throws(HTTPError) -> Int? {
        guard let text = queried(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalid(name, "is \"\(text.prefix(40))\"; use a whole number in \(range)")
        }
        return number
    }
}
