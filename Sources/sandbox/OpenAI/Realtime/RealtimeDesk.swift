import Linux
import Voice
import Web
import WebSockets

/// Opens a session of the Realtime API: one for speech, or with `intent=transcription` one that
/// only listens.
final class RealtimeDesk: TalkingDesk {
    private let request: Request

    init(_ request: Request) { self.request = request }

    func talk(
        _ occasion: Occasion, _ record: TalkRecord
    ) throws -> @Sendable (WebSocket) async -> Void {
        let known: Set<String> = ["model", "intent", "call_id"]
        for (name, _) in request.query where !known.contains(name) {
            throw VendorError.unknown(name)
        }
        func value(_ name: String) -> String? { request.query.first { $0.name == name }?.value }
        if let intent = value("intent") {
            guard intent == "transcription" else {
                throw VendorError.wrong("intent", "transcription")
            }
        } else {
            guard let model = value("model") else { throw VendorError.missing("model") }
            try Model.check(model, at: .realtime, for: .voice)
            occasion.note(model, nil)
        }
        let talk = RealtimeTalk(
            hears: value("intent") != nil, script: occasion.script, fault: occasion.fault,
            transcript: occasion.altered(occasion.script.transcript), record: record)
        return { socket in await talk.run(socket) }
    }
}

/// What the client wants of a session.
struct RealtimeSettings {
    var model: String?
    var speed = 1.0

    private static let voices = [
        "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar",
    ]

    /// - Parameter hears: whether it is a session that only listens.
    mutating func update(_ session: StrictObject, hears: Bool) throws(VendorError) {
        let kind = try session.needed(
            "type", try session.string("type", among: ["realtime", "transcription"]))
        guard (kind == "transcription") == hears else {
            throw .wrong(session.name("type"), hears ? "transcription" : "realtime")
        }
        try session.allow(
            only: hears
                ? ["type", "audio", "include"]
                : [
                    "type", "audio", "instructions", "output_modalities", "max_output_tokens",
                    "tools", "tool_choice", "model", "include", "prompt", "tracing", "truncation",
                ])
        if let kinds = try session.list("output_modalities", atLeast: 1) {
            guard kinds == [.string("audio")] || kinds == [.string("text")] else {
                throw .wrong(session.name("output_modalities"), "[\"audio\"] or [\"text\"]")
            }
        }
        guard let audio = try session.object("audio") else { return }
        try audio.allow(only: hears ? ["input"] : ["input", "output"])
        if let input = try audio.object("input") { try update(input: input) }
        if let output = try audio.object("output") { try update(output: output) }
    }

    private mutating func update(input: StrictObject) throws(VendorError) {
        try input.allow(
            only: ["format", "transcription", "turn_detection", "noise_reduction"])
        try Self.check(format: try input.object("format"))
        guard input["turn_detection"] == nil else {
            throw .unsupported(input.name("turn_detection"), "is not stood in for")
        }
        guard let wanted = try input.object("transcription") else { return }
        try wanted.allow(
            only: ["model", "language", "languages", "prompt", "keywords", "delay"])
        let name = try wanted.needed("model", try wanted.string("model"))
        try Model.check(name, at: .realtime, for: .live)
        if let language = try wanted.string("language") {
            guard language.utf8.count == 2 else {
                throw .wrong(wanted.name("language"), "an ISO-639-1 code")
            }
        }
        model = name
    }

    private mutating func update(output: StrictObject) throws(VendorError) {
        try output.allow(only: ["format", "voice", "speed"])
        try Self.check(format: try output.object("format"))
        _ = try output.string("voice", among: Self.voices)
        speed = try output.number("speed", in: 0.25...1.5) ?? speed
    }

    private static func check(format: StrictObject?) throws(VendorError) {
        guard let format else { return }
        try format.allow(only: ["type", "rate"])
        let kind = try format.string("type", among: ["audio/pcm", "audio/pcmu", "audio/pcma"])
        guard kind == "audio/pcm" else {
            throw .unsupported(format.name("type"), "is not stood in for but audio/pcm")
        }
        guard try format.integer("rate", in: 24_000...24_000) != nil else {
            throw .missing(format.name("rate"))
        }
    }
}
