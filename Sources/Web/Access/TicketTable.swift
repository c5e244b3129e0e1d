import Voice

/// Tickets to a WebSocket, for pages that can send no header with it: each good once, and not for
/// long.
struct TicketTable<Holder: Equatable & Sendable> {
    static var life: Duration { .seconds(60) }
    private static var most: Int { 256 }
    private static var mostOfOne: Int { 16 }

    private struct Ticket {
        let hash: [UInt8]
        let holder: Holder
        let end: Moment
    }

    private var tickets: [Ticket] = []

    /// Whoever has too many loses the oldest.
    mutating func add(_ hash: [UInt8], for holder: Holder, at now: Moment) {
        tickets.removeAll { $0.end <= now }
        let isTheirs = { (ticket: Ticket) in ticket.holder == holder }
        if tickets.count(where: isTheirs) >= Self.mostOfOne {
            tickets.remove(at: tickets.firstIndex(where: isTheirs)!)
        }
        if tickets.count >= Self.most { tickets.removeFirst() }
        tickets.append(Ticket(hash: hash, holder: holder, end: now + Self.life))
    }

    /// Takes the ticket away.
    ///
    /// - Returns: who got it; nil if there is none, or none any more.
    mutating func redeem(_ hash: [UInt8], at now: Moment) -> Holder? {
        guard let index = tickets.firstIndex(where: { Secret.isSame($0.hash, hash) }) else {
            return nil
        }
        let ticket = tickets.remove(at: index)
        return now < ticket.end ? ticket.holder : nil
    }
}
