import Glibc
import TestSupport
import Testing
import Voice

@testable import Providers

/// Answers that are allowed, or nearly, and that the servers of the other tests never give.
@Suite(.timeLimit(.minutes(1)))
struct OddAnswersTests {
    private let log = LogBook()

    /// Answers each request with these bytes, in pieces that arrive one after the other, and hangs
    /// up.
    private static func server(_ pieces: [String]) -> RawServer {
        RawServer { _, peer in
            var head = ""
            while !head.contains("\r\n\r\n"), case let bytes = peer.read(), !bytes.isEmpty {
                head += String(decoding: bytes, as: UTF8.self)
            }
            for piece in pieces {
                guard peer.send(Array(piece.utf8)) else { return }
                usleep(30_000)
            }
        }
    }

    private func service(_ server: RawServer) -> HTTPService {
        HTTPService.openAI(
            name: "odd", baseURL: "http://127.0.0.1:\(server.port)/v1", key: "k",
            client: HTTPClient(), timeout: .seconds(5), clock: InstantClock(), log: log.log)
    }

    @Test(
        "A header without a value is one, and ends nothing",
        arguments: ["X-Empty:", "X-Empty: ", "X-Empty:\t \t", ":"])
    func emptyHeader(line: String) async throws {
        let server = Self.server([
            "HTTP/1.1 200 OK:\r\n\(line)\r\nX-Next: here\r\nContent-Length: 2\r\n\r\nhi"
        ])
        let service = service(server)
        let answer = try await service.send(service.post("/x", body: []))
        #expect(answer.headers["x-next"] == "here")
        let bytes = try await answer.body.read(atMost: 100, within: .seconds(5))
        #expect(String(decoding: bytes, as: UTF8.self) == "hi")
    }

    private static let quota = #"{"detail":{"status":"quota_exceeded","message":"no more"}}"#

    private static func head(_ line: String) -> String {
        "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n\(line)\r\n"
    }

    static let refusals: [(pieces: [String], told: String)] = [
        ([head("Content-Length: \(quota.utf8.count)\r\n"), quota], "no more"),
        ([head("Content-Length: \(quota.utf8.count)\r\n") + quota], "no more"),
        ([head(""), quota], "no more"),
        (
            [
                head("Transfer-Encoding: chunked\r\n"), "\(String(10, radix: 16))\r\n",
                "\(quota.prefix(10))\r\n",
                "\(String(quota.count - 10, radix: 16));x=y\r\n\(quota.dropFirst(10))\r\n0\r\n\r\n",
            ], "no more"
        ),
        ([head("Transfer-Encoding: chunked\r\n"), "fffffffffffffffff\r\nx"], "401"),
        ([head("Content-Length: -1\r\n"), quota], "401"),
        ([head("Content-Length: 99999999999999999999\r\n"), quota], "no more"),
        ([head("Content-Length: 500\r\n"), ""], "401"),
    ]

    @Test("Why a WebSocket is refused is read, however it comes", arguments: refusals)
    func refusal(pieces: [String], told: String) async throws {
        let server = Self.server(pieces)
        do {
            _ = try await service(server).open("/socket")
            Issue.record("it was opened")
        } catch {
            #expect("\(error)".contains(told))
        }
    }
}
