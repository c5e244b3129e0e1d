import Linux
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// Our side of Anthropic's API against a server that is strict about it.
@Suite(.timeLimit(.minutes(1)))
struct AnthropicTests {
    private let sandbox: Sandbox
    private let clock = InstantClock()
    private let log = LogBook()
    private let client = HTTPClient()

    init() throws { sandbox = try Sandbox(Self.script) }

    private static let key = "sk-ant-secret-key-of-a-test"
    private static let reply = "It is noon. The sun shines."
    private static let model = "claude-haiku-5-5"

    private static var script: Script {
        var script = Script()
        script.key = key
        script.reply = reply
        return script
    }

    private func change(_ body: (inout Script) -> Void) {
        var script = Self.script
        body(&script)
        sandbox.follow(script)
    }

    private func server(
        key: String? = Self.key, timeout: Duration = .seconds(5), suffix: String = ""
    ) -> HTTPService {
        HTTPService.anthropic(
            baseURL: "http://127.0.0.1:\(sandbox.server.port)\(suffix)", key: key,
            client: client, timeout: timeout, clock: clock, log: log.log)
    }

    private func chat(
        _ server: HTTPService, options: AnthropicMessages.Options = .init(),
        tools: (any Tools)? = nil, model: String? = Self.model,
        exchanges: [Exchange] = [Exchange(question: "Hi", reply: "Hello.")]
    ) async throws -> String {
        let model = AnthropicMessages(
            server, model: ModelChoice(model), options: options, tools: tools)
        let prompt = Prompt(
            question: "What time is it?", exchanges: exchanges, instructions: "Be brief.")
        var reply = ""
        for try await piece in try await model.reply(to: prompt) { reply += piece }
        return reply
    }

    // MARK: - What goes well

    @Test(
        "A question becomes a reply, with what was said before and how to behave",
        arguments: ["", "/", "/v1", "/v1/"])
    func replies(suffix: String) async throws {
        #expect(try await chat(server(suffix: suffix)) == Self.reply)
        let request = try #require(sandbox.requests.last)
        #expect(request.path == "/v1/messages" && request.model == Self.model)
        #expect(request.text == "What time is it?")
    }

    @Test("What a link sets is sent as the server takes it", arguments: [nil, "none", "low"])
    func options(effort: String?) async throws {
        var options = AnthropicMessages.Options()
        options.maxTokens = 3
        options.reasoningEffort = effort
        // Its limit is what a reply is cut at.
        #expect(try await chat(server(), options: options) == "It is noon")
    }

    @Test("A half of an exchange that is empty is left out, since the server refuses it")
    func emptyHalves() async throws {
        let exchanges = [
            Exchange(question: "Hi", reply: ""), Exchange(question: "You?", reply: " \n"),
            Exchange(question: "So?", reply: "Well."),
        ]
        #expect(try await chat(server(), exchanges: exchanges) == Self.reply)
    }

    @Test("Without a model in the settings, the server's own list is asked, once")
    func listed() async throws {
        #expect(try await chat(server(), model: nil) == Self.reply)
        #expect(sandbox.requests.map(\.path) == ["/v1/models", "/v1/messages"])
        #expect(sandbox.requests.last?.model == Self.model)
    }

    @Test("A list that comes in pages is read to its end", arguments: [1, 2, 1000])
    func pages(size: Int) async throws {
        let models = try await server().anthropicModels(pageSize: size)
        let all = AnthropicModel.all
        // One is gone.
        #expect(models.map(\.id) == all.filter { $0.lifecycle != "retired" }.map(\.name))
        #expect(sandbox.requests.count == (all.count + size - 1) / size)
        #expect(ListedModel.choose(from: models, for: .chat) == Self.model)
    }

    @Test("A small model is chosen, of those the newest, and none that is to go")
    func chosen() {
        let models = [
            ListedModel(id: "claude-opus-9", created: 20_301_231_000_000),
            ListedModel(id: "claude-haiku-8", created: 20_290_101_000_000),
            ListedModel(id: "claude-haiku-9", created: 20_300_101_000_000),
            ListedModel(id: "claude-haiku-10", created: 20_310_101_000_000, shutdown: "soon"),
        ]
        #expect(ListedModel.choose(from: models, for: .chat) == "claude-haiku-9")
    }

