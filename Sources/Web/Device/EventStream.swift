import FoundationEssentials
import Linux
import Voice

/// One listener's events as they go over the connection: server-sent events, as HTML describes
/// them (https://html.spec.whatwg.org/multipage/server-sent-events.html).
final class EventStream {
    private let listener: EventListener
    private let hub: EventHub
    private let connection: Connection
    /// How things are now, for whoever does not know what was before.
    private let snapshot: () throws -> DeviceStatus
    /// Throws when they may not listen any more.
    private let renew: @Sendable (_ counts: Bool) throws -> Void
    private var needsSnapshot: Bool
    private var hasBegun = false

    /// A line now and then shows both ends, and whatever is between them, that the other is there.
    private static let heartbeat = Duration.seconds(15)

    /// - Parameter last: the id of the last event that the listener got before, if any.
    /// - Throws: 429 if too many listen.
    init(
        of hub: EventHub, after last: String?, on connection: Connection, for caller: Caller?,
        snapshot: @escaping () throws -> DeviceStatus
    ) throws(HTTPError) {
        guard let (listener, isContinued) = hub.listen(after: last) else {
            throw HTTPError(
                429, "too_many_listeners",
                "as many listen already as can; close another page or program that does",
                headers: [Header("Retry-After", "10")])
        }
        self.listener = listener
        self.hub = hub
        self.connection = connection
        self.snapshot = snapshot
        renew = caller?.renew ?? { @Sendable _ in }
        needsSnapshot = !isContinued
    }

    deinit { listener.leave() }

    /// The next bytes to send; waits for them, but not for longer than a heartbeat. Nil when the
    /// listener is not welcome any more.
    func next() throws -> [UInt8]? {
        let waits = hasBegun && !needsSnapshot
        let isQuiet =
            try waits
            && connection.sleep(until: .now + Self.heartbeat, orWokenBy: listener.descriptor)
        // After the wait, in which somebody may have taken back what let it listen.
        guard (try? renew(false)) != nil else { return nil }
        if isQuiet { return Array(": still here\n\n".utf8) }
        var text = hasBegun ? [] : Array("retry: 3000\n\n".utf8)
        hasBegun = true
        if needsSnapshot { return try text + status() }
        let (events, hasLost) = listener.take()
        needsSnapshot = hasLost
        for event in events {
            // A fleeting one cannot be come back to.
            if !event.isFleeting { text += Array("id: \(hub.token)-\(event.number)\n".utf8) }
            text += Array("event: \(event.name)\ndata: ".utf8) + event.data + Array("\n\n".utf8)
        }
        return text
    }

    private func status() throws -> [UInt8] {
        needsSnapshot = false
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try [UInt8](encoder.encode(snapshot()))
        return Array("event: status\ndata: ".utf8) + data + Array("\n\n".utf8)
    }
}
