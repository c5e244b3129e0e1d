import Testing
import Voice

@testable import Web

private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

struct TokensTests {
    private static let day: Int64 = 86_400

    private func session(_ name: String, at time: Int64?, id: Int64 = 1) -> PageSession {
        var session = PageSession(
            hash: Secret.hash(name), at: time, address: "192.168.1.7", agent: "")
        session.id = id
        return session
    }

    static let ages: [(made: Int64?, used: Int64?, now: Int64?, isOver: Bool)] = [
        (100, 100, 100, false), (0, 0, 30 * day, false), (0, 0, 30 * day + 1, true),
        (0, 89 * day, 90 * day, false), (0, 90 * day, 90 * day + 1, true),
        (100, 100, nil, false), (nil, nil, 900 * day, false), (100, 100, 50, false),
    ]

    @Test("A session ends when it is old or was not used for long", arguments: ages)
    func age(made: Int64?, used: Int64?, now: Int64?, isOver: Bool) {
        var session = session("a", at: made)
        session.usedAt = used
        #expect(SessionTable.isOver(session, at: now) == isOver)
        var table = SessionTable([session])
        #expect((table.use(Secret.hash("a"), at: now) == nil) == isOver)
    }

    @Test("A session is found by its secret alone, and kept as used once an hour")
    func used() {
        var table = SessionTable([session("a", at: 1000)])
        #expect(table.use(Secret.hash("b"), at: 1000) == nil)
        #expect(table.use(Secret.hash("a"), at: 1001)?.isWorthKeeping == false)
        #expect(table.use(Secret.hash("a"), at: 4601)?.isWorthKeeping == true)
        #expect(table.sessions[0].usedAt == 4601)
        // Made before the clock was set.
        table = SessionTable([session("a", at: nil)])
        #expect(table.use(Secret.hash("a"), at: nil)?.isWorthKeeping == false)
        let found = table.use(Secret.hash("a"), at: 5000)
        #expect(found?.isWorthKeeping == true && found?.session.madeAt == 5000)
    }

    @Test("There are so many sessions; the one that was used longest ago makes way")
    func bounded() {
        var table = SessionTable()
        for number in 1...Int64(SessionTable.most) {
            #expect(table.add(session("\(number)", at: number, id: number), at: number).isEmpty)
        }
        _ = table.use(Secret.hash("1"), at: 50)
        #expect(table.add(session("new", at: 60, id: 99), at: 60) == [2])
        #expect(table.sessions.count == SessionTable.most)
        #expect(table.use(Secret.hash("2"), at: 60) == nil)
        // Those that are over go first, and more than one of them.
        let gone = table.add(session("later", at: 40 * Self.day, id: 100), at: 40 * Self.day)
        #expect(gone.count == SessionTable.most && table.sessions.map(\.id) == [100])
    }

    @Test("A ticket is good once, for a minute, and for whom it was made")
    func tickets() {
        var tickets = TicketTable<Int>()
        tickets.add(Secret.hash("a"), for: 1, at: at(0))
        tickets.add(Secret.hash("b"), for: 2, at: at(0))
        #expect(tickets.redeem(Secret.hash("c"), at: at(0)) == nil)
        #expect(tickets.redeem(Secret.hash("a"), at: at(59)) == 1)
        #expect(tickets.redeem(Secret.hash("a"), at: at(59)) == nil)
        #expect(tickets.redeem(Secret.hash("b"), at: at(60)) == nil)
        #expect(tickets.redeem(Secret.hash("b"), at: at(1)) == nil)
    }

    @Test("Whoever asks for many tickets loses their own oldest, not another's")
    func manyTickets() {
        var tickets = TicketTable<Int>()
        tickets.add(Secret.hash("other"), for: 2, at: at(0))
        for number in 0..<17 { tickets.add(Secret.hash("\(number)"), for: 1, at: at(0)) }
        #expect(tickets.redeem(Secret.hash("0"), at: at(0)) == nil)
        #expect(tickets.redeem(Secret.hash("1"), at: at(0)) == 1)
        #expect(tickets.redeem(Secret.hash("other"), at: at(0)) == 2)
    }

