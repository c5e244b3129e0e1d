import Voice

extension AccessControl {
    /// What a browser gets that is logged in.
    struct LogIn {
        let session: PageSession
        let cookie: Header
    }

    /// Logs a browser in.
    ///
    /// - Parameter newPassword: is set in the place of the old one, which logs out all others.
    /// - Throws: 401 for a wrong password, 409 on a device that nobody has claimed, 429 for whoever
    ///   was wrong too often.
    func logIn(
        with password: String, settingPassword newPassword: String?, _ request: Request
    ) throws -> LogIn {
        try requireCookies(request)
        try refresh(on: request.connection)
        if let newPassword { try PasswordRule.check(newPassword, field: "newPassword") }
        let group = PeerAddress.group(request.connection.peer)
        let (hash, wait) = with { [now] state -> (String?, Duration?) in
            guard let hash = state.passwordHash else { return (nil, nil) }
            let isKnown = state.sessions.sessions.contains {
                PeerAddress.group($0.address) == group
            }
            return (hash, state.logIns.attempt(from: group, isKnown: isKnown, at: now))
        }
        guard let hash else {
            throw HTTPError(
                409, "not_claimed", "nobody has claimed this device yet: claim it first")
        }
        if let wait { throw HTTPError.tooMany("too many log-ins that failed", after: wait) }
        guard hashing.fits(password, hash) else {
            log.warning("a wrong password from \(request.connection.peer)")
            throw HTTPError(401, "wrong_password", "the password is wrong", field: "password")
        }
        with { $0.logIns.succeeded(from: group) }
        if let newPassword { try setPassword(newPassword, on: request.connection) }
        return try begin(for: request)
    }

    /// - Throws: 403 if the request comes from a site whose cookies would not be taken.
    func requireCookies(_ request: Request) throws(HTTPError) {
        guard ![.guest, .anybody].contains(try site(of: request)) else {
            throw HTTPError(
                403, "foreign_origin",
                "only a page that web.allowedOrigins names may log in; others use a key")
        }
    }

    /// Sets the password and logs out whoever is logged in. Blocks.
    func setPassword(_ password: String, on connection: Connection) throws {
        guard let hash = hashing.hash(password) else {
            throw HTTPError(503, "no_memory", "there is no memory left for this; try again later")
        }
        try changing(on: connection) { try await self.store.setPassword(hash: hash) }
        with { state in
            state.passwordHash = hash
            state.sessions = SessionTable()
            state.claim.end()
        }
    }

    /// A session for the browser that made the request.
    func begin(for request: Request) throws -> LogIn {
        let token = Secret.make()
        let agent = request["User-Agent"] ?? ""
        var session = PageSession(
            hash: Secret.hash(token), at: time,
            address: PeerAddress.plain(request.connection.peer), agent: Self.printable(agent))
        let gone = with { [time] state -> [Int64] in
            var sessions = state.sessions
            // Whoever logs in again in the same browser leaves no session behind.
            let old = SessionCookie.values(in: request).map(Secret.hash)
            let replaced = sessions.removeAll { session in old.contains(session.hash) }
            let gone = sessions.add(session, at: time)
            state.sessions = sessions
            state.changes += 1
            return replaced + gone
        }
        do {
            session.id = try changing(on: request.connection) { [store, session] in
                try await store.removeSessions(gone.filter { $0 > 0 })
                return try await store.add(session)
            }
        } catch let gone as Connection.Gone {
            throw gone
        } catch {
            // Somebody who wants to mend a full disk has to get in.
            log.warning("a session that cannot be kept ends with the program")
            session.id = with { state in
                state.lastLooseSession -= 1
                return state.lastLooseSession
            }
        }
        with { [session] in $0.sessions.rename(session) }
        log.info("a browser at \(session.address) has logged in")
        let cookie = SessionCookie.header(token, isSecure: request.connection.isSecure)
        return LogIn(session: session, cookie: cookie)
    }

    /// What a browser calls itself goes to people's eyes.
    private static func printable(_ text: String) -> String {
        let plain = text.utf8.filter { (0x20..<0x7f).contains($0) }
        return String(decoding: plain.prefix(200), as: UTF8.self)
    }

    var sessions: [PageSession] {
        with { [time] in $0.sessions.sessions.filter { !SessionTable.isOver($0, at: time) } }
    }

    /// Logs browsers out, also when the disk is full: then the store is told later.
    ///
    /// - Returns: how many there were.
    func endSessions(
        on connection: Connection, where isMeant: @escaping @Sendable (PageSession) -> Bool
    ) throws -> Int {
        let gone = with { state in
            state.changes += 1
            let gone = state.sessions.removeAll(where: isMeant)
            state.goneSessions.formUnion(gone.filter { $0 > 0 })
            return gone
        }
        try connection.wait { await self.removeGoneSessions() }
        return gone.count
    }

    /// Tells the store of the sessions that are over.
    func removeGoneSessions() async {
        let gone = with { $0.goneSessions }
        guard !gone.isEmpty else { return }
        do {
            try await store.removeSessions(gone.sorted())
            with { state in
                state.changes += 1
                state.goneSessions.subtract(gone)
            }
        } catch {
            log.warning("\(error); who was logged out is so until the program ends, for now")
        }
    }
}
