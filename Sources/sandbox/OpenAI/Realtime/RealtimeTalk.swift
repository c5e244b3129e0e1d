import Codec
import FoundationEssentials
import Linux
import Synchronization
import Voice
import WebSockets

/// One session of the Realtime API, from its creation to the client's goodbye.
struct RealtimeTalk: Sendable {
    /// Only listens.
    let hears: Bool
    let script: Script
    let fault: Fault?
    let transcript: String
    let record: TalkRecord
    private let ongoing = Ongoing()

    init(
        hears: Bool, script: Script, fault: Fault?, transcript: String, record: TalkRecord
    ) {
        self.hears = hears
        self.script = script
        self.fault = fault
        self.transcript = transcript
        self.record = record
    }

    /// How much of the sound comes before something happens to it.
    private static let beginning = 3
    /// 100 ms of samples.
    private static let shortest = 4800
    private static let longestAppend = 15 << 20

    /// What the client said so far.
    private final class State {
        var settings = RealtimeSettings()
        var heard = 0
        var lastByte = Moment.now
        var items = 0
        var responses: [String: Task<Void, Never>] = [:]
    }

    /// The responses that are being spoken, which end by themselves or by a cancellation.
    private final class Ongoing: Sendable {
        private let ids = Mutex<Set<String>>([])

        var first: String? { ids.withLock { $0.min() } }
        func begin(_ id: String) { ids.withLock { _ = $0.insert(id) } }
        /// - Returns: whether it was still going on.
        func end(_ id: String) -> Bool { ids.withLock { $0.remove(id) != nil } }
    }

    private struct Over: Error {}

    func run(_ socket: WebSocket) async {
        let state = State()
        defer { state.responses.values.forEach { $0.cancel() } }
        do {
            if fault == .stall { while true { _ = try await socket.next() } }
            try send(
                #""type":"session.created","session":{"type":"\#(hears ? "transcription" : "realtime")"}"#,
                socket)
            if fault == .garbage { try socket.send(.text("\u{FFFD} no JSON at all")) }
            while true { try await goOn(state, socket) }
        } catch {
            // Whoever asked is gone, or was sent away.
        }
    }

    private func goOn(_ state: State, _ socket: WebSocket) async throws {
        guard case .text(let text) = try await socket.next() else {
            return socket.close(code: 1003, reason: "events are texts")
        }
        state.lastByte = .now
        let now = state.lastByte.nanoseconds
        record.change { record in
            record.firstBodyByteNanoseconds = record.firstBodyByteNanoseconds ?? now
            record.lastBodyByteNanoseconds = now
            record.bodyBytes += text.utf8.count
        }
        var name: String?
        do {
            let event = try StrictObject(Array(text.utf8))
            name = try event.string("event_id")
            try await take(event, state, socket)
        } catch let error as VendorError {
            try complain(error, about: name, socket)
        }
    }

