import Voice

/// What is wrong with one setting: where it is, what it is, and what is allowed.
public struct SettingsComplaint: Equatable, Sendable, CustomStringConvertible {
    /// The full path of the key, as in `audio.preRollMilliseconds`.
    public let key: String
    public let problem: String

    public var description: String { "setting \(key) \(problem)" }
}

/// Reads the keys of one object of the settings, and collects what is wrong with them: a bad
/// setting never stops the others from being read.
struct SettingsReader {
    private let path: String
    private let keys: [String: JSONValue]
    private var known: Set<String> = []
    private(set) var complaints: [SettingsComplaint] = []
    /// What is known here, as JSON Schema, if that is what is wanted.
    private var shapes: [String: JSONValue]?
    private var required: [String] = []

    /// - Parameters:
    ///   - path: of the object, empty for the whole file.
    ///   - describing: whether the reader shall see every key, and not what is in the file.
    init(_ value: JSONValue, at path: String = "", describing: Bool = false) {
        self.path = path
        shapes = describing ? [:] : nil
        if case .object(let keys) = value {
            self.keys = keys
        } else {
            keys = [:]
            complain("", "is \(value); use an object")
        }
    }

    /// The value of `key`, marked as known; nil if it is not there or null.
    private mutating func take(_ key: String) -> JSONValue? {
        known.insert(key)
        return keys[key] == .null ? nil : keys[key]
    }

    /// JSON Schema (2020-12) of the object. A null returns a key to its default.
    var schema: JSONValue {
        var schema: [String: JSONValue] = [
            "type": .array([.string("object"), .string("null")]),
            // A key that a newer version left here can be taken away.
            "properties": .object(shapes ?? [:]),
            "additionalProperties": .object(["type": .string("null")]),
        ]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        return .object(schema)
    }

    /// - Parameters:
    ///   - type: as JSON Schema names it.
    ///   - allowed: for people.
    private mutating func describe(
        _ key: String, _ type: String, _ allowed: String, _ limits: [String: JSONValue]
    ) {
        guard shapes != nil else { return }
        var shape = limits
        shape["type"] = .array([.string(type), .string("null")])
        shape["description"] = .string(allowed)
        shapes?[key] = .object(shape)
    }

    func has(_ key: String) -> Bool { keys[key] != nil && keys[key] != .null }

    /// Says that the object is none without `key`.
    mutating func needs(_ key: String) { required.append(key) }

    mutating func complain(_ key: String, _ problem: String) {
        let full = [path, key].filter { !$0.isEmpty }.joined(separator: ".")
        complaints.append(SettingsComplaint(key: full, problem: problem))
    }

    /// What a value must look like, for descriptions: a type of JSON Schema and its limits.
    private typealias Shape = (type: String, limits: [String: JSONValue])

    /// The file's value if `accept` takes it; nil if there is none, or it is bad, which is then
    /// told with what is allowed.
    private mutating func accepted<Value>(
        _ key: String, _ allowed: String, _ shape: Shape, _ accept: (JSONValue) -> Value?
    ) -> Value? {
        describe(key, shape.type, allowed, shape.limits)
        guard let written = take(key) else { return nil }
        let value = accept(written)
        if value == nil { complain(key, "is \(written); use \(allowed)") }
        return value
    }

    /// Replaces `value`, the default, by the file's if `accept` takes it; else says what is allowed.
    private mutating func read<Value>(
        _ key: String, into value: inout Value, allowed: String, _ shape: Shape,
        _ accept: (JSONValue) -> Value?
    ) {
        if let accepted = accepted(key, allowed, shape, accept) { value = accepted }
    }

    /// The same for a key whose default is that it is not there. (Of one name with the other, it
    /// would take a bad value for a good one that is nil.)
    private mutating func readOptional<Value>(
        _ key: String, into value: inout Value?, allowed: String, _ shape: Shape,
        _ accept: (JSONValue) -> Value?
    ) {
        if let accepted = accepted(key, allowed, shape, accept) { value = accepted }
    }

