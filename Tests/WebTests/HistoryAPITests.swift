import Linux
import Synchronization
import TestSupport
import Testing
import Voice
import Web

/// Three turns, and a recording of one.
private final class FakeHistory: TurnHistory {
    private let kept = Mutex(["c", "b", "a"])
    private let recording: String
    let asked = Mutex<[String]>([])

    init(recording: String) { self.recording = recording }

    func turns(
        with text: String, from next: Int64?, atMost count: Int
    ) async throws -> (turns: [KeptTurn], next: Int64?) {
        asked.withLock { $0.append("\(text) \(next ?? -1) \(count)") }
        let turns = kept.withLock { $0 }.map { made($0) }
        return (Array(turns.prefix(count)), turns.count > count ? 7 : nil)
    }

    private func made(_ id: String) -> KeptTurn {
        var turn = KeptTurn(id: id, source: "button")
        turn.transcript = "<b>What \"time\"</b>\nis it?"
        turn.timeline = [("pressed", 0), ("heard", 1250.5)]
        turn.hasQuestionSound = true
        return turn
    }

    func turn(_ id: String) async throws -> KeptTurn? {
        kept.withLock { $0 }.contains(id) ? made(id) : nil
    }

    func file(of sound: KeptSound, _ id: String) async throws -> String? {
        if id == "gone" { return recording + ".gone" }
        return sound == .question && id == "a" ? recording : nil
    }

    func delete(_ id: String) async throws -> Bool {
        kept.withLock { kept in
            defer { kept.removeAll { $0 == id } }
            return kept.contains(id)
        }
    }

    func deleteAll() async throws { kept.withLock { $0 = [] } }
}

struct HistoryAPITests {
    private let folder = TemporaryFolder()
    private let history: FakeHistory
    private let server: Server
    private static let sound = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7) }

    init() throws {
        history = FakeHistory(recording: folder.file("question.wav", Self.sound))
        var api = API()
        HistoryAPI(history).add(to: &api)
        let router = api.router(behind: KeyGate("secret"))
        server = try Server(address: "127.0.0.1", port: 0) { try router.handle($0) }
    }

    private func ask(
        _ method: String, _ path: String, _ headers: [String: String] = [:]
    ) async throws -> RawClient.Answer {
        try await TestSupport.ask(
            port: server.port, method, path,
            headers: headers.merging(["x-api-key": "secret"]) { $1 })
    }

    @Test("Turns come page by page")
    func pages() async throws {
        let first = try await ask("GET", "/api/turns?limit=2&text=caf%C3%A9&from=9")
        #expect(history.asked.withLock { $0 } == ["café 9 2"])
        #expect(first.text.hasPrefix(#"{"next":7,"turns":[{"#))
        #expect(try await ask("GET", "/api/turns/").text.hasPrefix(#"{"next":null,"#))
        let turn = try await ask("GET", "/api/turns/a").text
        #expect(
            turn
                == #"""
                {"answer":null,"at":null,"failure":null,"id":"a","outcome":null,"providers":{},
                "question":"/api/turns/a/question.wav","reply":"","source":"button","timeline":
                [{"milliseconds":0,"step":"pressed"},{"milliseconds":1250.5,"step":"heard"}],
                "transcript":"<b>What \"time\"</b>\nis it?","user":null}
                """#.unbroken)
    }

    static let wrong: [(target: String, status: Int, field: String?)] = [
        ("/api/turns?limit=0", 422, "limit"), ("/api/turns?limit=201", 422, "limit"),
        ("/api/turns?limit=two", 422, "limit"), ("/api/turns?from=-1", 422, "from"),
        ("/api/turns?from=1e3", 422, "from"),
        ("/api/turns?from=99999999999999999999", 422, "from"),
        ("/api/turns?text=" + String(repeating: "x", count: 201), 422, "text"),
        ("/api/turns/nobody", 404, nil), ("/api/turns/..%2f..%2fetc", 400, nil),
        ("/api/turns/a/reply.wav", 404, nil), ("/api/turns/gone/question.wav", 404, nil),
        ("/api/turns/a/other.wav", 404, nil),
    ]

    @Test("What is not there, or cannot be asked for, is refused", arguments: wrong)
    func refused(target: String, status: Int, field: String?) async throws {
        let answer = try await ask("GET", target)
        #expect(answer.status == status)
        if let field { #expect(answer.text.contains("\"field\":\"\(field)\"")) }
        #expect(try await ask("DELETE", "/api/turns/nobody").status == 404)
    }

    @Test("A turn is deleted, and then all are")
    func delete() async throws {
        #expect(try await ask("DELETE", "/api/turns/b").status == 204)
        #expect(try await ask("GET", "/api/turns/b").status == 404)
        #expect(try await ask("GET", "/api/turns/a").status == 200)
        #expect(try await ask("DELETE", "/api/turns").status == 204)
        #expect(try await ask("GET", "/api/turns").text == #"{"next":null,"turns":[]}"#)
    }

    static let ranges: [(range: String?, status: Int, part: Range<Int>, place: String?)] = [
        (nil, 200, 0..<200_000, nil),
        ("bytes=0-99", 206, 0..<100, "bytes 0-99/200000"),
        ("bytes=100000-", 206, 100_000..<200_000, "bytes 100000-199999/200000"),
        ("bytes=-1", 206, 199_999..<200_000, "bytes 199999-199999/200000"),
        ("nonsense", 200, 0..<200_000, nil),
    ]

    @Test("A recording is played from anywhere", arguments: ranges)
    func played(range: String?, status: Int, part: Range<Int>, place: String?) async throws {
        let headers = range.map { ["Range": $0] } ?? [:]
        let answer = try await ask("GET", "/api/turns/a/question.wav", headers)
        #expect(answer.status == status)
        #expect(answer.body == Array(Self.sound[part]))
        #expect(answer.headers["content-range"] == place)
        #expect(answer.headers["content-length"] == "\(part.count)")
        #expect(answer.headers["content-type"] == "audio/wav")
        #expect(answer.headers["accept-ranges"] == "bytes")
        let head = try await ask("HEAD", "/api/turns/a/question.wav", headers)
        #expect(head.status == status && head.headers["content-length"] == "\(part.count)")
    }

    @Test("Bytes that are not there are refused, and a part of something else is not given")
    func otherRanges() async throws {
        let path = "/api/turns/a/question.wav"
        let beyond = try await ask("GET", path, ["Range": "bytes=200000-"])
        #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */200000")
        let tag = try #require(try await ask("HEAD", path).headers["etag"])
        let same = ["Range": "bytes=0-1", "If-Range": tag]
        #expect(try await ask("GET", path, same).status == 206)
        let other = ["Range": "bytes=0-1", "If-Range": "\"other\""]
        #expect(try await ask("GET", path, other).status == 200)
    }

    @Test("Nobody without a key learns what was said")
    func key() async throws {
        for path in ["/api/turns", "/api/turns/a", "/api/turns/a/question.wav"] {
            let answer = try await TestSupport.ask(port: server.port, "GET", path)
            #expect(answer.status == 401 && !answer.text.contains("time"))
        }
        #expect(try await TestSupport.ask(port: server.port, "DELETE", "/api/turns").status == 401)
        #expect(try await ask("GET", "/api/turns/a").status == 200)
    }
}
