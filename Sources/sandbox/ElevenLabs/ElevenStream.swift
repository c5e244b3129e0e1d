import FoundationEssentials
import Linux
import Voice
import Web
import WebSockets

/// Takes a reply while it is being written, over `/v1/text-to-speech/{voice}/stream-input`.
final class ElevenStreamDesk: TalkingDesk {
    private let request: Request

    private static let parameters: Set<String> = [
        "authorization", "model_id", "language_code", "enable_ssml_parsing", "inactivity_timeout",
        "sync_alignment", "auto_mode", "apply_text_normalization", "seed",
    ]

    init(_ request: Request) { self.request = request }

    func talk(
        _ occasion: Occasion, _ record: TalkRecord
    ) throws -> @Sendable (WebSocket) async -> Void {
        let query = try ElevenQuery(request, allowing: Self.parameters)
        let model = query["model_id"] ?? "eleven_multilingual_v2"
        try ElevenModel.check(model, language: query["language_code"])
        guard model != "eleven_v3" else {
            throw VendorError(
                403, "\(model) is not available over WebSockets", code: "model_not_supported")
        }
        occasion.note(model, nil)
        let talk = ElevenTalk(
            voice: request.parameters["voice"] ?? "", isAutomatic: try query.bool("auto_mode"),
            patience: .seconds(try query.integer("inactivity_timeout", in: 1...180, or: 20)),
            format: query.format, latency: occasion.profile.speech, fault: occasion.fault,
            voices: occasion.stage.voices, record: record)
        return { socket in await talk.run(socket) }
    }
}

/// One conversation, from the first space to the end of the text.
private struct ElevenTalk: Sendable {
    let voice: String
    let isAutomatic: Bool
    let patience: Duration
    let format: ElevenFormat
    /// From the first text that may be spoken to its sound.
    let latency: Duration
    let fault: Fault?
    let voices: ElevenVoiceList
    let record: TalkRecord

    /// How much of the sound comes before something happens to it.
    private static let beginning = 3
    /// Less is not spoken on a mere attempt.
    private static let leastToTry = 50

    private struct State {
        var speed = 1.0
        /// How many characters have to wait together before they are spoken, one after the other.
        var schedule = [120, 160, 250, 290]
        var waiting = ""
        /// When the last message came.
        var lastText = Moment.now
        var hasSpoken = false
        var pieces = 0
    }

    private struct Over: Error {}

    func run(_ socket: WebSocket) async {
        var state = State()
        do {
            if fault == .stall { try await listenForever(socket) }
            try begin(&state, with: try await message(&state, socket))
            while try await goOn(&state, socket) {}
        } catch let error as VendorError {
            end(socket, with: error)
        } catch {
            // Whoever asked is gone, or was sent away.
        }
    }

    private func end(_ socket: WebSocket, with error: VendorError) {
        let code = error.code ?? "invalid_message"
        try? send(
            "{\"message\":\(error.message.quoted),\"error\":\(code.quoted),\"code\":1008}", socket)
        socket.close(code: 1008, reason: code)
    }

    private func message(
        _ state: inout State, _ socket: WebSocket
    ) async throws -> StrictObject {
        let watchdog = Task {
            try await Task.sleep(for: patience)
            end(
                socket,
                with: VendorError(
                    408, "Have not received a new text input within the timeout.",
                    code: "input_timeout_exceeded"))
        }
        defer { watchdog.cancel() }
        guard case .text(let text) = try await socket.next() else {
            throw VendorError(400, "A message is a text")
        }
        state.lastText = .now
        let now = state.lastText.nanoseconds
        record.change { record in
            record.firstBodyByteNanoseconds = record.firstBodyByteNanoseconds ?? now
            record.lastBodyByteNanoseconds = now
            record.bodyBytes += text.utf8.count
        }
        return try StrictObject(Array(text.utf8))
    }

    /// The first message is exactly one space, and says how it is to be spoken.
    private func begin(_ state: inout State, with message: StrictObject) throws {
        try message.allow(
            only: [
                "text", "voice_settings", "generation_config", "try_trigger_generation",
                "pronunciation_dictionary_locators", "xi_api_key", "xi-api-key", "authorization",
            ])
        guard try message.string("text") == " " else {
            throw VendorError.wrong("text", "one space in the first message")
        }
        state.speed = try ElevenSettings(try message.object("voice_settings")).speed
        if let configuration = try message.object("generation_config") {
            try configuration.allow(only: ["chunk_length_schedule"])
            let list = try configuration.list("chunk_length_schedule", atLeast: 1) ?? []
            state.schedule = try list.map { value in
                guard case .number(let number) = value, 50...500 ~= number else {
                    throw VendorError.wrong("chunk_length_schedule", "numbers in 50...500")
                }
                return Int(number)
            }
        }
        try voices.check(voice)
    }

