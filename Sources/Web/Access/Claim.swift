import Voice

/// The way of a device that nobody manages to its owner: a browser asks, somebody who stands before
/// the device agrees, and the browser sets a password. Decides only; who asks aloud, and what time
/// it is, is for others.
struct Claim: Equatable {
    /// How somebody proves that they stand before the device.
    enum Proof: Equatable {
        /// The button is held.
        case button
        /// A code from the device's log is typed; its hash.
        case code([UInt8])
    }

    /// A browser's request.
    struct Request: Equatable {
        /// Of the secret that the browser goes on by.
        let token: [UInt8]
        let address: String
        let proof: Proof
        /// Which of all requests it is.
        let number: Int
    }

    private enum State: Equatable {
        case quiet
        /// Nobody has agreed yet.
        case asked(Request, until: Moment, tries: Int)
        case refused(Request)
        /// Somebody has, and a password may be set.
        case agreed(Request, until: Moment)
    }

    /// What a browser's request has come to.
    enum Standing: Equatable {
        case waiting(Proof), refused, agreed
        /// It was never made, is too old, or another has taken its place.
        case unknown
    }

    /// What asking comes to.
    enum Answer: Equatable {
        /// Ask aloud, or tell the code: with the request's number.
        case ask(Int)
        /// Another request comes first, for so long at most.
        case busy(Duration)
    }

    private var state = State.quiet
    private var requests = 0

    /// How long somebody has for getting to the device.
    static let patience = Duration.seconds(120)
    /// How long a password may take.
    static let passwordTime = Duration.seconds(300)
    /// Wrong codes, after which another is needed.
    static let tries = 5

    /// A browser asks.
    mutating func ask(
        token: [UInt8], from address: String, proof: Proof, at now: Moment
    ) -> Answer {
        expire(at: now)
        switch state {
        case .asked(let request, let until, _):
            // An address may be that of many, and the hold that is waited for is for the one who was
            // named aloud. A code is nobody's but whom it is told.
            if request.address != address || request.proof == .button { return .busy(until - now) }
        case .agreed(let request, let until) where request.address != address:
            return .busy(until - now)
        case .quiet, .refused, .agreed: break
        }
        requests += 1
        let request = Request(token: token, address: address, proof: proof, number: requests)
        state = .asked(request, until: now + Self.patience, tries: Self.tries)
        return .ask(requests)
    }

    /// The button was held for long enough, or was not.
    mutating func consent(to number: Int, isGiven: Bool, at now: Moment) {
        expire(at: now)
        guard case .asked(let request, _, _) = state, request.number == number,
            request.proof == .button
        else { return }
        state = isGiven ? .agreed(request, until: now + Self.passwordTime) : .refused(request)
    }

    /// A code was typed; its hash.
    mutating func enter(code: [UInt8], token: [UInt8], at now: Moment) -> Standing {
        expire(at: now)
        guard case .asked(let request, let until, let tries) = state,
            Secret.isSame(request.token, token), case .code(let right) = request.proof
        else { return standing(of: token, at: now) }
        if Secret.isSame(right, code) {
            state = .agreed(request, until: now + Self.passwordTime)
        } else {
            state =
                tries > 1 ? .asked(request, until: until, tries: tries - 1) : .refused(request)
        }
        return standing(of: token, at: now)
    }

    mutating func standing(of token: [UInt8], at now: Moment) -> Standing {
        expire(at: now)
        switch state {
        case .asked(let request, _, _) where Secret.isSame(request.token, token):
            return .waiting(request.proof)
        case .refused(let request) where Secret.isSame(request.token, token): return .refused
        case .agreed(let request, _) where Secret.isSame(request.token, token): return .agreed
        case .quiet, .asked, .refused, .agreed: return .unknown
        }
    }

    /// A password was set, or the device was claimed by other means: nothing goes on any more.
    mutating func end() { state = .quiet }

    /// Whether a browser's request waits for somebody to agree.
    mutating func isWaiting(at now: Moment) -> Bool {
        expire(at: now)
        if case .asked = state { return true }
        return false
    }

    private mutating func expire(at now: Moment) {
        switch state {
        case .asked(_, let until, _), .agreed(_, let until):
            if until <= now { state = .quiet }
        case .quiet, .refused: break
        }
    }
}
