import Synchronization
public import Voice

/// A Wyoming server, as whisper and Piper are run at home: where it is, and what it said it has.
public final class WyomingServer: Sendable {
    /// By which settings, logs and messages know it.
    let name: String
    /// How long an answer may take to begin, or to go on.
    let timeout: Duration
    private let address: WyomingAddress?
    /// Why there is no address.
    private let complaint: String
    private let limits: WyomingLimits
    private let clock: any MomentClock
    private let log: Log
    private let state = Mutex(State())

    private struct State {
        var info: WyomingInfo?
        /// What the log was told of it.
        var told: WyomingInfo?
        var isAsking = false
        /// Opened before it is needed.
        var spare: WyomingConnection?
    }

    /// Where recognizers and voices listen where nobody says otherwise.
    public static let transcriptionPort = 10_300
    public static let speechPort = 10_200

    /// How long an answer may take, where the settings do not say: a small board needs its time.
    public static let defaultTimeout = Duration.seconds(15)
    private static let spareLife = Duration.seconds(60)
    private static let pauseBeforeRetry = Duration.milliseconds(250)

    /// - Parameters:
    ///   - baseURL: `tcp://host:port`; without it, nothing can be asked.
    ///   - defaultPort: where `baseURL` names none.
    ///   - timeout: how long an answer may take to begin once the question was sent.
    public init(
        name: String = "wyoming", baseURL: String?, defaultPort: Int,
        timeout: Duration = defaultTimeout, clock: any MomentClock, log: Log
    ) {
        self.name = name
        self.timeout = timeout
        self.clock = clock
        self.log = log
        address = baseURL.flatMap { WyomingAddress($0, defaultPort: defaultPort) }
        let example = "as in \"tcp://192.168.1.5:\(defaultPort)\""
        complaint =
            baseURL == nil
            ? "its baseURL is not set; set one, \(example)"
            : "its baseURL is no address of a Wyoming server; set one, \(example)"
        var limits = WyomingLimits()
        limits.connect = min(limits.connect, timeout)
        limits.stall = min(limits.stall, timeout)
        self.limits = limits
    }

    /// Connects, and asks for what there is if nobody knows yet. Returns at once.
    func prepare() {
        guard let address else { return }
        let connection = state.withLock { state -> WyomingConnection? in
            let spare = state.spare?.isAlive == true ? state.spare : nil
            guard spare == nil || state.info == nil, !state.isAsking else { return nil }
            let connection = spare ?? WyomingConnection(to: address, limits: limits)
            connection.keep(for: Self.spareLife)
            state.spare = state.info == nil ? nil : connection
            guard state.info == nil else { return nil }
            state.isAsking = true
            return connection
        }
        guard let connection else { return }
        Task {
            // Whoever asks for something will be told what is wrong.
            let isDescribed = (try? await info(over: connection)) != nil
            state.withLock { state in
                state.isAsking = false
                if isDescribed, state.spare?.isAlive != true { state.spare = connection }
            }
        }
    }

    /// What is known of the server, without asking.
    var knownInfo: WyomingInfo? { state.withLock { $0.info } }

    /// What the server has may be something else by now: it is asked anew.
    private func forget() { state.withLock { $0.info = nil } }

    /// That what the server has is of no use. Somebody may be about to mend that.
    func lacking(_ error: ProviderError) -> ProviderError {
        forget()
        return error
    }

    /// What the server has, asked for once, and again behind a failure.
    func info(over connection: WyomingConnection) async throws(ProviderError) -> WyomingInfo {
        if let info = knownInfo { return info }
        connection.send(WyomingEvent("describe"))
        // Whatever else it says meanwhile is no answer.
        let due = Moment.now + timeout
        while case let left = due - .now, left > .zero {
            let event: WyomingEvent
            do {
                event = try await next(from: connection, within: left)
            } catch {
                guard case .timedOut = error else { throw error }
                break
            }
            if event.type == "info" { return learn(WyomingInfo(event)) }
        }
        throw .timedOut(provider: name, after: timeout)
    }

