import Voice

extension AccessControl {
    /// What a browser learns of the device before it has an owner.
    struct ClaimStatus: Equatable {
        let isClaimed: Bool
        /// Somebody has asked, and nobody agreed yet.
        let isWaiting: Bool
        let hasButton: Bool
    }

    func claimStatus(_ request: Request) throws -> ClaimStatus {
        try refresh(on: request.connection)
        let (isClaimed, isWaiting) = with { [now] state in
            (state.passwordHash != nil, state.claim.isWaiting(at: now))
        }
        return ClaimStatus(
            isClaimed: isClaimed, isWaiting: isWaiting && !isClaimed,
            hasButton: witness.hasButton)
    }

    /// A browser wants to manage the device: somebody who stands before it is asked.
    ///
    /// - Returns: what the browser goes on by, and how somebody is to agree.
    func ask(_ request: Request) throws -> (token: String, proof: Claim.Proof) {
        try requireCookies(request)
        try refresh(on: request.connection)
        try requireUnclaimed()
        let address = PeerAddress.plain(request.connection.peer)
        let token = Secret.make()
        let code = Secret.digits(8)
        let proof = witness.hasButton ? Claim.Proof.button : .code(Secret.hash(code))
        let (answer, wait) = with { [now] state -> (Claim.Answer?, Duration?) in
            var claim = state.claim
            let answer = claim.ask(token: Secret.hash(token), from: address, proof: proof, at: now)
            if case .ask = answer,
                let wait = state.claims.attempt(from: PeerAddress.group(address), at: now)
            {
                return (nil, wait)
            }
            state.claim = claim
            return (answer, nil)
        }
        if let wait { throw HTTPError.tooMany("too many have asked", after: wait) }
        switch answer! {
        case .busy(let wait):
            throw HTTPError(
                409, "claim_pending",
                "another browser has asked, and waits for somebody to agree",
                headers: [Header("Retry-After", String(wait.components.seconds + 1))])
        case .ask(let number):
            log.info("a browser at \(address) wants to manage the device")
            if case .button = proof {
                askAloud(number, address)
            } else {
                witness.tell(code: code, toClaimFrom: address)
            }
        }
        return (token, proof)
    }

    private func askAloud(_ number: Int, _ address: String) {
        let task = Task { [witness, clock] in
            let isGiven = await withTaskGroup(of: Bool.self) { group in
                group.addTask { await witness.agrees(toClaimFrom: address) }
                group.addTask {
                    try? await clock.sleep(for: Claim.patience)
                    return false
                }
                let first = await group.next() ?? false
                group.cancelAll()
                return first
            }
            log.info("the button was \(isGiven ? "held: somebody agrees" : "not held")")
            with { [now] in $0.claim.consent(to: number, isGiven: isGiven, at: now) }
        }
        with { $0.asking = task }
    }

    /// How it goes on with a browser's request.
    ///
    /// - Parameter code: from the log, with whatever people put between digits.
    /// - Throws: 409 if it does not, 403 for a wrong code.
    func claimStanding(
        of token: String, code: String?, _ request: Request
    ) throws -> Claim.Standing {
        try refresh(on: request.connection)
        try requireUnclaimed()
        let hash = Secret.hash(token)
        let standing = with { [now] state -> Claim.Standing in
            guard let code else { return state.claim.standing(of: hash, at: now) }
            let digits = Secret.hash(code.filter { $0.isASCII && $0.isNumber })
            return state.claim.enter(code: digits, token: hash, at: now)
        }
        switch standing {
        case .agreed, .waiting(.button): break
        case .waiting(.code) where code == nil: break
        case .waiting(.code):
            throw HTTPError(403, "wrong_code", "the code is wrong", field: "code")
        case .refused:
            throw HTTPError(
                409, "claim_refused", "nobody has agreed at the device; ask again")
        case .unknown:
            throw HTTPError(
                409, "claim_expired", "that request is over, or another came after it; ask again")
        }
        return standing
    }

    /// Gives the device its owner.
    ///
    /// - Throws: 409 before somebody has agreed.
    func finishClaim(_ token: String, password: String, _ request: Request) throws -> LogIn {
        try requireCookies(request)
        try PasswordRule.check(password)
        let standing = with { [now] in $0.claim.standing(of: Secret.hash(token), at: now) }
        guard standing == .agreed else {
            throw HTTPError(
                409, "claim_waiting", "somebody has to agree at the device first")
        }
        try setPassword(password, on: request.connection)
        log.info("the device is claimed, by a browser at \(request.connection.peer)")
        return try begin(for: request)
    }

    private func requireUnclaimed() throws(HTTPError) {
        guard with({ $0.passwordHash }) == nil else {
            throw HTTPError(
                409, "already_claimed",
                "this device has an owner: log in, or hold its button while it starts")
        }
    }
}
