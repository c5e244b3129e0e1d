import Voice

extension API {
    /// The description of all operations, by OpenAPI 3.1.
    ///
    /// - Parameters:
    ///   - version: the program's.
    ///   - url: where others reach the device; nil if that is wherever the description came from.
    ///   - cookie: the name of the one that a session has.
    func openAPI(version: String, url: String?, cookie: String) -> JSONValue {
        let paths = Dictionary(grouping: operations, by: \.path).mapValues { operations in
            JSONValue.object(
                Dictionary(
                    operations.map { ($0.method.lowercased(), $0.openAPI) },
                    uniquingKeysWith: { $1 }))
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Pressel", "version": .string(version),
                "description": .string(Self.introduction),
            ],
            "servers": [["url": .string(url ?? "/")]],
            "paths": .object(paths),
            "components": [
                "schemas": ["Error": Self.errorSchema],
                "securitySchemes": [
                    "key": [
                        "type": "apiKey", "in": "header", "name": "x-api-key",
                        "description": "A key of the device's, with a scope.",
                    ],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": .string(cookie),
                        "description": .string(
                            "The page's session, after POST /api/login; over HTTPS the cookie is"
                                + " called __Host-\(cookie)."),
                    ],
                ],
            ],
        ]
    }

    private static let introduction = """
        A voice appliance: it hears a question, asks, and speaks the answer. Paths are the same \
        with and without a slash at their end. Each operation names the scope that it takes: \
        talk, read or admin, of which each includes the one before.
        """

    private static let errorSchema: JSONValue = [
        "type": "object", "required": ["error", "detail"],
        "properties": [
            "error": [
                "type": "object", "required": ["code", "message"],
                "properties": [
                    "code": ["type": "string", "description": "For programs."],
                    "message": ["type": "string", "description": "For people."],
                    "field": [
                        "type": "string", "description": "The part of the request it is about.",
                    ],
                ],
            ],
            "detail": ["type": "string", "description": "The message once more."],
        ],
    ]
}

extension Operation {
    fileprivate var openAPI: JSONValue {
        var object: [String: JSONValue] = [
            "operationId": .string(identifier),
            "summary": .string(summary),
            "tags": [.string(scope?.rawValue ?? "open")],
            "security": security,
            "responses": .object(responses),
        ]
        if !parameters.isEmpty { object["parameters"] = .array(parameters.map(\.openAPI)) }
        if let body {
            object["requestBody"] = ["required": .bool(!isBodyOptional), "content": body.openAPI]
        }
        return .object(object)
    }

    /// As in `getApiTurnsId`.
    private var identifier: String {
        let words = path.split { !$0.isLetter && !$0.isNumber }
        return method.lowercased()
            + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private var security: JSONValue {
        guard let scope else { return [] }
        return [["key": [.string(scope.rawValue)]], ["session": [.string(scope.rawValue)]]]
    }

    private var responses: [String: JSONValue] {
        var responses: [String: JSONValue] = [:]
        for (status, meaning) in refusals {
            responses["\(status)"] = [
                "description": .string(meaning),
                "content": [
                    "application/json": ["schema": ["$ref": "#/components/schemas/Error"]]
                ],
            ]
        }
        let usual: [Int: (meaning: String, content: Content?)] = [200: ("Done.", nil)]
        for (status, answer) in answers.isEmpty ? usual : answers {
            let isError = status >= 400
            var object: [String: JSONValue] = ["description": .string(answer.meaning)]
            if let content = answer.content {
                object["content"] = content.openAPI
            } else if isError {
                object["content"] = [
                    "application/json": ["schema": ["$ref": "#/components/schemas/Error"]]
                ]
            }
            responses["\(status)"] = .object(object)
        }
        return responses
    }

    /// What every operation of its kind may answer.
    private var refusals: [Int: String] {
        var refusals = [
            400: "The request cannot be understood.",
            413: "The body is too long.",
            421: "The Host of the request is none of the device's.",
            403: scope == nil
                ? "The Origin of the request is not allowed."
                : "This caller may not do that, or the Origin is not allowed.",
            429: "Too many requests; Retry-After says when to try again.",
            500: "Something went wrong in the device.",
            503: "Not now: the device is shutting down.",
        ]
        if scope != nil { refusals[401] = "No proof of who asks, or a wrong one." }
        if parameters.contains(where: { $0.place == .path }) {
            refusals[404] = "There is no such thing."
        }
        if body != nil {
            refusals[415] = "The body is of a type that is not taken."
        }
        if body != nil || !parameters.isEmpty {
            refusals[422] = "Something is missing or wrong; field says what."
        }
        return refusals
    }
}

extension Operation.Parameter {
    fileprivate var openAPI: JSONValue {
        [
            "name": .string(name), "in": .string(place.rawValue), "schema": schema,
            "description": .string(summary), "required": .bool(place == .path),
        ]
    }
}

extension Operation.Content {
    fileprivate var openAPI: JSONValue {
        .object(Dictionary(types.map { ($0, ["schema": schema]) }, uniquingKeysWith: { $1 }))
    }
}