    private static let path = "/api/turns/1/reply.wav"
    private static let signer = URLSignature(key: [UInt8](repeating: 7, count: 32))

    private static func query(
        _ change: (inout [(name: String, value: String)]) -> Void = { _ in }
    ) -> [(name: String, value: String)] {
        var query = signer.query(for: path, until: 1000).split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return (name: String(parts[0]), value: String(parts[1]))
        }
        change(&query)
        return query
    }

    @Test("A signed URL is good for its path until it expires")
    func signed() {
        let query = Self.query()
        #expect(Self.signer.fits(path: Self.path, query: query, at: 999))
        #expect(Self.signer.fits(path: Self.path + "/", query: query, at: 999))
        #expect(Self.signer.fits(path: Self.path, query: query.reversed(), at: 999))
        #expect(!Self.signer.fits(path: Self.path, query: query, at: 1000))
        #expect(!Self.signer.fits(path: "/api/turns/2/reply.wav", query: query, at: 999))
        #expect(!Self.signer.fits(path: "/api/turns", query: query, at: 999))
        let other = URLSignature(key: [UInt8](repeating: 8, count: 32))
        #expect(!other.fits(path: Self.path, query: query, at: 999))
    }

    @Test("What somebody has changed in a signed URL makes it worthless")
    func forged() {
        let changes: [(inout [(name: String, value: String)]) -> Void] = [
            { $0[0].value = "2000" }, { $0[0].value = "01000" }, { $0[0].value = "+1000" },
            { $0[0].value = "" }, { $0[0].value = "99999999999999999999" },
            { $0[1].value = "" }, { $0[1].value += "A" }, { $0[1].value.removeLast() },
            { $0[1].value = String($0[1].value.reversed()) }, { $0.removeLast() },
            { $0.removeFirst() }, { $0.append(("format", "raw")) }, { $0.append($0[0]) },
            { $0[0] = $0[1] }, { $0 = [] },
        ]
        for change in changes {
            #expect(!Self.signer.fits(path: Self.path, query: Self.query(change), at: 999))
        }
    }

    @Test("A password's hash fits it and no other, and says what it cost")
    func passwords() throws {
        let hashing = PasswordHashing(PasswordCost(passes: 1, memory: 8192))
        let hash = try #require(hashing.hash("correct horse"))
        #expect(hash.hasPrefix("$argon2id$v=19$m=8,t=1,p=1$"))
        #expect(hash != hashing.hash("correct horse"))
        #expect(hashing.fits("correct horse", hash))
        for wrong in ["", "correct horsf", "correct horse ", "correct horse\0", hash] {
            #expect(!hashing.fits(wrong, hash))
        }
        #expect(!hashing.fits("correct horse", ""))
        #expect(!hashing.fits("correct horse", "$argon2id$v=19$m=8,t=1,p=1$AAAA"))
        let zero = try #require(hashing.hash("a\0b"))
        #expect(
            hashing.fits("a\0b", zero) && !hashing.fits("a\0c", zero) && !hashing.fits("a", zero))
    }

    @Test("Secrets are long, and no two alike")
    func secrets() {
        let secrets = (0..<100).map { _ in Secret.make() }
        #expect(Set(secrets).count == 100)
        for secret in secrets {
            #expect(secret.wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
        }
        #expect(Secret.digits(8).wholeMatch(of: /[0-9]{8}/) != nil)
        #expect(Secret.hash("a") == Secret.hash("a") && Secret.hash("a") != Secret.hash("b"))
        #expect(Secret.isSame([1, 2], [1, 2]) && !Secret.isSame([1, 2], [1, 3]))
        #expect(!Secret.isSame([1, 2], [1]) && Secret.isSame([], []))
    }
}
