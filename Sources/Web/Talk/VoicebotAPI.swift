import Voice

/// The voicebot: a recording or a text, and an answer when all of it is there.
extension TalkAPI {
    func addVoicebot(to api: inout API) {
        api.add(
            operation(
                "POST", "/api/voicebot", "A turn that remembers nothing, by a recording or a text.",
                describe: { operation in
                    operation.body = Operation.Content(
                        "multipart/form-data",
                        schema: JSONSchema.object(
                            [
                                "audio": JSONSchema.recording("The question."),
                                "text": JSONSchema.words(
                                    about: "The question, where it is no recording."),
                            ], optional: ["audio", "text"]))
                    operation.answers[200] = (
                        "The answer, and where it can be heard for an hour, by whoever asks.",
                        Operation.Content(
                            "application/json",
                            schema: JSONSchema.object([
                                "output_wav_url": .object([
                                    "type": .string("string"), "format": .string("uri"),
                                ]),
                                "return_text": JSONSchema.text(about: "What the model says."),
                            ]))
                    )
                    operation.mayFail()
                }
            ) { [self] request, caller in
                // Whoever sends nothing at all is told the same as who sends neither.
                if request.contentType == nil, request.contentLength == 0 {
                    throw Self.nothingGiven
                }
                return try RecordedTurn.receiver(
                    of: request, at: device, field: "audio", needing: [],
                    order: { _, _ in
                        var order = TalkOrder(.file, of: caller)
                        order.sound = .kept
                        return order
                    },
                    without: { fields in
                        let text = fields["text"] ?? ""
                        guard text.contains(where: { !$0.isWhitespace }) else {
                            throw Self.nothingGiven
                        }
                        var order = TalkOrder(.text(text), of: caller)
                        order.sound = .kept
                        let held = try HeldTurn(order, at: device, for: request.connection)
                        return try answer(held, request, field: "text")
                    }
                ) { held in try answer(held, request, field: "audio") }
            })
        var recording = Operation(
            "GET", "/api/voicebot/{name}", "The sound of an answer of the voicebot.", scope: .talk
        ) { [device] request, _ in
            try WholeBody(of: request, atMost: 0) { _ in
                guard let next = device.recording(request.parameters["name"] ?? "") else {
                    throw HTTPError(404, "not_found", "there is no such answer, or not any more")
                }
                return Response(
                    headers: [
                        Header("Content-Type", "audio/wav"),
                        Header("Cache-Control", "private, max-age=3600"),
                    ], body: .stream(next: next))
            }
        }
        recording.parameters = [
            .init(
                "name", in: .path, "As in the URL of the answer.",
                schema: JSONSchema.name)
        ]
        recording.answers[200] = (
            "The sound.", Operation.Content("audio/wav", schema: JSONSchema.sound)
        )
        recording.answers[404] = ("There is none of that name, or not any more.", nil)
        api.add(recording)
    }

    private static let nothingGiven = HTTPError.badRequest("Audio or text input required")

    private func answer(_ held: HeldTurn, _ request: Request, field: String) throws -> Response {
        try held.waitForEnd(field: field)
        let origin = origin(of: request)
        let url = try request.connection.wait { [device, turn = held.turn] in
            try await device.address(of: turn, at: origin)
        }
        return Response(
            json: ["output_wav_url": url, "return_text": held.facts.reply],
            headers: held.facts.providerHeaders)
    }
}
