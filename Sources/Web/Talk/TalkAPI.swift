import FoundationEssentials
import Linux
import Voice

/// The endpoints of those who talk to the device over the network: a turn, or a part of one, for
/// each request.
public struct TalkAPI: Sendable {
    let device: any TalkingDevice
    /// Voices are made one at a time.
    let clonings = OneAtATime()
    private let publicURL: String?

    /// - Parameter publicURL: where others find the device, if not where they asked.
    public init(_ device: any TalkingDevice, publicURL: String? = nil) {
        self.device = device
        self.publicURL = publicURL
    }

    public func add(to api: inout API) {
        addTutorial(to: &api)
        addVoicebot(to: &api)
        addVoices(to: &api)
        addStages(to: &api)
        addSocket(to: &api)
    }

    /// Without a slash at its end.
    func origin(of request: Request) -> String {
        if let publicURL {
            return publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        }
        let scheme = request.connection.isSecure ? "https" : "http"
        return "\(scheme)://\(request["Host"] ?? "localhost")"
    }

    /// An operation of a caller's.
    func operation(
        _ method: String, _ path: String, _ summary: String,
        describe: (inout Operation) -> Void = { _ in },
        act: @escaping @Sendable (Request, Caller) throws -> any BodyReceiver
    ) -> Operation {
        var operation = Operation(method, path, summary, scope: .talk) { request, caller in
            // The gate lets nobody in here whom it does not know.
            guard let caller else { throw HTTPError(401, "unauthorized", "nobody asks") }
            return try act(request, caller)
        }
        describe(&operation)
        return operation
    }

    /// The body of a request is a JSON object with a text.
    func prompted(
        _ request: Request, answer: @escaping (String, _ voice: String?) throws -> Response
    ) throws -> any BodyReceiver {
        guard request.contentType == "application/json" else {
            throw HTTPError(415, "unsupported_media_type", "the body must be application/json")
        }
        return try WholeBody(of: request, atMost: 65_536) { body in
            guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else {
                throw HTTPError.badRequest("the body is no JSON document")
            }
            guard case .object(let keys) = tree, let prompt = keys["prompt"] else {
                throw HTTPError.missing("prompt", "send {\"prompt\": \"…\"}")
            }
            guard case .string(let text) = prompt, text.contains(where: { !$0.isWhitespace }) else {
                throw HTTPError.invalid("prompt", "is a text of a word at least")
            }
            switch keys["voice"] {
            case nil, .null?: return try answer(text, nil)
            case .string(let voice)?: return try answer(text, voice)
            case .some: throw HTTPError.invalid("voice", "is a voice's id, as a text")
            }
        }
    }
}

// MARK: - The tutorial's backend

extension TalkAPI {
    private func addTutorial(to api: inout API) {
        let post = operation(
            "POST", "/post-audio", "A turn in the caller's conversation, by a recording.",
            describe: { operation in
                operation.body = Operation.Content(
                    "multipart/form-data",
                    schema: JSONSchema.object(["file": JSONSchema.recording("The question.")]))
                operation.answers[200] = (
                    "The answer, while it is being made: MP3, or WAV where that is asked for.",
                    Operation.Content("application/octet-stream", schema: JSONSchema.sound)
                )
                operation.mayFail()
            }
        ) { [device] request, caller in
            try RecordedTurn.receiver(
                of: request, at: device, field: "file", needing: [],
                order: { _, _ in
                    var order = TalkOrder(.file, of: caller)
                    order.conversation = .callers
                    order.sound = request.wantedSound
                    return order
                },
                without: { _ in throw HTTPError.missing("file", "the recording of a question") }
            ) { held in
                try held.wait(for: .sound, field: "file")
                return held.response("application/octet-stream")
            }
        }
        api.add(post)
        let reset = operation(
            "GET", "/reset", "Has the caller's conversation begin anew.",
            describe: { operation in
                operation.answers[200] = (
                    "It did.",
                    Operation.Content(
                        "application/json",
                        schema: JSONSchema.object([
                            "response": JSONSchema.text(about: "That it did.")
                        ]))
                )
            }
        ) { [device] request, caller in
            try WholeBody(of: request, atMost: 65_536) { _ in
                try request.connection.wait { try await device.forgetConversation(of: caller) }
                return Response(json: ["response": "conversation reset"])
            }
        }
        api.add(reset)
    }
}