    private func take(
        _ event: StrictObject, _ state: State, _ socket: WebSocket
    ) async throws {
        let type = try event.needed("type", try event.string("type"))
        func allow(_ names: Set<String>) throws(VendorError) {
            try event.allow(only: names.union(["type", "event_id"]))
        }
        switch type {
        case "session.update":
            try allow(["session"])
            let session = try event.needed("session", try event.object("session"))
            try state.settings.update(session, hears: hears)
            if let model = state.settings.model { record.change { $0.model = model } }
            try send(#""type":"session.updated","session":{}"#, socket)
        case "input_audio_buffer.append":
            try allow(["audio"])
            let coded = try event.needed("audio", try event.string("audio"))
            guard coded.utf8.count <= Self.longestAppend, let bytes = Data(base64Encoded: coded)
            else { throw VendorError.wrong("audio", "base64 of at most 15 MiB") }
            state.heard += bytes.count
        case "input_audio_buffer.clear":
            try allow([])
            state.heard = 0
            try send(#""type":"input_audio_buffer.cleared""#, socket)
        case "input_audio_buffer.commit":
            try allow([])
            try await commit(state, socket)
        case "response.create":
            try allow(["response"])
            guard !hears else {
                throw VendorError(400, "A transcription session has no responses.")
            }
            try respond(try event.object("response"), state, socket)
        case "response.cancel":
            try allow(["response_id"])
            let id = try event.string("response_id") ?? ongoing.first
            guard let id, ongoing.end(id) else {
                throw VendorError(
                    400, "Cancellation failed: no active response found",
                    code: "response_cancel_not_active")
            }
            state.responses.removeValue(forKey: id)?.cancel()
            try done(id, status: "cancelled", ",\"reason\":\"client_cancelled\"", socket)
        default: throw VendorError.wrong("type", "the name of a client event")
        }
    }

    // MARK: - Hearing

    private func commit(_ state: State, _ socket: WebSocket) async throws {
        guard state.heard >= Self.shortest else {
            throw VendorError(
                400,
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of"
                    + " audio.", code: "input_audio_buffer_commit_empty")
        }
        state.heard = 0
        state.items += 1
        let item = "item_sandbox\(state.items)"
        try send(
            #""type":"input_audio_buffer.committed","item_id":"\#(item)","previous_item_id":null"#,
            socket)
        guard state.settings.model != nil else { return }
        try await sleepPrecisely(until: state.lastByte + script.profile.transcription)
        let prefix = "conversation.item.input_audio_transcription"
        if fault == .errorEvent {
            let error = #"{"type":"server_error","code":"failed","message":"No way."}"#
            return try send(
                #""type":"\#(prefix).failed","item_id":"\#(item)","error":\#(error)"#, socket)
        }
        if fault == .stallMidway { return }
        if fault == .truncation {
            socket.hangUp()
            throw Over()
        }
        if fault == .reset {
            record.reset()
            throw Over()
        }
        for piece in tokens(of: transcript) {
            try send(
                #""type":"\#(prefix).delta","item_id":"\#(item)","delta":\#(piece.quoted)"#, socket)
        }
        try send(
            #""type":"\#(prefix).completed","item_id":"\#(item)","transcript":\#(transcript.quoted)"#,
            socket)
        answered(isComplete: true)
    }

    // MARK: - Speaking

    private func respond(
        _ wanted: StrictObject?, _ state: State, _ socket: WebSocket
    ) throws {
        let wanted = try wanted.map { $0 } ?? StrictObject(.object([:]), at: "response")
        try wanted.allow(
            only: [
                "conversation", "output_modalities", "instructions", "input", "metadata",
                "max_output_tokens", "audio", "tools", "tool_choice",
            ])
        _ = try wanted.string("conversation", among: ["auto", "none"])
        let text = try Self.text(of: try wanted.list("input") ?? [])
        let metadata = wanted["metadata"].map(Self.json) ?? "null"
        record.change { $0.text = text }
        state.items += 1
        let id = "resp_sandbox\(record.number)_\(state.items)"
        let due = state.lastByte + script.profile.speech
        try send(
            #""type":"response.created","response":{"id":"\#(id)","status":"in_progress","metadata":\#(metadata)}"#,
            socket)
        let speed = state.settings.speed
        ongoing.begin(id)
        state.responses[id] = Task { [self] in
            do {
                try await sleepPrecisely(until: due)
                try await speak(text, speed, as: id, socket)
            } catch {
                // It was cancelled, or nobody is there any more.
            }
        }
    }

    /// What the last message of the input says.
    private static func text(of input: [JSONValue]) throws(VendorError) -> String {
        guard let last = input.last else { return "" }
        let message = try StrictObject(last, at: "response.input")
        try message.allow(only: ["type", "role", "content", "id", "status"])
        guard try message.string("type", among: ["message"]) != nil else {
            throw .missing(message.name("type"))
        }
        _ = try message.needed(
            "role", try message.string("role", among: ["user", "assistant", "system"]))
        var text = ""
        for value in try message.list("content", atLeast: 1) ?? [] {
            let part = try StrictObject(value, at: message.name("content"))
            try part.allow(only: ["type", "text"])
            _ = try part.needed(
                "type", try part.string("type", among: ["input_text", "output_text"]))
            text += try part.needed("text", try part.string("text"))
        }
        return text
    }

    private static func json(_ value: JSONValue) -> String {
        (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }

    private func speak(
        _ text: String, _ speed: Double, as id: String, _ socket: WebSocket
    ) async throws {
        let item = "\"response_id\":\"\(id)\",\"item_id\":\"item_\(id)\",\"output_index\":0"
        let part = item + ",\"content_index\":0"
        try send(
            #""type":"response.output_item.added",\#(item),"item":{"id":"item_\#(id)"}"#, socket)
        try send(#""type":"response.content_part.added",\#(part),"part":{"type":"audio"}"#, socket)
        var sent = 0
        repeat {
            for word in ToneCode.words(of: text) {
                let sound = ToneCode.sound(ofWord: word, speed: speed, format: SpeechReply.format)
                var bytes = sound.samples.map(\.littleEndian).withUnsafeBytes(Array.init)[...]
                while !bytes.isEmpty {
                    try Task.checkCancellation()
                    if sent == Self.beginning, try await suffer(id, socket) { return }
                    sent += 1
                    // An odd number now and then: a sample may be cut in two.
                    let count = fault == .trickle ? 1 : 4097
                    try sendSound(Array(bytes.prefix(count)), part, socket)
                    bytes = bytes.dropFirst(count)
                }
            }
            // Somebody who listens in real time holds it back in the end.
            if fault == .endless { try await Task.sleep(for: .milliseconds(2)) }
        } while fault == .endless
        if fault == .oddByte { try sendSound([0], part, socket) }
        try send(#""type":"response.output_audio.done",\#(part)"#, socket)
        try send(
            #""type":"response.output_audio_transcript.done",\#(part),"transcript":\#(text.quoted)"#,
            socket)
        // Else it was cancelled in this moment.
        guard ongoing.end(id) else { return }
        try done(id, status: "completed", "", socket)
        answered(isComplete: true)
    }

    private func sendSound(_ bytes: [UInt8], _ part: String, _ socket: WebSocket) throws {
        let coded = Data(bytes).base64EncodedString()
        try send(#""type":"response.output_audio.delta",\#(part),"delta":"\#(coded)""#, socket)
        answered(bytes.count)
    }

    /// What happens after a good beginning.
    ///
    /// - Returns: whether that was all.
    private func suffer(_ id: String, _ socket: WebSocket) async throws -> Bool {
        switch fault {
        case .stallMidway: try await Task.sleep(for: .seconds(86_400))
        case .reset, .truncation:
            // What was said before goes out first.
            try await Task.sleep(for: .milliseconds(50))
            if fault == .reset { record.reset() } else { socket.hangUp() }
        case .errorEvent:
            guard ongoing.end(id) else { return true }
            try done(
                id, status: "failed",
                ",\"error\":{\"type\":\"server_error\",\"code\":null,\"message\":\"No way.\"}",
                socket)
        default: return false
        }
        return true
    }

    private func done(
        _ id: String, status: String, _ details: String, _ socket: WebSocket
    ) throws {
        try send(
            #""type":"response.done","response":{"id":"\#(id)","status":"\#(status)","status_details":{"type":"\#(status)"\#(details)},"output":[],"usage":{"total_tokens":2,"input_tokens":1,"output_tokens":1}}"#,
            socket)
    }

    // MARK: - Both

    private func complain(
        _ error: VendorError, about name: String?, _ socket: WebSocket
    ) throws {
        let code = error.code?.quoted ?? "null"
        let param = error.param?.quoted ?? "null"
        try send(
            #""type":"error","error":{"type":\#(error.type.quoted),"code":\#(code),"message":\#(error.message.quoted),"param":\#(param),"event_id":\#(name?.quoted ?? "null")}"#,
            socket)
    }

    private func send(_ members: String, _ socket: WebSocket) throws {
        try socket.send(.text("{\"event_id\":\"event_sandbox\",\(members)}"))
    }

    private func answered(_ bytes: Int = 0, isComplete: Bool = false) {
        let now = Moment.now.nanoseconds
        record.change { record in
            record.firstAnswerNanoseconds = record.firstAnswerNanoseconds ?? now
            record.lastAnswerNanoseconds = now
            record.answerBytes += bytes
            if isComplete { record.isComplete = true }
        }
    }
}
