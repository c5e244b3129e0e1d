import Voice

/// Pieces of JSON Schema, for the descriptions of operations.
enum JSONSchema {
    static let text = of("string")
    static let boolean = of("boolean")
    static let whole = of("integer")
    static let number = of("number")

    static func of(_ type: String) -> JSONValue { .object(["type": .string(type)]) }

    static func text(about summary: String) -> JSONValue {
        .object(["type": .string("string"), "description": .string(summary)])
    }

    /// - Parameters:
    ///   - longest, shortest: in code points.
    ///   - pattern: a regular expression of ECMA-262.
    static func text(
        upTo longest: Int, atLeast shortest: Int? = nil, pattern: String? = nil
    ) -> JSONValue {
        var keys: [String: JSONValue] = [
            "type": .string("string"), "maxLength": .number(Double(longest)),
        ]
        if let shortest { keys["minLength"] = .number(Double(shortest)) }
        if let pattern { keys["pattern"] = .string(pattern) }
        return .object(keys)
    }

    /// What the device calls something of its own, as it stands in paths.
    static let name = text(upTo: 200, atLeast: 1, pattern: "^[A-Za-z0-9._-]+$")
    /// A text on one line.
    static func line(upTo longest: Int) -> JSONValue {
        text(upTo: longest, pattern: #"^[^\u0000-\u001f\u007f]*$"#)
    }

    /// A text in which there is something.
    static func words(about summary: String) -> JSONValue {
        .object([
            "type": .string("string"), "description": .string(summary), "minLength": .number(1),
            "pattern": .string(#"\S"#),
        ])
    }

    static let sound = JSONValue.object([
        "type": .string("string"), "format": .string("binary"),
    ])

    /// A file in a form.
    static func recording(_ summary: String) -> JSONValue {
        .object([
            "type": .string("string"), "format": .string("binary"),
            "description": .string("\(summary) WAV, FLAC, Ogg or MP3."),
        ])
    }

    static func choice(_ words: [String]) -> JSONValue {
        .object(["type": .string("string"), "enum": .array(words.map { .string($0) })])
    }

    static func range(_ range: ClosedRange<Int>, usually: Int? = nil) -> JSONValue {
        var keys: [String: JSONValue] = [
            "type": .string("integer"), "minimum": .number(Double(range.lowerBound)),
            "maximum": .number(Double(range.upperBound)),
        ]
        if let usually { keys["default"] = .number(Double(usually)) }
        return .object(keys)
    }

    static func list(of element: JSONValue) -> JSONValue {
        .object(["type": .string("array"), "items": element])
    }

    /// An object whose keys may be any.
    static func map(to value: JSONValue) -> JSONValue {
        .object(["type": .string("object"), "additionalProperties": value])
    }

    static func orNull(_ schema: JSONValue) -> JSONValue {
        .object(["anyOf": .array([schema, of("null")])])
    }

    /// - Parameter optional: the keys that need not be there.
    static func object(
        _ keys: [String: JSONValue], optional: Set<String> = [], isClosed: Bool = false
    ) -> JSONValue {
        let required = keys.keys.filter { !optional.contains($0) }.sorted()
        var schema: [String: JSONValue] = [
            "type": .string("object"), "properties": .object(keys),
        ]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        if isClosed { schema["additionalProperties"] = .bool(false) }
        return .object(schema)
    }

    /// An object with no other keys than these.
    ///
    /// - Parameters:
    ///   - required: those that must be there.
    ///   - needs: keys that make no sense without another.
    static func object(
        _ keys: [String: JSONValue], required: [String], needs: [String: String] = [:]
    ) -> JSONValue {
        let others = Set(keys.keys).subtracting(required)
        guard case .object(var schema) = object(keys, optional: others, isClosed: true),
            !needs.isEmpty
        else { return object(keys, optional: others, isClosed: true) }
        schema["dependentRequired"] = .object(needs.mapValues { .array([.string($0)]) })
        return .object(schema)
    }
}

extension Operation.Content {
    static func json(_ schema: JSONValue) -> Operation.Content {
        Operation.Content("application/json", schema: schema)
    }

    /// Sound as a body.
    static let sound = Operation.Content("audio/mpeg", "audio/wav", schema: JSONSchema.sound)
}

extension Operation {
    mutating func takes(_ schema: JSONValue) {
        body = Content("application/json", schema: schema)
    }

    /// With status 200.
    mutating func replies(
        _ meaning: String, _ schema: JSONValue, as type: String = "application/json"
    ) {
        answers[200] = (meaning, Content(type, schema: schema))
    }

    mutating func replies(_ status: Int, _ meaning: String, _ schema: JSONValue? = nil) {
        answers[status] = (meaning, schema.map { Content("application/json", schema: $0) })
    }

    mutating func repliesBytes(_ meaning: String, status: Int = 200, as type: String) {
        answers[status] = (meaning, Content(type, schema: .object([:])))
    }

    mutating func parameter(
        _ name: String, in place: Parameter.Place, _ summary: String, _ schema: JSONValue
    ) {
        parameters.append(Parameter(name, in: place, summary, schema: schema))
    }
}
