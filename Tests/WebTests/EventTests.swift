import Linux
import Synchronization
import TestSupport
import Testing
import Voice

@testable import Web

private struct QuietDevice: ReachableDevice {
    func status() async -> DeviceStatus {
        DeviceStatus(name: "a", version: "1", state: "idle", uptime: .zero, memory: 0)
    }
    func push(_ action: ButtonAction, at moment: Moment) async -> Bool { true }
}

struct EventTests {
    private let clock = ManualClock()
    private let hub: EventHub

    private let listeners = Listeners()

    /// A hub and who listens to it hold each other until they leave.
    private final class Listeners: Sendable {
        let all = Mutex<[EventListener]>([])
        deinit { for listener in all.withLock({ $0 }) { listener.leave() } }
    }

    init() { hub = EventHub(clock: clock) }

    private func listen(after last: String?) -> (listener: EventListener, isContinued: Bool)? {
        let found = hub.listen(after: last)
        if let found { listeners.all.withLock { $0.append(found.listener) } }
        return found
    }

    private func taken(_ listener: EventListener) -> [String] {
        listener.take().events.map { "\($0.name) \(String(decoding: $0.data, as: UTF8.self))" }
    }

    private func id(_ number: Int) -> String { "\(hub.token)-\(number)" }

    @Test("Whoever listens is told, in order")
    func told() throws {
        let (first, isContinued) = try #require(listen(after: nil))
        #expect(!isContinued)
        hub.post("state", ["state": "listening"])
        hub.post("level", isFleeting: true, ["decibels": -20.5])
        let (second, _) = try #require(listen(after: nil))
        hub.post("reply", ["text": "one\ntwo \"three\""])
        #expect(
            taken(first) == [
                #"state {"state":"listening"}"#, #"level {"decibels":-20.5}"#,
                #"reply {"text":"one\ntwo \"three\""}"#,
            ])
        #expect(taken(second).count == 1)
        #expect(taken(first).isEmpty)
    }

    @Test("Whoever comes back soon gets what they missed, without what is over")
    func missed() throws {
        let (first, _) = try #require(listen(after: nil))
        hub.post("a", 1)
        hub.post("b", 2)
        first.leave()
        hub.post("level", isFleeting: true, 3)
        hub.post("c", 4)
        let (again, isContinued) = try #require(listen(after: id(2)))
        #expect(isContinued && taken(again) == ["c 4"])
        let (last, isToo) = try #require(listen(after: id(4)))
        #expect(isToo && taken(last).isEmpty)
    }

    static let strangers = ["", "7", "x-1", "-", "a-b-c", "{token}-99", "{token}-", "{token}-x"]

    @Test("An id from elsewhere or too long ago continues nothing", arguments: strangers)
    func strange(id: String) throws {
        _ = try #require(listen(after: nil))
        hub.post("a", 1)
        let id = id.replacing("{token}", with: hub.token)
        #expect(try #require(listen(after: id)).isContinued == false)
        for number in 0..<300 { hub.post("b", number) }
        #expect(try #require(listen(after: self.id(1))).isContinued == false)
    }

    @Test("Nothing is kept when nobody has listened for a minute")
    func forgotten() throws {
        #expect(!hub.isFollowed)
        let (listener, _) = try #require(listen(after: nil))
        hub.post("a", 1)
        listener.leave()
        #expect(hub.isFollowed)
        clock.advance(by: .seconds(61))
        #expect(!hub.isFollowed)
        hub.post("b", 2)
        #expect(try #require(listen(after: id(1))).isContinued == false)
    }

    @Test("Whoever is too slow loses what is fleeting, and then knows that they lost something")
    func slow() throws {
        let (listener, _) = try #require(listen(after: nil))
        hub.post("a", 0)
        for _ in 0..<1000 { hub.post("level", isFleeting: true, 0) }
        hub.post("b", 0)
        let (events, hasLost) = listener.take()
        #expect(!hasLost && events.first?.name == "a" && events.last?.name == "b")
        #expect(events.count <= 257)
        for _ in 0..<1000 { hub.post("c", 0) }
        let (rest, isLost) = listener.take()
        #expect(isLost && rest.count <= 256)
        #expect(listener.take().hasLost == false)
    }

    @Test("No more than eight listen")
    func many() throws {
        let listeners = (0..<8).compactMap { _ in listen(after: nil)?.listener }
        #expect(listeners.count == 8 && listen(after: nil) == nil)
        listeners[0].leave()
        #expect(listen(after: nil) != nil)
    }

    // MARK: - Over the network

    private func server() throws -> Server {
        var api = API()
        EventsAPI(hub, device: QuietDevice()).add(to: &api)
        let router = api.router(behind: KeyGate("secret"))
        return try Server(address: "127.0.0.1", port: 0) { try router.handle($0) }
    }

    /// A listener's connection, of which the answer's head was read.
    private func listener(_ server: Server, _ headers: String = "") throws -> (RawClient, String) {
        let client = RawClient(port: server.port)
        client.send(
            "GET /api/events HTTP/1.1\r\nHost: localhost\r\nx-api-key: secret\r\n\(headers)\r\n")
        return (client, try text(client, until: "\r\n\r\n"))
    }

    private func text(
        _ client: RawClient, until end: String, after start: String = ""
    ) throws -> String {
        var text = start
        while !text.contains(end) {
            text += String(decoding: try client.read(atLeast: 1), as: UTF8.self)
        }
        return text
    }

    @Test("A listener sees how things are, then what happens; and is let go when it hangs up")
    func stream() async throws {
        let server = try server()
        try await onThread("client") { [self] in
            Result {
                let (client, head) = try listener(server)
                #expect(head.contains("200 OK") && head.contains("text/event-stream"))
                let start = try text(client, until: "event: status", after: head)
                #expect(start.contains("retry: 3000"))
                hub.post("state", ["state": "listening"])
                let event = try text(client, until: "listening\"}")
                #expect(event.contains("id: \(id(1))\nevent: state\ndata: {\"state\":"))
                #expect(hub.listeners == 1)
            }
        }.get()
        for _ in 0..<500 where hub.listeners > 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(hub.listeners == 0)
    }

    @Test("A listener that comes back goes on where it was")
    func back() async throws {
        let server = try server()
        let (other, _) = try #require(listen(after: nil))
        hub.post("a", 1)
        hub.post("b", 2)
        defer { other.leave() }
        try await onThread("client") { [self] in
            Result {
                let (client, head) = try listener(server, "Last-Event-ID: \(id(1))\r\n")
                let text = try text(client, until: "data: 2", after: head)
                #expect(!text.contains("event: status") && !text.contains("data: 1"))
            }
        }.get()
    }

    @Test("A listener whose key is taken back hears nothing more")
    func takenBack() async throws {
        let gate = FickleGate()
        var api = API()
        EventsAPI(hub, device: QuietDevice()).add(to: &api)
        let router = api.router(behind: gate)
        let server = try Server(address: "127.0.0.1", port: 0) { try router.handle($0) }
        try await onThread("client") { [self] in
            Result {
                let (client, head) = try listener(server)
                _ = try text(client, until: "event: status", after: head)
                hub.post("state", ["state": "listening"])
                _ = try text(client, until: "listening")
                gate.refuse()
                hub.post("state", ["state": "thinking"])
                // The last chunk.
                let rest = try text(client, until: "0\r\n\r\n")
                #expect(!rest.contains("thinking"))
            }
        }.get()
        #expect(hub.listeners == 0)
    }

    @Test("The ninth listener is refused, and the end of the server ends all of them")
    func end() async throws {
        let server = try server()
        try await onThread("client") { [self] in
            Result {
                let clients = try (0..<8).map { _ in
                    let (client, head) = try listener(server)
                    _ = try text(client, until: "event: status", after: head)
                    return client
                }
                let (_, head) = try listener(server)
                #expect(head.contains("429") && head.contains("Retry-After: 10"))
                let before = Moment.now
                server.stop()
                #expect(Moment.now - before < .seconds(5))
                for client in clients { _ = try? client.rest() }
            }
        }.get()
        #expect(hub.listeners == 0)
    }
}

/// Lets everybody in, until it does not.
private final class FickleGate: Gate {
    private let isOpen = Mutex(true)

    func refuse() { isOpen.withLock { $0 = false } }

    func admit(_ request: Request, to scope: Scope?) throws -> Caller? {
        var caller = Caller(id: "key-1", name: "a key", scope: .admin)
        caller.renew = { [self] _ in
            guard isOpen.withLock({ $0 }) else { throw HTTPError.unauthorized("taken back") }
        }
        return caller
    }
}
