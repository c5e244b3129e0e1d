import Voice

/// What was said, and how long each step took: `/api/turns` and what is below it.
public struct HistoryAPI: Sendable {
    private let history: any TurnHistory

    private static let longestText = 200

    public init(_ history: any TurnHistory) { self.history = history }

    public func add(to api: inout API) {
        addLists(to: &api)
        for sound in KeptSound.allCases { add(sound, to: &api) }
        api.add(
            "DELETE", "/api/turns/{id}", "Deletes a turn, with its sound.", scope: .admin,
            describe: { operation in
                operation.changes = "turns"
                Self.describeID(&operation)
                operation.replies(204, "It is gone.")
            }
        ) { request, _ in
            let id = request.parameters["id"] ?? ""
            let wasThere = try request.connection.wait { [history] in try await history.delete(id) }
            guard wasThere else { throw Self.unknown(id) }
            return Response(204)
        }
        api.add(
            "DELETE", "/api/turns", "Deletes the whole history, with all sound.", scope: .admin,
            describe: { operation in
                operation.changes = "turns"
                operation.replies(204, "It is gone, and every conversation begins anew.")
            }
        ) { request, _ in
            try request.connection.wait { [history] in try await history.deleteAll() }
            return Response(204)
        }
    }

    private func addLists(to api: inout API) {
        api.add(
            "GET", "/api/turns", "What was asked and answered, newest first.", scope: .read,
            describe: { operation in
                operation.parameter(
                    "text", in: .query, "Only turns in which this was said.",
                    JSONSchema.line(upTo: Self.longestText))
                operation.parameter(
                    "limit", in: .query, "How many at once.",
                    JSONSchema.range(1...200, usually: 50))
                operation.parameter(
                    "from", in: .query, "Where the page before ended: its next.",
                    JSONSchema.range(0...9_007_199_254_740_991))
                operation.replies(
                    "Some turns, and where the next begin.",
                    JSONSchema.object([
                        "turns": JSONSchema.list(of: KeptTurn.schema),
                        "next": JSONSchema.orNull(JSONSchema.whole),
                    ]))
                operation.replies(422, "A parameter is wrong.")
            }
        ) { request, _ in
            let text = request.queried("text") ?? ""
            guard text.count <= Self.longestText else {
                throw HTTPError.invalid(
                    "text", "is too long; use at most \(Self.longestText) characters")
            }
            let limit = try request.number("limit", within: 1...200) ?? 50
            let from = try request.number("from", within: 0...9_007_199_254_740_991)
            let (turns, next) = try request.connection.wait { [history] in
                try await history.turns(with: text, from: from.map { Int64($0) }, atMost: limit)
            }
            return Response(
                json: JSONValue.object([
                    "turns": .array(turns.map(\.json)),
                    "next": next.map { .number(Double($0)) } ?? .null,
                ]))
        }
        api.add(
            "GET", "/api/turns/{id}", "One turn.", scope: .read,
            describe: { operation in
                Self.describeID(&operation)
                operation.replies("The turn.", KeptTurn.schema)
            }
        ) { request, _ in
            let id = request.parameters["id"] ?? ""
            let turn = try request.connection.wait { [history] in try await history.turn(id) }
            guard let turn else { throw Self.unknown(id) }
            return Response(json: turn.json)
        }
    }

    private func add(_ sound: KeptSound, to api: inout API) {
        api.add(
            "GET", "/api/turns/{id}/\(sound.rawValue).wav",
            "The recording of a turn's \(sound.rawValue).", scope: .read,
            describe: { operation in
                Self.describeID(&operation)
                operation.parameter(
                    "Range", in: .header, "Which bytes, as in bytes=0-999.", JSONSchema.text)
                operation.repliesBytes("All of it.", as: "audio/wav")
                operation.repliesBytes("Some of it.", status: 206, as: "audio/wav")
                operation.replies(416, "There are no such bytes.")
            }
        ) { request, _ in
            let id = request.parameters["id"] ?? ""
            let path = try request.connection.wait { [history] in
                try await history.file(of: sound, id)
            }
            // Gone between the look and the opening is gone, too.
            guard let path, let file = try? SentFile(path) else { throw Self.unknown(id) }
            return try Self.response(of: file, to: request, tag: "\"\(id)-\(sound.rawValue)\"")
        }
    }

    /// - Parameter tag: names what the file holds; a recording never changes.
    private static func response(
        of file: SentFile, to request: Request, tag: String
    ) throws(HTTPError) -> Response {
        let headers = [
            Header("Content-Type", "audio/wav"), Header("Accept-Ranges", "bytes"),
            Header("ETag", tag), Header("Cache-Control", "private, no-cache"),
        ]
        let isSame = request["If-Range"].map { $0 == tag } ?? true
        switch ByteRange(isSame ? request["Range"] : nil, of: file.count) {
        case .whole: return Response(headers: headers, body: file.whole)
        case .part(let range):
            let place = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.count)"
            return Response(
                206, headers: headers + [Header("Content-Range", place)], body: file.part(range))
        case .none:
            throw HTTPError(
                416, "no_such_range", "the recording has \(file.count) bytes",
                headers: [Header("Content-Range", "bytes */\(file.count)")])
        }
    }

    private static func describeID(_ operation: inout Operation) {
        operation.parameter("id", in: .path, "The turn's id.", JSONSchema.name)
        operation.replies(404, "There is none.")
    }

    private static func unknown(_ id: String) -> HTTPError {
        HTTPError(
            404, "not_found", "there is no turn \"\(id.prefix(40))\", or it has no such sound")
    }
}
