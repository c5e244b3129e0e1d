/// An XML element: as much of XML 1.0 as a request has, read more strictly than it says. No
/// declarations, comments or sections; `>` and quotes have to be escaped everywhere.
struct Markup {
    indirect enum Part {
        case text(String)
        case element(Markup)
    }

    /// What is not well-formed, in one line.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let name: String
    let attributes: [String: String]
    fileprivate(set) var content: [Part] = []

    /// A document of one element.
    static func reading(_ document: String) throws(Failure) -> Markup {
        var reader = MarkupReader(document)
        return try reader.document()
    }
}

private struct MarkupReader {
    private var rest: ArraySlice<Unicode.Scalar>
    private var depth = 0

    private static let deepest = 16
    private static let entities: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'",
    ]

    init(_ document: String) { rest = Array(document.unicodeScalars)[...] }

    mutating func document() throws(Markup.Failure) -> Markup {
        skipSpace()
        guard take("<") else { throw failure("it does not begin with an element") }
        let root = try element()
        skipSpace()
        guard rest.isEmpty else { throw failure("something stands behind its end") }
        return root
    }

    /// Behind its `<`.
    private mutating func element() throws(Markup.Failure) -> Markup {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw failure("it is too deep") }
        let name = try self.name()
        var attributes: [String: String] = [:]
        while true {
            let hasSpace = skipSpace()
            if take("/") {
                guard take(">") else { throw failure("a / stands in \(name)") }
                return Markup(name: name, attributes: attributes)
            }
            if take(">") { break }
            guard hasSpace else { throw failure("there is no space before an attribute") }
            let key = try self.name()
            guard take("="), let quote = rest.popFirst(), quote == "\"" || quote == "'" else {
                throw failure("the value of \(key) is in no quotes")
            }
            guard attributes[key] == nil else { throw failure("\(key) stands there twice") }
            attributes[key] = try text(until: quote)
            rest = rest.dropFirst()
        }
        var element = Markup(name: name, attributes: attributes)
        while true {
            let text = try text(until: "<")
            if !text.isEmpty { element.content.append(.text(text)) }
            rest = rest.dropFirst()
            if take("/") {
                let end = try self.name()
                skipSpace()
                guard end == name, take(">") else { throw failure("\(end) ends \(name)") }
                return element
            }
            element.content.append(.element(try self.element()))
        }
    }

    /// Decoded; what ends it is left.
    private mutating func text(until end: Unicode.Scalar) throws(Markup.Failure) -> String {
        var text = ""
        while let scalar = rest.first {
            if scalar == end { return text }
            rest = rest.dropFirst()
            switch scalar {
            case "&": text.unicodeScalars.append(try entity())
            case "<", ">", "\"", "'": throw failure("there is an unescaped \(scalar)")
            case "\t", "\n", "\r": text.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value:
                throw failure("there is a control character")
            case _ where scalar.value & 0xFFFE == 0xFFFE: throw failure("there is no character")
            default: text.unicodeScalars.append(scalar)
            }
        }
        throw failure("it has no end")
    }

    /// Behind its `&`.
    private mutating func entity() throws(Markup.Failure) -> Unicode.Scalar {
        var name = ""
        while let scalar = rest.popFirst(), scalar != ";" {
            name.unicodeScalars.append(scalar)
            guard name.count < 10 else { break }
        }
        if let known = Self.entities[name] { return known }
        let number =
            name.hasPrefix("#x")
            ? UInt32(name.dropFirst(2), radix: 16)
            : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
        guard let number, let scalar = Unicode.Scalar(number), number >= 0x20 else {
            throw failure("&\(name) is no entity")
        }
        return scalar
    }

    private mutating func name() throws(Markup.Failure) -> String {
        var name = ""
        while let scalar = rest.first,
            scalar.properties.isAlphabetic || ":-_.0123456789".unicodeScalars.contains(scalar)
        {
            name.unicodeScalars.append(scalar)
            rest = rest.dropFirst()
        }
        guard let first = name.first, first.isLetter else { throw failure("there is no name") }
        return name
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let before = rest.count
        rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
        return rest.count < before
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest = rest.dropFirst()
        return true
    }

    private func failure(_ why: String) -> Markup.Failure { Markup.Failure(description: why) }
}