    /// - Returns: whether there may be more.
    private func goOn(_ state: inout State, _ socket: WebSocket) async throws -> Bool {
        let message = try await message(&state, socket)
        try message.allow(
            only: [
                "text", "try_trigger_generation", "voice_settings", "generator_config", "flush",
            ])
        let text = try message.needed("text", try message.string("text"))
        if let settings = try message.object("voice_settings") {
            guard try ElevenSettings(settings).speed == state.speed else {
                throw VendorError.wrong("voice_settings", "those of the first message")
            }
        }
        let isEnd = text.isEmpty
        // One space is a sign of life.
        if text != " " { state.waiting += text }
        let wish = try message.bool("try_trigger_generation") ?? false
        let isDue =
            try isEnd || isAutomatic || message.bool("flush") ?? false
            || state.waiting.count >= state.schedule[0]
            || wish && state.waiting.count >= Self.leastToTry
        if isDue, state.waiting.contains(where: { !$0.isWhitespace }) {
            try await speak(&state, socket)
        }
        guard isEnd else { return true }
        if fault == .oddByte { try send([0], of: "", socket) }
        try send("{\"isFinal\":true}", socket)
        record.change { $0.isComplete = true }
        return false
    }

    private func speak(_ state: inout State, _ socket: WebSocket) async throws {
        let text = state.waiting
        state.waiting = ""
        if state.schedule.count > 1 { state.schedule.removeFirst() }
        record.change { record in
            let before = record.text.map { $0 + " " } ?? ""
            record.text = before + text.split(separator: " ").joined(separator: " ")
        }
        var pieces = ElevenSound(speed: state.speed, format: format, fault: fault).pieces(of: text)
        // Made within the latency, as the answers over HTTP are.
        var nextPiece = pieces.next()
        if !state.hasSpoken {
            try await sleepPrecisely(until: state.lastText + latency)
            // A frame without any sound is as good as others.
            try send("{\"audio\":null,\"isFinal\":null,\"alignment\":null}", socket)
            if fault == .garbage { try send("\u{FFFD}no JSON at all", socket) }
        }
        state.hasSpoken = true
        while let piece = nextPiece {
            if state.pieces == Self.beginning { try await suffer(socket) }
            state.pieces += 1
            if fault == .trickle {
                for byte in piece { try send([byte], of: "", socket) }
            } else {
                try send(piece, of: text, socket)
            }
            // Somebody who listens in real time holds it back in the end.
            if fault == .endless { try await Task.sleep(for: .milliseconds(2)) }
            nextPiece = pieces.next()
        }
    }

    /// What happens after a good beginning.
    private func suffer(_ socket: WebSocket) async throws {
        switch fault {
        case .stallMidway: try await listenForever(socket)
        case .reset:
            try await Task.sleep(for: .milliseconds(50))
            record.reset()
            throw Over()
        case .truncation:
            // What was said before goes out first.
            try await Task.sleep(for: .milliseconds(50))
            socket.hangUp()
            throw Over()
        case .errorEvent:
            throw VendorError(
                401, "This request exceeds your quota of 10000.", code: "quota_exceeded")
        default: break
        }
    }

    private func listenForever(_ socket: WebSocket) async throws {
        while true { _ = try await socket.next() }
    }

    private func send(_ sound: [UInt8], of text: String, _ socket: WebSocket) throws {
        let characters = text.prefix(1).map { String($0).quoted }
        let times = characters.isEmpty ? "" : "0"
        try send(
            """
            {"audio":"\(Data(sound).base64EncodedString())","isFinal":null,\
            "normalizedAlignment":{"chars":[\(characters.joined(separator: ","))],\
            "charStartTimesMs":[\(times)],"charDurationsMs":[\(times)]},"alignment":null}
            """, socket)
        let now = Moment.now.nanoseconds
        record.change { record in
            record.firstAnswerNanoseconds = record.firstAnswerNanoseconds ?? now
            record.lastAnswerNanoseconds = now
            record.answerBytes += sound.count
        }
    }

    private func send(_ text: String, _ socket: WebSocket) throws {
        try socket.send(.text(text))
    }
}
