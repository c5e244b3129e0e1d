public import Voice

extension AccessControl: Gate {
    public func admit(_ request: Request, to scope: Scope?) throws -> Caller? {
        let site = try site(of: request)
        guard let scope else { return nil }
        let caller = try identify(request, from: site)
        guard caller.scope >= scope else {
            throw HTTPError(
                403, "forbidden",
                "\"\(caller.name)\" may \(caller.scope.rawValue); this takes \(scope.rawValue)")
        }
        return caller
    }

    /// Looks at what the request shows, in the order in which callers mean it.
    private func identify(_ request: Request, from site: SiteRules.Site) throws -> Caller {
        if let key = Self.key(in: request) { return try caller(withKey: key, request) }
        let isReading = ["GET", "HEAD"].contains(request.method)
        if isReading, request.query.contains(where: { $0.name == URLSignature.signatureName }) {
            return try caller(withURLOf: request)
        }
        if let ticket = request.query.first(where: { $0.name == "ticket" })?.value,
            request["Upgrade"] != nil
        {
            return try caller(withTicket: ticket, request)
        }
        // Cookies come along without the page's doing.
        if [.unnamed, .own, .listed].contains(site),
            let session = try session(of: request)
        {
            return caller(for: session, to: .admin)
        }
        throw unauthorized(request)
    }

    // MARK: - Keys

    /// As `x-api-key`, or as programs send it that know only the web's usual way.
    private static func key(in request: Request) -> String? {
        if let key = request["X-API-Key"] { return key }
        guard let words = request["Authorization"]?.split(separator: " "), words.count == 2,
            words[0].lowercased() == "bearer"
        else { return nil }
        return String(words[1])
    }

    private func caller(withKey given: String, _ request: Request) throws -> Caller {
        let group = PeerAddress.group(request.connection.peer)
        let hash = Secret.hash(given)
        let isEnvironments = isEnvironmentKey(hash)
        if !isEnvironments { try refresh(on: request.connection) }
        let (key, wait) = with { [now] state -> (APIKey?, Duration?) in
            // One that was made here nobody guesses; one that people have chosen they may.
            let key = state.keys.first { Secret.isSame($0.hash, hash) }
            if key == nil, let wait = state.wrongKeys.waiting(for: group, at: now) {
                return (nil, wait)
            }
            if key == nil, !isEnvironments { state.wrongKeys.failed(from: group, at: now) }
            return (key, nil)
        }
        if let wait { throw HTTPError.tooMany("too many wrong keys", after: wait) }
        if isEnvironments {
            return Caller(id: "key-environment", name: "PROXY_API_KEY", scope: .admin)
        }
        guard let key else { throw HTTPError.unauthorized("the key in x-api-key is wrong") }
        try count(key)
        return caller(for: key, to: key.scope)
    }

    private func caller(for key: APIKey, to scope: Scope) -> Caller {
        var caller = Caller(id: "key-\(key.id)", name: key.name, scope: scope)
        caller.voice = key.voice
        caller.systemPrompt = key.systemPrompt
        caller.renew = { [weak self] counts in
            guard let self, let key = with({ $0.keys.first { $0.id == key.id } }) else {
                throw HTTPError.unauthorized("the key was taken back")
            }
            if counts { try count(key) }
        }
        return caller
    }

    // MARK: - Sessions

    private func caller(for session: PageSession, to scope: Scope) -> Caller {
        var caller = Caller(id: "page", name: "page", scope: scope)
        caller.renew = { [weak self] _ in
            let isThere = self?.with { $0.sessions.sessions.contains { $0.hash == session.hash } }
            guard isThere ?? false else {
                throw HTTPError.unauthorized("this browser is not logged in any more")
            }
        }
        return caller
    }

    /// The browser that is logged in, if the request is of one.
    func session(of request: Request) throws -> PageSession? {
        let tokens = SessionCookie.values(in: request)
        guard !tokens.isEmpty else { return nil }
        try refresh(on: request.connection)
        for token in tokens {
            let hash = Secret.hash(token)
            guard let found = with({ [time] in $0.sessions.use(hash, at: time) }) else { continue }
            if found.isWorthKeeping, found.session.id > 0 {
                Task {
                    // It holds as it is held here, until the end of the program.
                    do { try await store.update(found.session) } catch { log.warning("\(error)") }
                }
            }
            return found.session
        }
        return nil
    }

    private func unauthorized(_ request: Request) -> HTTPError {
        let hadCookie = !SessionCookie.values(in: request).isEmpty
        return .unauthorized(
            hadCookie
                ? "the session is over, or may not be used from there; log in again"
                : "the header x-api-key is missing; or log in on the device's page")
    }

    // MARK: - Signed URLs

    private func caller(withURLOf request: Request) throws -> Caller {
        guard isSigned(request) else {
            throw HTTPError(
                403, "url_expired", "this URL has expired, or was not made by this device")
        }
        return Caller(id: "signed-url", name: "signed URL", scope: .read)
    }

    /// Whether the request is for what this device has signed a URL to.
    func isSigned(_ request: Request) -> Bool {
        guard ["GET", "HEAD"].contains(request.method), request.query.count == 2,
            request.query.contains(where: { $0.name == URLSignature.signatureName }),
            // What it was signed by is in the store.
            (try? refresh(on: request.connection)) != nil
        else { return false }
        let time = wallTime
        return with {
            $0.signature.fits(path: request.path, query: request.query, at: time)
        }
    }

    /// A path with what lets whoever has it `GET` it, without any other proof.
    ///
    /// - Parameter path: as in `/api/turns/1/reply.wav`: no query, nothing to be encoded.
    public func signed(path: String, lasting duration: Duration) -> String {
        let expiry = wallTime + duration.components.seconds
        let query = with { $0.signature.query(for: path, until: expiry) }
        return "\(path)?\(query)"
    }

    // MARK: - Tickets

    private func caller(withTicket given: String, _ request: Request) throws -> Caller {
        try refresh(on: request.connection)
        let hash = Secret.hash(given)
        let (proof, key, session) = with {
            [now] state -> (Proof?, APIKey?, PageSession?) in
            let proof = state.tickets.redeem(hash, at: now)
            // Whoever got it may have been shown the door since.
            return switch proof {
            case .key(let id)?: (proof, state.keys.first { $0.id == id }, nil)
            case .session(let id)?: (proof, nil, state.sessions.sessions.first { $0.id == id })
            case .environmentKey?, nil: (proof, nil, nil)
            }
        }
        if case .environmentKey? = proof {
            return Caller(id: "key-environment", name: "PROXY_API_KEY", scope: .talk)
        }
        if let key { return caller(for: key, to: .talk) }
        if let session { return caller(for: session, to: .talk) }
        throw HTTPError.unauthorized("the ticket was used, or has expired; ask for another")
    }

    /// A ticket for whoever made the request, which was admitted.
    func ticket(for request: Request) throws -> String {
        let proof: Proof
        if let key = Self.key(in: request) {
            let hash = Secret.hash(key)
            if isEnvironmentKey(hash) {
                proof = .environmentKey
            } else if let kept = with({ $0.keys.first { Secret.isSame($0.hash, hash) } }) {
                proof = .key(kept.id)
            } else {
                throw HTTPError.unauthorized("the key in x-api-key is gone")
            }
        } else if let session = try session(of: request) {
            proof = .session(session.id)
        } else {
            throw unauthorized(request)
        }
        let ticket = Secret.make()
        with { [now] in $0.tickets.add(Secret.hash(ticket), for: proof, at: now) }
        return ticket
    }
}