    mutating func read(_ key: String, into value: inout Bool) {
        read(key, into: &value, allowed: "true or false", ("boolean", [:])) { written in
            if case .bool(let bool) = written { bool } else { nil }
        }
    }

    mutating func read(_ key: String, into value: inout Int, within range: ClosedRange<Int>) {
        read(key, into: &value, allowed: Self.wholeNumber(range), Self.shape(range)) { written in
            Self.wholeNumber(written, within: range)
        }
    }

    mutating func read(_ key: String, into value: inout Int?, within range: ClosedRange<Int>) {
        readOptional(
            key, into: &value, allowed: Self.wholeNumber(range), Self.shape(range)
        ) { written in
            Self.wholeNumber(written, within: range)
        }
    }

    private static func shape(_ range: ClosedRange<Int>) -> Shape {
        (
            "integer",
            [
                "minimum": .number(Double(range.lowerBound)),
                "maximum": .number(Double(range.upperBound)),
            ]
        )
    }

    private static func wholeNumber(_ range: ClosedRange<Int>) -> String {
        "a whole number in \(range)"
    }

    private static func wholeNumber(
        _ written: JSONValue, within range: ClosedRange<Int>
    ) -> Int? {
        guard case .number(let number) = written, number.rounded() == number,
            abs(number) < 1e15, range.contains(Int(number))
        else { return nil }
        return Int(number)
    }

    mutating func read(
        _ key: String, into value: inout Double?, within range: ClosedRange<Double>
    ) {
        let shape: Shape = (
            "number", ["minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
        )
        readOptional(key, into: &value, allowed: "a number in \(range)", shape) { written in
            guard case .number(let number) = written, range.contains(number) else { return nil }
            return number
        }
    }

    mutating func read(_ key: String, into value: inout String) {
        read(key, into: &value, allowed: "a text", Self.textShape, Self.text)
    }

    mutating func read(_ key: String, into value: inout String?) {
        readOptional(key, into: &value, allowed: "a text", Self.textShape, Self.text)
    }

    private static let textShape: Shape = ("string", ["minLength": .number(1)])

    private static func shape(_ pattern: String) -> Shape {
        ("string", ["pattern": .string(pattern)])
    }

    private static func text(_ written: JSONValue) -> String? {
        guard case .string(let string) = written, !string.isEmpty else { return nil }
        return string
    }

    /// A text that `accept` takes.
    ///
    /// - Parameter pattern: which it then fits, as a regular expression.
    mutating func readName(
        _ key: String, into value: inout String?, allowed: String, pattern: String,
        _ accept: (String) -> Bool
    ) {
        readOptional(key, into: &value, allowed: allowed, Self.shape(pattern)) { written in
            Self.text(written).flatMap { accept($0) ? $0 : nil }
        }
    }

    /// The address of a server.
    ///
    /// - Parameter schemes: with which it may begin.
    mutating func readURL(
        _ key: String, into value: inout String?, schemes: [String] = ["http://", "https://"]
    ) {
        let allowed = "a URL that begins with \(schemes.joined(separator: " or "))"
        let names = schemes.map { $0.prefix { $0 != ":" } }.joined(separator: "|")
        let shape = Self.shape("^(\(names))://[^ ?#@]+$")
        readOptional(key, into: &value, allowed: allowed, shape) {
            Self.text($0).flatMap { text in
                let isURL = schemes.contains {
                    text.lowercased().hasPrefix($0) && text.count > $0.count
                }
                return isURL ? text : nil
            }
        }
    }

    /// The tag of a language.
    mutating func readLanguage(_ key: String, into value: inout String) {
        read(
            key, into: &value, allowed: Self.languages, Self.languageShape, Self.languageTag)
    }

    mutating func readLanguage(_ key: String, into value: inout String?) {
        read(
            key, into: &value, allowed: Self.languages, Self.languageShape, Self.languageTag)
    }

    private static let languageShape = shape("^[A-Za-z]{2,8}(-[A-Za-z0-9]{2,8})*$")
    private static let languages = "a language by BCP 47, as in \"en\" or \"de-AT\""

    private static func languageTag(_ written: JSONValue) -> String? {
        text(written).flatMap { isLanguageTag($0) ? $0 : nil }
    }

    /// The shape of BCP 47: a language of two or three letters, or of up to eight if it was
    /// registered as such, then subtags of one to eight letters and digits. `x-…` is private.
    static func isLanguageTag(_ text: String) -> Bool {
        let subtags = text.split(separator: "-", omittingEmptySubsequences: false)
        guard
            subtags.allSatisfy({ subtag in
                (1...8).contains(subtag.utf8.count)
                    && subtag.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    }
            }), let last = subtags.last, let language = subtags.first
        else { return false }
        if language.lowercased() == "x" { return subtags.count > 1 }
        let isName = language.utf8.count > 1 && language.utf8.allSatisfy { $0 > 0x39 }
        // A single letter or digit says what kind the subtags after it are of.
        return isName && last.utf8.count > 1
    }

