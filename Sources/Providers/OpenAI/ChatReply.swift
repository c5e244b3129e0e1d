import Voice

/// One reply as it is being written: across the requests that it takes when the model asks for
/// tools. For one reader; letting go of it hangs up.
actor ChatReply {
    private let server: OpenAIServer
    private let options: OpenAIChat.Options
    private let tools: (any Tools)?
    private let offered: OfferedTools
    private let exchanges: [Exchange]
    private let model: String
    private var messages: [ChatMessage]

    /// Of the request in hand.
    private var body: HTTPBody?
    private var parser = EventStreamParser()
    private var calls: [Int: ChatMessage.ToolCall] = [:]
    /// Why the model stopped writing, once it has.
    private var finish: String?
    private var isAnswered = false

    /// What the tools told the model last.
    private var results: [String] = []

    private var pieces: [String] = []
    private var hasWritten = false
    private var isComplete = false
    private var failed: ProviderError?
    private var requests = 0

    /// A model that goes on asking for tools is going round in circles.
    private static let mostRequests = 6
    private static let mostArgumentBytes = 64 * 1024

    init(
        _ server: OpenAIServer, model: String, options: OpenAIChat.Options,
        tools: (any Tools)?, offered: OfferedTools, prompt: Prompt
    ) {
        self.server = server
        self.model = model
        self.options = options
        self.tools = tools
        self.offered = offered
        exchanges = prompt.exchanges
        messages = ChatMessage.conversation(prompt)
    }

    /// The next piece of text, nil at the end of the reply.
    func next() async throws -> String? {
        while true {
            if !pieces.isEmpty { return pieces.removeFirst() }
            if let failed { throw failed }
            if isComplete { return nil }
            guard let body else {
                try await ask()
                continue
            }
            if !isAnswered, let bytes = try await read(body) {
                // What was written before it comes first.
                do { try take(bytes) } catch { failed = error }
            } else {
                // The connection serves the next request when the answer's last bytes are taken.
                body.discardRest()
                self.body = nil
                try await endAnswer()
            }
        }
    }

    private func read(_ body: HTTPBody) async throws(ProviderError) -> [UInt8]? {
        do {
            return try await body.makeAsyncIterator().next()
        } catch {
            throw ProviderError(error, from: server.name)
        }
    }

    private func ask() async throws(ProviderError) {
        requests += 1
        guard requests <= Self.mostRequests else {
            throw failure("it asked for tools \(requests - 1) times in a row")
        }
        parser = EventStreamParser()
        finish = nil
        isAnswered = false
        calls = [:]
        let content = ChatRequest(
            model: model, messages: messages, options: options, tools: offered)
        let bytes: [UInt8]
        do { bytes = try content.body() } catch { throw failure("\(error)") }
        var request = server.post("/chat/completions", body: bytes)
        request.headers.append(("Accept", "text/event-stream"))
        body = try await server.send(request).body
    }

    /// The model stopped writing: at the end of its reply, or for its tools.
    private func endAnswer() async throws(ProviderError) {
        guard calls.isEmpty else { return await callTools() }
        switch finish {
        case nil: throw .down(provider: server.name, reason: "the reply broke off")
        case "content_filter" where !hasWritten:
            throw .refused(provider: server.name, reason: "its filter does not let the reply pass")
        default:
            isComplete = true
            guard !hasWritten else { return }
            // Some say nothing more when a tool has done what was asked.
            guard !results.isEmpty else { throw failure("its reply is empty") }
            pieces.append(results.joined(separator: " "))
        }
    }

    private func callTools() async {
        results = []
        let asked = calls.sorted { $0.key < $1.key }.map(\.value)
        messages.append(ChatMessage(calling: asked))
        for call in asked {
            let result = await tools?.call(
                call.function.name, arguments: call.function.arguments, after: exchanges)
            let told = result ?? "There are no tools."
            results.append(told)
            messages.append(ChatMessage(result: told, of: call.id))
        }
    }

    private func failure(_ reason: String) -> ProviderError {
        .failed(provider: server.name, reason: reason)
    }

    // MARK: - What the server writes

    private func take(_ bytes: [UInt8]) throws(ProviderError) {
        let events: [EventStreamParser.Event]
        do {
            events = try parser.append(bytes)
        } catch {
            throw failure(error.description)
        }
        for event in events where !isAnswered {
            if event.data.hasPrefix("[DONE]") {
                finish = finish ?? "stop"
                isAnswered = true
            } else if let chunk = ChatChunk(event.data) {
                try take(chunk)
            } else {
                throw failure("its event stream holds something that is no JSON")
            }
        }
    }

    private func take(_ chunk: ChatChunk) throws(ProviderError) {
        if let error = chunk.failure { throw .down(provider: server.name, reason: error) }
        // The chunk that only tells what it cost has no choices.
        guard let choice = chunk.choices?.first else { return }
        if let text = choice.delta?.content ?? choice.delta?.refusal, !text.isEmpty {
            pieces.append(text)
            hasWritten = true
        }
        for part in choice.delta?.toolCalls ?? [] {
            let number = part.index ?? 0
            var call = calls[number] ?? ChatMessage.ToolCall()
            call.id = part.id ?? call.id
            call.function.name = part.function?.name ?? call.function.name
            call.function.arguments += part.function?.arguments ?? ""
            guard call.function.arguments.utf8.count <= Self.mostArgumentBytes else {
                throw failure("the arguments of a tool have no end")
            }
            calls[number] = call
        }
        finish = choice.finishReason ?? finish
    }
}