    @Test("Everything is made ready before it is needed")
    func prepared() async throws {
        let model = AnthropicMessages(server(), model: ModelChoice(nil), tools: nil)
        model.prepare()
        while sandbox.requests.count(where: { $0.status != nil }) < 2 {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(Set(sandbox.requests.map(\.path)) == ["/v1/messages", "/v1/models"])
        #expect(sandbox.requests.allSatisfy { $0.status == 200 })
    }

    // MARK: - Tools

    private final class Kitchen: Tools {
        let offered = [
            Tool(
                name: "set_timer", purpose: "Sets a timer.",
                parameters: #"{"type":"object","properties":{"seconds":{"type":"integer"}}}"#)
        ]
        let calls = LogBook()

        func call(_ name: String, arguments: String, for prompt: Prompt) async -> String {
            calls.log.info("\(name) \(arguments) \(prompt.exchanges.count)")
            return "The timer is set."
        }
    }

    @Test(
        "A tool is used when the model asks, and the model knows the result before it goes on",
        arguments: [#"{"seconds":60}"#, "{}"])
    func tools(arguments: String) async throws {
        change { $0.toolCall = Script.ToolCall("set_timer:\(arguments)") }
        let kitchen = Kitchen()
        #expect(try await chat(server(), tools: kitchen) == Self.reply)
        #expect(kitchen.calls.lines == ["info: set_timer \(arguments) 1"])
        #expect(sandbox.requests.count == 2)
    }

    @Test("What a tool did is told by the device when the model fails behind it")
    func told() async throws {
        change { script in
            script.toolCall = Script.ToolCall("set_timer:{}")
            var rule = FaultRule(.badRequest)
            rule.every = 2
            script.faults = [rule]
        }
        #expect(try await chat(server(), tools: Kitchen()) == "The timer is set.")
        #expect(log.count("telling what was done") == 1)
    }

    @Test("The limit of tokens within a call is a failure, and nothing is done")
    func cutCall() async throws {
        let events = [
            #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","#
                + #""id":"t","name":"set_timer","input":{}}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","#
                + #""partial_json":"{\"sec"}}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}"#,
            #"{"type":"message_stop"}"#,
        ]
        let kitchen = Kitchen()
        let error = try await failure(of: events, tools: kitchen)
        #expect("\(error)".contains("limit of tokens"))
        #expect(kitchen.calls.lines.isEmpty)
    }

    @Test("A refusal is told as one")
    func refusal() async throws {
        let events = [
            #"{"type":"message_delta","delta":{"stop_reason":"refusal"}}"#,
            #"{"type":"message_stop"}"#,
        ]
        #expect(Self.sort(of: try await failure(of: events)) == "refused")
    }

    @Test("A reply without its end broke off, even if it says why it ends")
    func noEnd() async throws {
        let events = [
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#,
        ]
        #expect("\(try await failure(of: events))".contains("broke off"))
    }

    @Test("Before a tool and after it, sentences of their own are said; its thoughts go back")
    func preamble() async throws {
        let first = [
            #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","#
                + #""thinking":"","signature":"sig"}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","#
                + #""text":"I see."}}"#,
            #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","#
                + #""id":"t1","name":"set_timer","input":{}}}"#,
            #"{"type":"content_block_stop","index":2}"#,
            #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","#
                + #""id":"t2","name":"set_timer","input":{}}}"#,
            #"{"type":"content_block_stop","index":3}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#,
            #"{"type":"message_stop"}"#,
        ]
        let second = [
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","#
                + #""text":"Done."}}"#,
            #"{"type":"message_stop"}"#,
        ]
        let server = try ScriptedServer([first, second])
        #expect(try await chat(server.service(clock, log.log), tools: Kitchen()) == "I see.\nDone.")
        let sent = try #require(server.bodies.last)
        #expect(sent.contains(#""signature":"sig""#))
        // The results of one round stand in one message.
        let results = sent.ranges(of: #""type":"tool_result""#)
        #expect(results.count == 2)
        #expect(!sent[results[0].upperBound..<results[1].lowerBound].contains("role"))
        #expect(!server.bodies.contains { $0.contains("temperature") })
        #expect(!server.bodies.contains { $0.contains("\"thinking\":{") })

        let quiet = try ScriptedServer([first, [#"{"type":"message_stop"}"#]])
        let told = try await chat(quiet.service(clock, log.log), tools: Kitchen())
        #expect(told == "I see.\nThe timer is set. The timer is set.")
    }

    private func failure(
        of events: [String], tools: (any Tools)? = nil
    ) async throws -> ProviderError {
        let server = try ScriptedServer([events])
        let service = server.service(clock, log.log)
        let error = await Self.failure { _ = try await chat(service, tools: tools) }
        return try #require(error)
    }

    // MARK: - What goes wrong

    struct Refusal: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let asked: Int
        var waits: [Duration] = []
        let sort: String
        var testDescription: String { fault.rawValue }
    }

    /// What `work` throws; nil if it does not.
    private static func failure(of work: () async throws -> Void) async -> ProviderError? {
        do {
            try await work()
            return nil
        } catch {
            return error as? ProviderError
        }
    }

    /// The name of the case.
    private static func sort(of error: ProviderError) -> String? {
        Mirror(reflecting: error).children.first?.label
    }

    /// The rows of Anthropic's table of errors: whether it is asked again, and what it is taken for.
    static let refusals = [
        Refusal(fault: .badRequest, asked: 1, sort: "refused"),
        Refusal(fault: .unauthorized, asked: 1, sort: "keyRefused"),
        Refusal(fault: .forbidden, asked: 1, sort: "keyRefused"),
        Refusal(fault: .notFound, asked: 1, sort: "refused"),
        Refusal(fault: .timeout, asked: 3, sort: "down"),
        Refusal(fault: .conflict, asked: 3, sort: "down"),
        Refusal(fault: .tooLarge, asked: 1, sort: "refused"),
        Refusal(fault: .unprocessable, asked: 1, sort: "refused"),
        Refusal(fault: .rateLimited, asked: 3, waits: [.seconds(1), .seconds(1)], sort: "busy"),
        Refusal(fault: .quotaUsedUp, asked: 1, sort: "creditUsedUp"),
        Refusal(fault: .serverError, asked: 3, sort: "down"),
        Refusal(fault: .overloaded, asked: 3, sort: "down"),
        Refusal(fault: .redirect, asked: 1, sort: "refused"),
    ]

    @Test(
        "Each refusal is taken for what it is, and asked again only where it helps",
        arguments: refusals, [Endpoint.messages, .models])
    func refused(refusal: Refusal, endpoint: Endpoint) async throws {
        change { $0.faults = [FaultRule(refusal.fault, at: endpoint)] }
        let error = await Self.failure {
            _ = try await chat(server(), model: endpoint == .models ? nil : Self.model)
        }
        #expect(Self.sort(of: try #require(error)) == refusal.sort)
        #expect(sandbox.requests.count == refusal.asked)
        #expect(clock.waits.count == refusal.asked - 1)
        if !refusal.waits.isEmpty { #expect(clock.waits == refusal.waits) }
        #expect(log.count(Self.key) == 0 && !"\(error!)".contains(Self.key))
    }

    @Test("A key that is not the right one, or none, is refused", arguments: [nil, "", "sk-ant-x"])
    func wrongKey(key: String?) async throws {
        let error = await Self.failure { _ = try await chat(server(key: key)) }
        #expect(Self.sort(of: try #require(error)) == "keyRefused")
        #expect(sandbox.requests.count == 1)
    }

    @Test(
        "Credit that is used up has its own sentence, though it is a bad request like any other",
        arguments: [
            "Your credit balance is too low to access the Anthropic API.",
            "You have reached your specified API usage limits.",
        ])
    func credit(message: String) {
        let failure = ServiceFailure(
            status: 400, headers: HTTPHeaders(),
            body: Array(
                """
                {"type":"error","error":{"type":"invalid_request_error","message":"\(message)"}}
                """.utf8), key: nil)
        #expect(Self.sort(of: server().error(of: failure)) == "creditUsedUp")
    }

    @Test(
        "A server that does not answer is not waited for longer than was set",
        arguments: [Fault.silence, .stall, .stallMidway])
    func stalled(fault: Fault) async throws {
        change { $0.faults = [FaultRule(fault)] }
        let server = server(timeout: .milliseconds(150))
        await #expect(throws: ProviderError.self) { try await chat(server) }
    }

    @Test(
        "An answer that breaks off, or is none, is no whole answer",
        arguments: [Fault.reset, .truncation, .garbage])
    func broken(fault: Fault) async throws {
        change { $0.faults = [FaultRule(fault)] }
        await #expect(throws: ProviderError.self) { try await chat(server()) }
    }

    @Test("An answer that comes a byte at a time is the same answer")
    func trickle() async throws {
        change { $0.faults = [FaultRule(.trickle)] }
        #expect(try await chat(server()) == Self.reply)
    }

    @Test("An error in the stream ends the reply, and its beginning is kept")
    func errorEvent() async throws {
        change { $0.faults = [FaultRule(.errorEvent)] }
        let model = AnthropicMessages(server(), model: ModelChoice(Self.model), tools: nil)
        let reply = try await model.reply(to: Prompt(question: "?"))
        var text = ""
        let error = await Self.failure {
            for try await piece in reply { text += piece }
        }
        #expect(Self.sort(of: try #require(error)) == "down")
        #expect(!text.isEmpty && Self.reply.hasPrefix(text))
    }

    @Test("A megabyte without a full stop, and bytes that are no text, are read")
    func oddTexts() async throws {
        change { $0.faults = [FaultRule(.megabyte)] }
        #expect(try await chat(server()).count >= 1_000_000)
        change { $0.faults = [FaultRule(.invalidUTF8)] }
        #expect(try await chat(server()).contains("\u{FFFD}"))
    }

    @Test("Whoever is cancelled stops waiting, and the server is told")
    func cancelled() async throws {
        change { $0.faults = [FaultRule(.silence)] }
        let asking = Task { try await chat(server(timeout: .seconds(60))) }
        while sandbox.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        asking.cancel()
        await #expect(throws: ProviderError.cancelled) { try await asking.value }
    }
}
