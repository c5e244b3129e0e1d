import Voice

/// One reply as it is being written: across the requests that it takes when the model asks for
/// tools. For one reader; letting go of it hangs up.
actor ChatReply {
    private let server: HTTPService
    private let dialect: any ChatDialect
    private let tools: (any Tools)?
    private let prompt: Prompt
    private let model: String
    private var conversation: ChatConversation

    /// The request in hand: when it was sent, and what has come of it so far.
    private var answer: (body: HTTPBody, asked: Moment, content: ChatAnswer)?
    private var requests = 0
    /// What the tools did, in their words, until the model says it in its own.
    private var results: [String] = []
    private var pieces: [String] = []
    private var hasWritten = false
    /// What was said before a tool was used is a sentence of its own.
    private var beginsLine = false
    private var end: Result<Void, ProviderError>?

    /// A model that goes on asking for tools is going round in circles.
    private static let mostRequests = 6

    init(
        _ server: HTTPService, model: String, dialect: any ChatDialect, tools: (any Tools)?,
        prompt: Prompt
    ) {
        self.server = server
        self.model = model
        self.dialect = dialect
        self.tools = tools
        self.prompt = prompt
        conversation = ChatConversation(prompt)
    }

    /// The reply as a stream, which begins when there is something to read.
    nonisolated func stream() async throws(ProviderError) -> TextStream {
        let first: String?
        do {
            first = try await next()
        } catch {
            throw Task.isCancelled ? .cancelled : error
        }
        return TextStream.starting(with: first) { try await self.next() }
    }

    /// The next piece of text, nil at the end of the reply.
    func next() async throws(ProviderError) -> String? {
        while true {
            if !pieces.isEmpty {
                hasWritten = true
                return pieces.removeFirst()
            }
            if let end {
                try end.get()
                return nil
            }
            do {
                try await goOn()
            } catch {
                fail(error)
            }
        }
    }

    /// A tool that did its work must not do it again: whatever fails behind it, the person is told
    /// what was done, and nobody else is asked.
    private func fail(_ error: ProviderError) {
        guard error != .cancelled, !results.isEmpty else { return end = .failure(error) }
        server.note("\(error); telling what was done")
        tellResults()
        end = .success(())
    }

    private func tellResults() {
        if beginsLine { pieces.append("\n") }
        pieces.append(results.joined(separator: " "))
    }

    private func goOn() async throws(ProviderError) {
        guard let (body, asked, before) = answer else { return try await ask() }
        var content = before
        guard !content.isOver, let bytes = try await read(body, content) else {
            // The connection serves the next request when the answer's last bytes are taken.
            body.discardRest()
            answer = nil
            return try await finish(content)
        }
        let (new, failure) = content.take(bytes)
        answer = (body, asked, content)
        if !new.isEmpty {
            results = []
            if beginsLine { pieces.append("\n") }
            beginsLine = false
        }
        pieces += new
        if let failure { throw failure }
        // Signs of life are no answer.
        if content.isSilent, server.clock.now - asked > server.patience {
            throw .timedOut(provider: server.name, after: server.patience)
        }
    }

    private func read(_ body: HTTPBody, _ content: ChatAnswer) async throws(ProviderError)
        -> [UInt8]?
    {
        do {
            return try await body.makeAsyncIterator().next()
        } catch {
            // It has said that it was done: how the connection ends is its own affair.
            if content.finish != nil, error != .cancelled { return nil }
            throw ProviderError(error, from: server.name)
        }
    }

    private func ask() async throws(ProviderError) {
        requests += 1
        guard requests <= Self.mostRequests else {
            throw failure("it asked for tools \(requests - 1) times in a row")
        }
        var request: HTTPRequest
        do {
            request = try dialect.request(for: conversation, model: model, at: server)
        } catch {
            throw failure("\(error)")
        }
        request.headers.append(("Accept", "text/event-stream"))
        let body = try await server.send(request).body
        answer = (body, server.clock.now, ChatAnswer(from: server, by: dialect.parser()))
    }

    /// The model stopped writing: at the end of its reply, or for its tools.
    private func finish(_ content: ChatAnswer) async throws(ProviderError) {
        switch content.finish {
        case nil: throw .down(provider: server.name, reason: "the reply broke off")
        case .length? where !content.calls.isEmpty:
            throw failure("its limit of tokens cut a call of a tool short")
        case .filtered? where !hasWritten || !content.calls.isEmpty:
            throw .refused(provider: server.name, reason: "its filter does not let the reply pass")
        default:
            if !content.calls.isEmpty { return await callTools(content) }
            if !results.isEmpty {
                // Some say nothing more when a tool has done what was asked.
                tellResults()
            } else if !hasWritten {
                throw failure("its reply is empty")
            }
            end = .success(())
        }
    }

    private func callTools(_ content: ChatAnswer) async {
        conversation.messages.append(.reply(content.content))
        var told: [ToolResult] = []
        for call in content.calls {
            let result = await tools?.call(call.name, arguments: call.arguments, for: prompt)
            told.append(ToolResult(call: call.id, text: result ?? "There are no tools."))
            results.append(told.last!.text)
        }
        conversation.messages.append(.results(told))
        beginsLine = hasWritten
    }

    private func failure(_ reason: String) -> ProviderError {
        .failed(provider: server.name, reason: reason)
    }
}
