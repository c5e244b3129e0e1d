import Linux
import Voice

/// Voices that are made after people's, and turns in which they are heard.
extension TalkAPI {
    private static let user = "Whom the caller speaks for, in their own words."

    func addVoices(to api: inout API) {
        addCloning(to: &api)
        addInteraction(to: &api)
    }

    // MARK: - Cloning

    private static let noCloning = HTTPError(
        409, "no_cloning", "nobody who makes voices is set up; set ELEVENLABS_API_KEY")

    /// What the provider takes of one recording.
    private static let longestRecording = 10 << 20

    private func addCloning(to api: inout API) {
        api.add(
            operation(
                "POST", "/clone-voice",
                "Makes a voice after a person's, who agreed to it: whoever sends this says so.",
                describe: { operation in
                    operation.changes = "voices"
                    operation.body = Operation.Content(
                        "multipart/form-data",
                        schema: JSONSchema.object(
                            [
                                "user_id": JSONSchema.text(about: Self.user),
                                "voice_name": JSONSchema.text(about: "What it is called."),
                                "audio_file": JSONSchema.recording(
                                    "Ten seconds of that person or more; better one or two minutes."
                                ),
                                "consent_by": JSONSchema.text(
                                    about:
                                        "The name of the person who agreed, which is kept."),
                            ], optional: ["consent_by"]))
                    operation.answers[200] = (
                        "The voice.",
                        Operation.Content(
                            "application/json",
                            schema: JSONSchema.object([
                                "success": .object(["type": .string("boolean")]),
                                "voice_id": JSONSchema.text(
                                    about: "What `/full-interaction` takes."),
                                "message": JSONSchema.text(about: "A sentence."),
                            ]))
                    )
                    operation.answers[409] = (
                        "Nobody is set up who makes voices, or their plan does not allow it.", nil
                    )
                    operation.mayFail()
                }
            ) { [device, clonings] request, caller in
                let recording = Kept()
                return try TalkForm(
                    of: request, recordings: ["audio_file"],
                    TalkForm.Actions(
                        begins: { _, _ in
                            guard device.makesVoices else { throw Self.noCloning }
                            try recording.begin(among: clonings)
                        },
                        hears: { bytes in
                            recording.bytes += bytes
                            guard recording.bytes.count <= Self.longestRecording else {
                                throw HTTPError(
                                    413, "too_large",
                                    "the recording has more than \(Self.longestRecording) bytes",
                                    field: "audio_file")
                            }
                        },
                        ends: { fields in
                            let user = try Self.name("user_id", of: fields)
                            let name = try Self.name("voice_name", of: fields)
                            guard recording.hasBegun else {
                                throw HTTPError.missing("audio_file", "a recording of the voice")
                            }
                            let order = CloneOrder(
                                caller: caller, user: user, name: name,
                                speaker: fields["consent_by"], recording: recording.take())
                            let made = try request.connection.wait {
                                try await device.clone(order)
                            }
                            return Response(
                                json: Cloned(
                                    success: true, voice_id: made.id, message: made.message))
                        }))
            })
    }

    private final class Kept {
        private var place: OneAtATime.Place?
        var bytes: [UInt8] = []

        var hasBegun: Bool { place != nil }

        /// - Throws: 409 while another recording comes: all of each is held.
        func begin(among others: OneAtATime) throws(HTTPError) {
            guard let place = others.take() else {
                throw HTTPError(
                    409, "busy", "another voice is being made; try again soon",
                    headers: [Header("Retry-After", "10")])
            }
            self.place = place
        }

        func take() -> [UInt8] {
            defer { bytes = [] }
            return bytes
        }
    }

    private struct Cloned: Encodable {
        let success: Bool
        let voice_id: String
        let message: String
    }

    private static let longestName = 200

    /// - Throws: 422 for one that is missing or none.
    private static func name(_ field: String, of fields: [String: String]) throws(HTTPError)
        -> String
    {
        guard let text = fields[field]?.trimmingSpaces(), !text.isEmpty else {
            throw .missing(field, field == "user_id" ? user : "what the voice is called")
        }
        let isName =
            text.count <= longestName
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        guard isName else {
            throw .invalid(field, "has at most \(longestName) characters, on one line")
        }
        return text
    }

    // MARK: - Turns

    private func addInteraction(to api: inout API) {
        api.add(
            operation(
                "POST", "/full-interaction",
                "A turn in the conversation between the caller and one of their users.",
                describe: { operation in
                    operation.body = Operation.Content(
                        "multipart/form-data",
                        schema: JSONSchema.object(
                            [
                                "user_id": JSONSchema.text(about: Self.user),
                                "voice_id": JSONSchema.text(
                                    about:
                                        "A voice; absent or `default`: the user's own, if one was"
                                        + " made, else the usual one."),
                                "audio_file": JSONSchema.recording("The question."),
                            ], optional: ["voice_id"]))
                    operation.answers[200] = (
                        "The answer, once its text is complete. `X-Transcript` has the question and"
                            + " `X-Response-Text` the answer in ASCII, `X-Transcript-Encoded` and"
                            + " `X-Response-Text-Encoded` percent-encoded UTF-8.",
                        Operation.Content.sound
                    )
                    operation.mayFail()
                }
            ) { [device] request, caller in
                let sound = request.wantedSound
                return try RecordedTurn.receiver(
                    of: request, at: device, field: "audio_file",
                    needing: ["user_id", "voice_id"],
                    order: { fields, isAll in
                        var order = TalkOrder(.file, of: caller)
                        order.sound = sound
                        order.conversation = .users
                        if isAll || fields["user_id"] != nil {
                            order.user = try Self.name("user_id", of: fields)
                        }
                        order.voice = fields["voice_id"]
                        return order
                    },
                    without: { fields in
                        _ = try Self.name("user_id", of: fields)
                        throw HTTPError.missing("audio_file", "the recording of a question")
                    }
                ) { held in
                    try held.wait(for: .reply, field: "audio_file")
                    try held.wait(for: .sound, field: "audio_file")
                    let facts = held.facts
                    return held.response(
                        sound.type,
                        HeaderText.headers("X-Transcript", facts.transcript ?? "")
                            + HeaderText.headers("X-Response-Text", facts.reply))
                }
            })
    }
}