    /// One of a few words.
    mutating func read<Choice>(_ key: String, into value: inout Choice)
    where Choice: RawRepresentable<String> & CaseIterable {
        read(
            key, into: &value, allowed: Self.choices(Choice.self), Self.choiceShape(Choice.self)
        ) { written in
            Self.text(written).flatMap(Choice.init(rawValue:))
        }
    }

    mutating func read<Choice>(_ key: String, into value: inout Choice?)
    where Choice: RawRepresentable<String> & CaseIterable {
        readOptional(
            key, into: &value, allowed: Self.choices(Choice.self), Self.choiceShape(Choice.self)
        ) { written in
            Self.text(written).flatMap(Choice.init(rawValue:))
        }
    }

    mutating func read(_ key: String, into value: inout String?, among words: [String]) {
        readOptional(
            key, into: &value, allowed: Self.choices(words), Self.choiceShape(words)
        ) { written in
            Self.text(written).flatMap { words.contains($0) ? $0 : nil }
        }
    }

    mutating func read(_ key: String, into value: inout String, among words: [String]) {
        read(
            key, into: &value, allowed: Self.choices(words), Self.choiceShape(words)
        ) { written in
            Self.text(written).flatMap { words.contains($0) ? $0 : nil }
        }
    }

    private static func choices(_ words: [String]) -> String {
        "one of " + words.map { "\"\($0)\"" }.joined(separator: ", ")
    }

    private static func choiceShape(_ words: [String]) -> Shape {
        ("string", ["enum": .array(words.map { .string($0) } + [.null])])
    }

    private static func choices<Choice>(_ type: Choice.Type) -> String
    where Choice: RawRepresentable<String> & CaseIterable {
        choices(Choice.allCases.map(\.rawValue))
    }

    private static func choiceShape<Choice>(_ type: Choice.Type) -> Shape
    where Choice: RawRepresentable<String> & CaseIterable {
        choiceShape(Choice.allCases.map(\.rawValue))
    }

    mutating func readPath(_ key: String, into value: inout String) {
        read(key, into: &value, allowed: Self.pathAllowed, Self.shape("^/"), Self.path)
    }

    mutating func readPath(_ key: String, into value: inout String?) {
        readOptional(
            key, into: &value, allowed: Self.pathAllowed, Self.shape("^/"), Self.path)
    }

    private static let pathAllowed = "a path that begins with /"

