import FoundationEssentials
import Voice

/// A JSON object of which every key must be known and every value fit.
struct StrictObject {
    private let keys: [String: JSONValue]
    private let path: String

    /// A request's body.
    init(_ body: [UInt8]) throws(VendorError) {
        guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else {
            throw VendorError(400, "We could not parse the JSON body of your request.")
        }
        try self.init(tree, at: "")
    }

    init(_ value: JSONValue, at path: String) throws(VendorError) {
        guard case .object(let keys) = value else {
            throw .wrong(path.isEmpty ? "body" : path, "an object")
        }
        // A key that is null is one that was not given.
        self.keys = keys.filter { $0.value != .null }
        self.path = path
    }

    func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    func has(_ key: String) -> Bool { keys[key] != nil }
    subscript(key: String) -> JSONValue? { keys[key] }

    func allow(only known: Set<String>) throws(VendorError) {
        let unknown = keys.keys.filter { !known.contains($0) }.min()
        if let unknown { throw .unknown(name(unknown)) }
    }

    func string(_ key: String, atMost limit: Int = .max) throws(VendorError) -> String? {
        guard let value = keys[key] else { return nil }
        guard case .string(let text) = value else { throw .wrong(name(key), "a string") }
        guard text.count <= limit else {
            throw .wrong(name(key), "a string of at most \(limit) characters")
        }
        return text
    }

    func string(_ key: String, among choices: [String]) throws(VendorError) -> String? {
        guard let text = try string(key) else { return nil }
        guard choices.contains(text) else {
            throw .wrong(name(key), "one of \(choices.joined(separator: ", "))")
        }
        return text
    }

    func needed<Value>(_ key: String, _ value: Value?) throws(VendorError) -> Value {
        guard let value else { throw .missing(name(key)) }
        return value
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws(VendorError) -> Double? {
        guard let value = keys[key] else { return nil }
        guard case .number(let number) = value, range.contains(number) else {
            throw .wrong(name(key), "a number in \(range)")
        }
        return number
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(VendorError) -> Int? {
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        guard let number = try number(key, in: bounds) else { return nil }
        guard let whole = Int(exactly: number) else { throw .wrong(name(key), "a whole number") }
        return whole
    }

    func bool(_ key: String) throws(VendorError) -> Bool? {
        guard let value = keys[key] else { return nil }
        guard case .bool(let bool) = value else { throw .wrong(name(key), "true or false") }
        return bool
    }

    func object(_ key: String) throws(VendorError) -> StrictObject? {
        guard let value = keys[key] else { return nil }
        return try StrictObject(value, at: name(key))
    }

    func list(_ key: String, atLeast least: Int = 0) throws(VendorError) -> [JSONValue]? {
        guard let value = keys[key] else { return nil }
        guard case .array(let list) = value, list.count >= least else {
            throw .wrong(name(key), "a list of at least \(least)")
        }
        return list
    }
}
