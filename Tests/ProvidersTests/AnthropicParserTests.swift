import Linux
import Testing
import Voice

@testable import Providers

/// What comes of event streams, as `POST /v1/messages` writes them.
struct AnthropicParserTests {
    private let server = HTTPService.anthropic(
        key: nil, client: HTTPClient(), clock: MonotonicClock(), log: .silent)

    private static func delta(_ index: Int, _ delta: String) -> String {
        #"{"type":"content_block_delta","index":\#(index),"delta":{\#(delta)}}"#
    }
    private static func text(_ text: String) -> String {
        delta(0, #""type":"text_delta","text":"\#(text)""#)
    }
    private static func start(_ index: Int, _ block: String) -> String {
        #"{"type":"content_block_start","index":\#(index),"content_block":{\#(block)}}"#
    }
    private static func stop(_ index: Int) -> String {
        #"{"type":"content_block_stop","index":\#(index)}"#
    }
    private static func end(_ reason: String) -> String {
        #"{"type":"message_delta","delta":{"stop_reason":\#(reason)},"usage":{"output_tokens":5}}"#
    }
    private static let over = #"{"type":"message_stop"}"#
    private static let ping = #"{"type":"ping"}"#
    private static let tool = #""type":"tool_use","id":"t1","name":"set_timer","input":{}"#

    struct Answer: Sendable, CustomTestStringConvertible {
        let name: String
        let events: [String]
        var text = ""
        var calls: [String] = []
        var finish: String?
        var isOver = true
        var thoughts = 0
        var failure: String?
        var testDescription: String { name }
    }

    static let answers = [
        Answer(
            name: "a plain reply",
            events: [
                #"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}"#,
                start(0, #""type":"text","text":"""#), ping, text("It is"), ping, text(" noon."),
                stop(0), end(#""end_turn""#), over,
            ], text: "It is noon.", finish: "done"),
        Answer(
            name: "what comes behind the end",
            events: [text("a"), end("null"), over, text("b"), "no JSON"], text: "a",
            finish: "done"),
        Answer(
            name: "no end", events: [text("a"), stop(0), end(#""end_turn""#)], text: "a",
            isOver: false),
        Answer(
            name: "thoughts are kept and not said",
            events: [
                start(0, #""type":"thinking","thinking":"","signature":"""#),
                delta(0, #""type":"thinking_delta","thinking":"Hm""#),
                delta(0, #""type":"signature_delta","signature":"xyz""#), stop(0),
                start(1, #""type":"redacted_thinking","data":"abc""#), stop(1),
                start(2, #""type":"text","text":"Yes""#), stop(2), end(#""end_turn""#), over,
            ], text: "Yes", finish: "done", thoughts: 2),
        Answer(
            name: "a call in parts",
            events: [
                start(0, tool), delta(0, #""type":"input_json_delta","partial_json":"""#),
                delta(0, #""type":"input_json_delta","partial_json":"{\"min""#),
                delta(0, #""type":"input_json_delta","partial_json":"utes\":5}""#), stop(0),
                end(#""tool_use""#), over,
            ], calls: [#"t1 set_timer {"minutes":5}"#], finish: "done"),
        Answer(
            name: "a call without arguments, and one that has them at once",
            events: [
                start(0, tool), stop(0),
                start(1, #""type":"tool_use","id":"t2","name":"mute","input":{"on":true}"#),
                stop(1), end(#""tool_use""#), over,
            ], calls: ["t1 set_timer {}", #"t2 mute {"on":true}"#], finish: "done"),
        Answer(
            name: "the limit", events: [text("a"), end(#""max_tokens""#), over], text: "a",
            finish: "length"),
        Answer(
            name: "the window", events: [end(#""model_context_window_exceeded""#), over],
            finish: "length"),
        Answer(
            name: "a refusal", events: [text("I"), end(#""refusal""#), over], text: "I",
            finish: "filtered"),
        Answer(
            name: "a pause", events: [text("I"), end(#""pause_turn""#), over], text: "I",
            finish: "done"),
        Answer(
            name: "news",
            events: [
                #"{"type":"brand_new","delta":[1],"index":"x"}"#,
                start(0, #""type":"hologram","text":7"#),
                delta(0, #""type":"hologram_delta","text":7"#), "{}", text("a"),
                delta(0, #""type":"citations_delta","citation":{}"#), end(#""news""#), over,
            ], text: "a", finish: "done"),
        Answer(
            name: "overloaded",
            events: [
                text("a"),
                #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            ], text: "a", isOver: false, failure: "down"),
        Answer(
            name: "too much",
            events: [#"{"type":"error","error":{"type":"rate_limit_error","message":"m"}}"#],
            isOver: false, failure: "busy"),
        Answer(
            name: "no credit",
            events: [#"{"type":"error","error":{"type":"billing_error","message":"m"}}"#],
            isOver: false, failure: "creditUsedUp"),
        Answer(
            name: "no key",
            events: [#"{"type":"error","error":{"type":"authentication_error","message":"m"}}"#],
            isOver: false, failure: "keyRefused"),
        Answer(name: "no JSON", events: ["<html>"], isOver: false, failure: "failed"),
        Answer(
            name: "a delta that is none",
            events: [#"{"type":"content_block_delta","index":0}"#], isOver: false,
            failure: "failed"),
        Answer(
            name: "calls without end",
            events: (0..<20).map { start($0, tool) }, calls: [], isOver: false,
            failure: "failed"),
    ]

    @Test("An answer is what its events tell", arguments: answers, [1, 7, 1 << 20])
    func reads(expected: Answer, size: Int) {
        var answer = ChatAnswer(from: server, by: AnthropicParser())
        let bytes = Array(
            expected.events.map { "event: whatever\ndata: \($0)\n\n" }.joined().utf8)
        var said = ""
        var failure: ProviderError?
        for start in stride(from: 0, to: bytes.count, by: size) where failure == nil {
            let new = answer.take(Array(bytes[start..<min(start + size, bytes.count)]))
            said += new.pieces.joined()
            failure = new.failure
        }
        let thoughts = answer.content.count { if case .thought = $0 { true } else { false } }
        #expect(said == expected.text)
        #expect(answer.finish.map { "\($0)" } == expected.finish)
        #expect(answer.isOver == expected.isOver)
        let sort = failure.flatMap { Mirror(reflecting: $0).children.first?.label }
        #expect(sort == expected.failure)
        guard failure == nil else { return }
        #expect(answer.calls.map { "\($0.id) \($0.name) \($0.arguments)" } == expected.calls)
        #expect(thoughts == expected.thoughts)
    }
}
