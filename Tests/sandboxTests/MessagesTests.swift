import TestSupport
import Testing
import Voice

@testable import sandbox

struct MessagesTests {
    private func body(_ members: String = "", messages: String? = nil) -> String {
        let messages = messages ?? #"[{"role":"user","content":"Hi"}]"#
        return "{\"model\":\"claude-haiku-5-5\",\"messages\":\(messages)\(members)}"
    }

    private static let limit = #","max_tokens":100"#

    @Test("A streamed answer is what Anthropic sends, byte for byte")
    func events() throws {
        var script = Script()
        script.reply = "Well, \"yes\"."
        let sandbox = try Sandbox(script)
        let answer = try RawClient(port: sandbox.server.port).messages(
            body(Self.limit + #","stream":true"#))
        #expect(answer.headers["content-type"] == "text/event-stream; charset=utf-8")
        #expect(answer.headers["request-id"] == "req_sandbox1")
        func event(_ name: String, _ rest: String = "") -> String {
            "event: \(name)\ndata: {\"type\":\"\(name)\"\(rest)}\n\n"
        }
        let message =
            #","message":{"id":"msg_sandbox1","type":"message","role":"assistant","#
            + #""model":"claude-haiku-5-5","content":[],"stop_reason":null,"#
            + #""stop_sequence":null,"usage":{"input_tokens":1,"#
            + #""cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1,"#
            + #""service_tier":"standard"}}"#
        var expected = event("message_start", message)
        expected += event(
            "content_block_start", #","index":0,"content_block":{"type":"text","text":""}"#)
        expected += event("ping")
        for piece in ["Well", ",", #" \""#, "yes", #"\""#, "."] {
            expected += event(
                "content_block_delta",
                #","index":0,"delta":{"type":"text_delta","text":"\#(piece)"}"#)
        }
        expected += event("content_block_stop", #","index":0"#)
        expected += event(
            "message_delta",
            #","delta":{"stop_reason":"end_turn","stop_sequence":null},"#
                + #""usage":{"output_tokens":6}"#)
        expected += event("message_stop")
        #expect(answer.text == expected)
    }

    @Test("An answer that is not streamed is one object; a longer one than asked for is cut")
    func whole() throws {
        let sandbox = try Sandbox()
        let client = RawClient(port: sandbox.server.port)
        let answer = try client.messages()
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.text.contains(#""text":"You said: Hi That is all I can tell you.""#))
        #expect(answer.text.contains(#""stop_reason":"end_turn""#))
        let short = try client.messages(body(#","max_tokens":2"#))
        #expect(short.text.contains(#""text":"You said""#))
        #expect(short.text.contains(#""stop_reason":"max_tokens""#))
    }

    private static let tools =
        #","tools":[{"name":"set_timer","input_schema":{"type":"object"}}]"#
    private static let call =
        #"{"role":"assistant","content":[{"type":"text","text":"So."},"#
        + #"{"type":"tool_use","id":"t1","name":"set_timer","input":{}}]}"#
    private static let asked = #"{"role":"user","content":"A timer"}"#
    private static func result(_ id: String) -> String {
        #"{"type":"tool_result","tool_use_id":"\#(id)","content":"set"}"#
    }

    @Test("A tool is used if it is offered and the script's word is said")
    func toolCall() throws {
        var script = Script()
        script.toolCall = .init(#"set_timer:{"minutes":5}"#, trigger: "timer")
        let sandbox = try Sandbox(script)
        let client = RawClient(port: sandbox.server.port)
        let members = Self.limit + Self.tools + #","stream":true"#
        let answer = try client.messages(body(members, messages: "[\(Self.asked)]"))
        #expect(answer.text.contains(#""name":"set_timer","input":{}"#))
        let fragments = answer.text.matches(of: /"partial_json":"((?:[^"\\]|\\.)*)"/).map {
            String($0.1).replacing("\\\"", with: "\"")
        }
        #expect(fragments.joined() == #"{"minutes":5}"#)
        #expect(answer.text.contains(#""stop_reason":"tool_use""#))

        #expect(try client.messages(body(members)).text.contains("\"text\":\" said\""))
        let with =
            "[\(Self.asked),\(Self.call),{\"role\":\"user\",\"content\":[\(Self.result("t1"))]}]"
        let reply = try client.messages(body(members, messages: with))
        #expect(reply.text.contains("\"text\":\" said\""))
        let forbidden = try client.messages(
            body(members + #","tool_choice":{"type":"none"}"#, messages: "[\(Self.asked)]"))
        #expect(!forbidden.text.contains("tool_use"))
    }

    static let wrong: [(members: String, messages: String?, words: String)] = [
        ("", nil, "max_tokens: Field required"),
        (limit + #","temperature":1"#, nil, "temperature: Extra inputs are not permitted"),
        (limit + #","top_p":1"#, nil, "top_p: Extra inputs are not permitted"),
        (limit + #","top_k":1"#, nil, "top_k: Extra inputs are not permitted"),
        (limit + #","wat":1"#, nil, "wat: Extra inputs are not permitted"),
        (limit + #","stream":1"#, nil, "stream: Input should be true or false"),
        (#","max_tokens":0"#, nil, "max_tokens: Input should be"),
        (#","max_tokens":1.5"#, nil, "max_tokens: Input should be a whole number"),
        (limit + #","system":7"#, nil, "system: Input should be a string"),
        (limit + #","thinking":{"type":"lots"}"#, nil, "thinking.type"),
        (limit + #","thinking":{"type":"enabled","budget_tokens":1024}"#, nil, "greater than"),
        (limit + #","output_config":{"effort":"none"}"#, nil, "output_config.effort"),
        (limit + #","tool_choice":{"type":"auto"}"#, nil, "tool_choice"),
        (limit + #","tools":[{"name":"a"}]"#, nil, "tools.0.input_schema: Field required"),
        (limit + #","tools":[{"name":"a b","input_schema":{}}]"#, nil, "tools.0.name"),
        (limit + #","tools":[{"name":"a","input_schema":{}}]"#, nil, "tools.0.input_schema.type"),
        (limit, "[]", "at least one message"), (limit, "{}", "messages"),
        (limit, "[7]", "messages.0"),
        (limit, #"[{"content":"Hi"}]"#, "messages.0.role: Field required"),
        (limit, #"[{"role":"system","content":"Hi"}]"#, "messages.0.role"),
        (limit, #"[{"role":"assistant","content":"Hi"}]"#, "first message"),
        (limit, #"[{"role":"user"}]"#, "messages.0.content: Field required"),
        (limit, #"[{"role":"user","content":" "}]"#, "must be non-empty"),
        (limit, #"[{"role":"user","content":[]}]"#, "must have non-empty content"),
        (limit, #"[{"role":"user","content":"a","wat":1}]"#, "messages.0.wat"),
        (limit, #"[{"role":"user","content":[{"type":"text"}]}]"#, "content.0.text"),
        (limit, #"[{"role":"user","content":[{"type":"tool_use"}]}]"#, "content.0.type"),
        (limit, "[{\"role\":\"user\",\"content\":[\(result("t1"))]}]", "unexpected `tool_use_id`"),
        (limit, "[\(asked),\(call)]", "without `tool_result` blocks"),
        (limit, "[\(asked),\(call),\(asked)]", "without `tool_result` blocks"),
        (
            limit, "[\(asked),\(call),{\"role\":\"user\",\"content\":[\(result("t2"))]}]",
            "unexpected `tool_use_id`"
        ),
    ]

    @Test("A request that Anthropic would not take is refused", arguments: wrong)
    func strict(members: String, messages: String?, words: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).messages(
            body(members, messages: messages))
        #expect(answer.status == 400)
        #expect(answer.text.contains(words))
        #expect(
            answer.text.hasPrefix(#"{"type":"error","error":{"type":"invalid_request_error","#))
    }

    @Test("A version must be named; the older one takes fields of sampling")
    func versions() throws {
        let sandbox = try Sandbox()
        let client = RawClient(port: sandbox.server.port)
        let old = body(Self.limit + #","temperature":0.5"#)
        #expect(try client.messages(old, version: "2023-06-01").status == 200)
        #expect(try client.messages(old, version: "2026-10-21").status == 400)
        #expect(try client.messages(version: nil).text.contains("anthropic-version"))
        #expect(try client.messages(version: "2020-01-01").status == 400)
    }

    @Test("Either form of a key is taken, and the first holds")
    func keys() throws {
        var script = Script()
        script.key = "right"
        let sandbox = try Sandbox(script)
        let client = RawClient(port: sandbox.server.port)
        func status(_ keys: [String: String]) throws -> Int {
            let headers = keys.merging(
                ["Content-Type": "application/json", "anthropic-version": "2026-10-21"]
            ) { one, _ in one }
            return try client.ask(
                "POST", "/v1/messages", headers: headers, body: Array(Good.messages.utf8)
            ).status
        }
        #expect(try status(["x-api-key": "right"]) == 200)
        #expect(try status(["Authorization": "Bearer right"]) == 200)
        #expect(try status(["x-api-key": "right", "Authorization": "Bearer wrong"]) == 200)
        #expect(try status(["x-api-key": "wrong", "Authorization": "Bearer right"]) == 401)
        #expect(try status(["Authorization": "right"]) == 401)
        #expect(try status([:]) == 401)
    }

    @Test("A model that is unknown, or gone", arguments: ["gpt-6-luna", "claude-3-haiku-20240307"])
    func model(name: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).messages(
            Good.messages.replacing("claude-haiku-5-5", with: name))
        #expect(answer.status == 404)
        #expect(answer.text.contains(#""type":"not_found_error","message":"model: \#(name)""#))
    }

    @Test("The header decides whose models are listed, and the list comes in pages")
    func models() throws {
        let sandbox = try Sandbox()
        let client = RawClient(port: sandbox.server.port)
        let headers = ["x-api-key": "k", "anthropic-version": "2026-10-21"]
        func list(_ query: String) throws -> RawClient.Answer {
            try client.ask("GET", "/v1/models\(query)", headers: headers)
        }
        #expect(try client.good(.models).text.contains(#""object":"list""#))
        let all = try list("")
        #expect(all.text.contains(#""has_more":false"#))
        #expect(all.text.contains(#""lifecycle":"retired""#))
        let first = try list("?limit=2").text
        #expect(first.contains(#""has_more":true"#))
        #expect(first.contains(#""last_id":"claude-sonnet-5-5""#))
        let second = try list("?limit=100&after_id=claude-sonnet-5-5").text
        #expect(second.contains(#""first_id":"claude-haiku-5-5""#))
        for query in ["?limit=0", "?after_id=x", "?wat=1"] {
            #expect(try list(query).status == 400)
        }
    }

    static let refusals: [(fault: Fault, status: Int, type: String)] = [
        (.badRequest, 400, "invalid_request_error"), (.unauthorized, 401, "authentication_error"),
        (.forbidden, 403, "permission_error"), (.notFound, 404, "not_found_error"),
        (.timeout, 408, "timeout_error"), (.conflict, 409, "conflict_error"),
        (.tooLarge, 413, "request_too_large"), (.unprocessable, 422, "invalid_request_error"),
        (.rateLimited, 429, "rate_limit_error"), (.quotaUsedUp, 402, "billing_error"),
        (.serverError, 500, "api_error"), (.overloaded, 529, "overloaded_error"),
    ]

    @Test("Every refusal has Anthropic's body", arguments: refusals)
    func refused(fault: Fault, status: Int, type: String) throws {
        let sandbox = try Sandbox(fault: fault)
        let answer = try RawClient(port: sandbox.server.port).messages()
        #expect(answer.status == status)
        #expect(answer.text.hasPrefix(#"{"type":"error","error":{"type":"\#(type)","message":""#))
        #expect(answer.text.hasSuffix(#","request_id":"req_sandbox"}"#))
        #expect((answer.headers["retry-after"] != nil) == (fault == .rateLimited))
    }

    @Test("An error in the stream has its name, comes after a good beginning, and is the end")
    func event() throws {
        let sandbox = try Sandbox(fault: .errorEvent)
        let answer = try RawClient(port: sandbox.server.port).good(.messages)
        #expect(answer.text.contains("text_delta"))
        #expect(answer.text.contains("event: error\ndata: {\"type\":\"error\",\"error\":{"))
        #expect(!answer.text.contains("message_stop"))
    }

    @Test("Tokens come when they are due, as those of any model")
    func deadlines() throws {
        let request = try MessagesRequest(
            Array((Good.messages.dropLast() + #","stream":true}"#).utf8), version: "2026-10-21")
        let start = Moment(nanoseconds: 0)
        let reply = MessagesReply(request: request, number: 1, profile: .typical, start: start)
        let moments = reply.saying("one two three").pieces.map {
            ($0.moment - start).inMilliseconds
        }
        #expect(moments == [400, 400, 415, 430, 430, 430, 430])
    }
}