// MARK: - One stage, or all

extension TalkAPI {
    private func addStages(to api: inout API) {
        let prompt = Operation.Content(
            "application/json",
            schema: JSONSchema.object([
                "prompt": JSONSchema.words(about: "A text of a word at least.")
            ]))
        api.add(
            operation(
                "POST", "/generate-text", "The language model's answer to a text.",
                describe: { operation in
                    operation.body = prompt
                    operation.answers[200] = (
                        "The answer.",
                        Operation.Content(
                            "application/json",
                            schema: JSONSchema.object([
                                "response": JSONSchema.text(about: "What the model says.")
                            ]))
                    )
                    operation.mayFail()
                }
            ) { [self] request, caller in
                try prompted(request) { text, _ in
                    var order = TalkOrder(.text(text), of: caller)
                    order.goal = .reply
                    let held = try HeldTurn(order, at: device, for: request.connection)
                    try held.waitForEnd(field: "prompt")
                    return Response(
                        json: ["response": held.facts.reply], headers: held.facts.providerHeaders)
                }
            })
        api.add(
            operation(
                "POST", "/text-to-speech", "A text, spoken.",
                describe: { operation in
                    operation.body = Operation.Content(
                        "application/json",
                        schema: JSONSchema.object(
                            [
                                "prompt": JSONSchema.text(about: "A text of a word at least."),
                                "voice": JSONSchema.orNull(
                                    JSONSchema.text(
                                        about:
                                            "A voice's id, after its provider and a colon if it is"
                                            + " not that of who speaks first; else the usual one."
                                    )),
                            ], optional: ["voice"]))
                    operation.answers[200] = (
                        "The sound, while it is being made.", Operation.Content.sound
                    )
                    operation.mayFail()
                }
            ) { [self] request, caller in
                try prompted(request) { text, voice in
                    var order = TalkOrder(.recital(text), of: caller)
                    order.voice = voice
                    order.sound = request.wantedSound
                    let held = try HeldTurn(order, at: device, for: request.connection)
                    try held.wait(for: .sound, field: "prompt")
                    return held.response(order.sound.type)
                }
            })
        api.add(
            operation(
                "POST", "/speech-to-text", "The words of a recording.",
                describe: { operation in
                    operation.body = Operation.Content(
                        "multipart/form-data",
                        schema: JSONSchema.object(["file": JSONSchema.recording("Speech.")]))
                    operation.answers[200] = (
                        "The words; none where nobody speaks.",
                        Operation.Content(
                            "application/json",
                            schema: JSONSchema.object([
                                "transcription": JSONSchema.text(about: "What was said.")
                            ]))
                    )
                    operation.mayFail()
                }
            ) { [device] request, caller in
                try RecordedTurn.receiver(
                    of: request, at: device, field: "file", needing: [],
                    order: { _, _ in
                        var order = TalkOrder(.file, of: caller)
                        order.goal = .words
                        return order
                    },
                    without: { _ in throw HTTPError.missing("file", "a recording of speech") }
                ) { held in
                    try held.waitForEnd(field: "file")
                    return Response(
                        json: ["transcription": held.facts.transcript ?? ""],
                        headers: held.facts.providerHeaders)
                }
            })
        api.add(
            operation(
                "POST", "/voice-to-voice", "A turn that remembers nothing, by a recording.",
                describe: { operation in
                    operation.body = Operation.Content(
                        "multipart/form-data",
                        schema: JSONSchema.object(["file": JSONSchema.recording("The question.")]))
                    operation.answers[200] = (
                        "The answer, while it is being made.", Operation.Content.sound
                    )
                    operation.mayFail()
                }
            ) { [device] request, caller in
                let sound = request.wantedSound
                return try RecordedTurn.receiver(
                    of: request, at: device, field: "file", needing: [],
                    order: { _, _ in
                        var order = TalkOrder(.file, of: caller)
                        order.sound = sound
                        return order
                    },
                    without: { _ in throw HTTPError.missing("file", "the recording of a question") }
                ) { held in
                    try held.wait(for: .sound, field: "file")
                    return held.response(sound.type)
                }
            })
    }
}
