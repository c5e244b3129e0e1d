import TestSupport
import Testing

@testable import sandbox

struct ChatTests {
    private func body(_ members: String, messages: String? = nil) -> String {
        let messages = messages ?? #"[{"role":"user","content":"Hi"}]"#
        return "{\"model\":\"gpt-6-luna\",\"messages\":\(messages)\(members)}"
    }

    @Test("A streamed answer is what OpenAI sends, byte for byte")
    func events() throws {
        var script = Script()
        script.reply = "Well, \"yes\"."
        let sandbox = try Sandbox(script)
        let options =
            #","stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}"#
        let answer = try RawClient(port: sandbox.server.port).chat(body(options))
        #expect(answer.headers["content-type"] == "text/event-stream; charset=utf-8")
        let head =
            #"{"id":"chatcmpl-sandbox1","object":"chat.completion.chunk","created":1700000000,"#
            + #""model":"gpt-6-luna","service_tier":"default","system_fingerprint":null,"choices":["#
        func chunk(_ delta: String, _ end: String = "null") -> String {
            "\(head){\"index\":0,\"delta\":\(delta),\"logprobs\":null,\"finish_reason\":\(end)}]"
                + ",\"usage\":null}"
        }
        let expected =
            [chunk(#"{"role":"assistant","content":"","refusal":null}"#)]
            + ["Well", ",", " \\\"", "yes", "\\\"", "."].map { chunk("{\"content\":\"\($0)\"}") }
            + [
                chunk("{}", "\"stop\""),
                head + #"],"usage":{"prompt_tokens":1,"completion_tokens":6,"total_tokens":7,"#
                    + #""prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"#
                    + #""completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}}"#,
                "[DONE]",
            ]
        #expect(answer.text == expected.map { "data: \($0)\n\n" }.joined())
        // Each was sent by itself.
        #expect(answer.chunks.count == expected.count)
    }

    @Test("An answer that is not streamed is one object")
    func whole() throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).chat()
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.text.contains(#""content":"You said: Hi That is all I can tell you.""#))
        #expect(answer.text.contains(#""finish_reason":"stop""#))
    }

    @Test("A reply longer than was asked for is cut, and says so")
    func length() throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).chat(
            body(#","max_completion_tokens":2"#))
        #expect(answer.text.contains(#""content":"You said""#))
        #expect(answer.text.contains(#""finish_reason":"length""#))
    }

    private static let tool =
        #"[{"type":"function","function":{"name":"set_timer","parameters":{"type":"object"}}}]"#
    private static let call =
        #"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","#
        + #""function":{"name":"set_timer","arguments":"{}"}}]}"#

    @Test("A function is called if it is offered and the script's word is said")
    func toolCall() throws {
        var script = Script()
        script.toolCall = .init(#"set_timer:{"minutes":5}"#, trigger: "timer")
        let sandbox = try Sandbox(script)
        let client = RawClient(port: sandbox.server.port)
        let asked = #"[{"role":"user","content":"A Timer, please"}]"#
        let tools = #","tools":\#(Self.tool),"stream":true"#
        let answer = try client.chat(body(tools, messages: asked))
        #expect(answer.text.contains(#""name":"set_timer","arguments":"""#))
        let fragments = answer.text.matches(of: /"arguments":"((?:[^"\\]|\\.)*)"/).map {
            String($0.1).replacing("\\\"", with: "\"")
        }
        #expect(fragments.joined() == #"{"minutes":5}"#)
        #expect(answer.text.contains(#""finish_reason":"tool_calls""#))

        #expect(try client.chat(body(tools)).text.contains("\"content\":\" said\""))
        let with =
            #"[{"role":"user","content":"timer"},\#(Self.call),"#
            + #"{"role":"tool","tool_call_id":"c1","content":"set"}]"#
        #expect(try client.chat(body(tools, messages: with)).text.contains("\"content\":\" said\""))
    }

    static let wrong: [(members: String, messages: String?, param: String)] = [
        (#","max_tokens":5"#, nil, "max_tokens"), (#","user":"me"#, nil, "JSON body"),
        (#","user":"me""#, nil, "user"), (#","wat":1"#, nil, "wat"),
        (#","temperature":3"#, nil, "temperature"), (#","temperature":"1""#, nil, "temperature"),
        (#","stream_options":{"include_usage":true}"#, nil, "stream_options"),
        (#","stream":true,"stream_options":{"wat":true}"#, nil, "stream_options.wat"),
        (#","stop":["a","b","c","d","e"]"#, nil, "stop"),
        (#","reasoning_effort":"lots""#, nil, "reasoning_effort"),
        (#","max_completion_tokens":1.5"#, nil, "max_completion_tokens"),
        (#","tool_choice":"auto""#, nil, "tool_choice"), (#","tools":[]"#, nil, "tools"),
        (#","tools":[{"type":"function"}]"#, nil, "tools[0].function"),
        (#","tools":[{"type":"function","function":{"name":"a b"}}]"#, nil, "function.name"),
        ("", "[]", "messages"), ("", "{}", "messages"), ("", "[7]", "messages[0]"),
        ("", #"[{"content":"Hi"}]"#, "messages[0].role"),
        ("", #"[{"role":"robot","content":"Hi"}]"#, "messages[0].role"),
        ("", #"[{"role":"user"}]"#, "messages[0].content"),
        ("", #"[{"role":"user","content":"a","wat":1}]"#, "messages[0].wat"),
        ("", #"[{"role":"user","content":[{"type":"text"}]}]"#, "content[0].text"),
        ("", #"[{"role":"tool","content":"a","tool_call_id":"c1"}]"#, "preceding message"),
        ("", "[\(call)]", "must be followed"),
        ("", "[\(call),{\"role\":\"user\",\"content\":\"a\"}]", "must be followed"),
    ]

    @Test("A request that OpenAI would not take is refused", arguments: wrong)
    func strict(members: String, messages: String?, param: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).chat(
            body(members, messages: messages))
        #expect(answer.status == 400)
        #expect(answer.text.contains(param))
        #expect(answer.text.contains(#""type":"invalid_request_error""#))
    }

    @Test(
        "A model that is unknown, or for something else, is not found", arguments: ["x", "tts-1"])
    func model(name: String) throws {
        let sandbox = try Sandbox()
        let answer = try RawClient(port: sandbox.server.port).chat(
            "{\"model\":\"\(name)\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")
        #expect(answer.status == 404)
        #expect(answer.text.contains("model_not_found"))
    }

    @Test(
        "Tokens are words with the space before them, and marks",
        arguments: [
            ("", []), ("Hello, world.", ["Hello", ",", " world", "."]),
            ("it's 3.5 °C", ["it's", " 3", ".", "5", " °", "C"]), (" a\n b", [" a", "\n", " b"]),
        ])
    func tokenized(text: String, tokens: [String]) {
        #expect(sandbox.tokens(of: text) == tokens)
        #expect(sandbox.tokens(of: text).joined() == text)
    }
}