    /// What the server has now, whatever is known of it.
    func describe() async throws(ProviderError) -> WyomingInfo {
        let connection = try await connect()
        forget()
        let info = try await info(over: connection)
        giveBack(connection)
        return info
    }

    /// Whether it takes a connection.
    func isReachable() async -> Bool {
        guard let address else { return false }
        let connection = WyomingConnection(to: address, limits: limits)
        let end = await failure(of: connection)
        connection.hangUp()
        return end == nil
    }

    private func learn(_ info: WyomingInfo) -> WyomingInfo {
        let isNews = state.withLock { state in
            defer { (state.info, state.told) = (info, info) }
            return state.told != info
        }
        if isNews { log.info("\(name): \(told(info))") }
        return info
    }

    private func told(_ info: WyomingInfo) -> String {
        let parts = (info.recognizers + info.synthesizers).map { program in
            "\(program.name), \(program.artifacts.count(where: \.isInstalled)) installed"
                + (program.streams ? ", streams" : "")
        }
        let place = address.map { "\($0)" } ?? ""
        let list = parts.isEmpty ? "no speech at all" : parts.joined(separator: "; ")
        return "\(place) has \(list.prefix(200).filter { !$0.isNewline })"
    }

    /// That it is another kind of server, whose port somebody mistook.
    func lacks(_ thing: String) -> String {
        "the server at \(address.map { "\($0)" } ?? "no address") does not have \(thing)"
    }

    /// A connection for one question: the one that was opened already, or a new one.
    func connect() async throws(ProviderError) -> WyomingConnection {
        guard let address else { throw .unavailable(provider: name, reason: complaint) }
        let spare = state.withLock { state in
            defer { state.spare = nil }
            return state.spare
        }
        if let spare, spare.keep(for: nil), await failure(of: spare) == nil { return spare }
        let first = WyomingConnection(to: address, limits: limits)
        guard let end = await failure(of: first) else { return first }
        // A server that is just being started.
        if end == .cancelled { throw .cancelled }
        do {
            try await clock.sleep(for: Self.pauseBeforeRetry)
        } catch {
            throw .cancelled
        }
        let second = WyomingConnection(to: address, limits: limits)
        guard let end = await failure(of: second) else { return second }
        throw error(end)
    }

    /// Keeps a connection, over which nothing was asked for, for whoever is next.
    func giveBack(_ connection: WyomingConnection) {
        connection.keep(for: Self.spareLife)
        state.withLock { state in
            if state.spare?.isAlive != true { state.spare = connection }
        }
    }

    /// - Returns: nil once it is connected.
    private func failure(of connection: WyomingConnection) async -> WyomingEnd? {
        do {
            try await connection.opened()
            return nil
        } catch {
            return error
        }
    }

    /// The next event of `connection`.
    ///
    /// - Parameter limit: as `WyomingConnection.next` takes it.
    /// - Throws: also what the server calls an error.
    func next(
        from connection: WyomingConnection, within limit: Duration?
    ) async throws(ProviderError) -> WyomingEvent {
        let event: WyomingEvent
        do {
            event = try await connection.next(within: limit)
        } catch {
            throw self.error(error)
        }
        guard event.type == "error" else { return event }
        forget()
        let words = (event.text("text") ?? "").split(whereSeparator: \.isWhitespace)
        let code = event.text("code").map { " (\($0.prefix(40).filter { !$0.isNewline }))" } ?? ""
        let said = words.isEmpty ? "it does not say why" : words.joined(separator: " ").prefix(300)
        throw .failed(provider: name, reason: said + code)
    }

    private func error(_ end: WyomingEnd) -> ProviderError {
        switch end {
        // What is there when it is back may be another.
        case .unreachable, .closed, .broken: forget()
        case .timedOut, .cancelled: break
        }
        let place = address.map { "\($0): " } ?? ""
        return switch end {
        case .unreachable(let reason): .unreachable(provider: name, reason: reason)
        case .closed:
            .down(provider: name, reason: place + "it hung up before it had answered")
        case .broken(let reason): .down(provider: name, reason: place + reason)
        case .timedOut(let limit): .timedOut(provider: name, after: limit)
        case .cancelled: .cancelled
        }
    }
}