    private static func path(_ written: JSONValue) -> String? {
        text(written).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    mutating func read(_ key: String, into value: inout Settings.Line) {
        read(key, into: &value, allowed: Self.lineAllowed, Self.lineShape, Self.line)
        describeLine(key)
    }

    mutating func read(_ key: String, into value: inout Settings.Line?) {
        readOptional(key, into: &value, allowed: Self.lineAllowed, Self.lineShape, Self.line)
        describeLine(key)
    }

    /// No chip has more lines.
    private static let lineNumbers = 0...1023
    private static let lineAllowed = "a whole number in \(lineNumbers) or a name"

    private static let lineShape = shape(lineNumbers)

    /// The one kind of value that can be of two types.
    private mutating func describeLine(_ key: String) {
        guard case .object(var shape)? = shapes?[key] else { return }
        shape["type"] = .array(["integer", "string", "null"].map { .string($0) })
        shape["minLength"] = .number(1)
        shapes?[key] = .object(shape)
    }

    private static func line(_ written: JSONValue) -> Settings.Line? {
        guard case .number(let number) = written else { return text(written).map { .name($0) } }
        guard let line = Int(exactly: number), lineNumbers.contains(line) else { return nil }
        return .number(line)
    }

    /// A colour for each light that is named.
    mutating func read(_ key: String, into value: inout [Light: Colour]) {
        section(key) { colours in
            for light in Light.allCases where light != .off {
                var colour: Colour?
                colours.readOptional(
                    light.rawValue, into: &colour, allowed: "a colour as in \"#ff8000\"",
                    Self.shape("^#[0-9A-Fa-f]{6}$")
                ) { written in
                    Self.text(written).flatMap { Colour($0) }
                }
                if let colour { value[light] = colour }
            }
        }
    }

    /// Complains if `key` is not there.
    ///
    /// - Parameter reason: who needs it.
    mutating func require(_ key: String, _ reason: String) {
        if take(key) == nil { complain(key, "is missing; \(reason) needs it") }
    }

    mutating func read(_ key: String, into value: inout [String]) {
        let text = JSONValue.object(["type": .string("string"), "minLength": .number(1)])
        read(key, into: &value, allowed: "a list of texts", ("array", ["items": text])) { written in
            guard case .array(let array) = written else { return nil }
            let strings = array.compactMap(Self.text)
            return strings.count == array.count ? strings : nil
        }
    }

    /// Reads the object at `key`, if there is one.
    mutating func section(_ key: String, _ read: (inout SettingsReader) -> Void) {
        let isDescribing = shapes != nil
        guard let value = take(key) ?? (isDescribing ? .object([:]) : nil) else { return }
        var reader = SettingsReader(
            value, at: [path, key].filter { !$0.isEmpty }.joined(separator: "."),
            describing: isDescribing)
        read(&reader)
        if isDescribing { shapes?[key] = reader.schema }
        complaints += reader.finished()
    }

    /// Reads a list of objects; nil if the key is not there.
    mutating func list<Element>(
        _ key: String, _ read: (inout SettingsReader) -> Element?
    ) -> [Element]? {
        if shapes != nil {
            var reader = SettingsReader(.object([:]), describing: true)
            _ = read(&reader)
            guard case .object(var element) = reader.schema else { return nil }
            element["type"] = .string("object")
            // A list is replaced whole.
            element["additionalProperties"] = .bool(false)
            describe(key, "array", "a list of links", ["items": .object(element)])
            return nil
        }
        switch take(key) {
        case nil: return nil
        case .array(let array)?:
            var elements: [Element] = []
            for (index, value) in array.enumerated() {
                let name = path.isEmpty ? "\(key)[\(index)]" : "\(path).\(key)[\(index)]"
                var reader = SettingsReader(value, at: name)
                if let element = read(&reader) { elements.append(element) }
                complaints += reader.finished()
            }
            return elements
        case let other?:
            complain(key, "is \(other); use a list")
            return nil
        }
    }

    /// All that is wrong, unknown keys among it.
    func finished() -> [SettingsComplaint] {
        let unknown = Set(keys.keys).subtracting(known).sorted()
        var reader = self
        let choices = known.sorted().joined(separator: ", ")
        for key in unknown { reader.complain(key, "is unknown; known here: \(choices)") }
        return reader.complaints
    }
}
