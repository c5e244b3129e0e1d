import Synchronization
import TestSupport
import Voice

@testable import Web

/// What a store would keep, without a disk.
final class FakeAccessStore: AccessStore {
    struct Broken: Error {}

    struct Contents: Sendable {
        var version: Int64 = 1
        var password: String?
        var sessions: [PageSession] = []
        var keys: [APIKey] = []
        var uses: [KeyUse] = []
        var signingKey: [UInt8]?
        var lastID: Int64 = 0
        var cannotRead = false
        var cannotWrite = false
    }

    private let state = Mutex(Contents())

    var contents: Contents { state.withLock { $0 } }

    /// As somebody else would change it.
    func change(_ body: (inout Contents) -> Void) { state.withLock { body(&$0) } }

    private func read<Result: Sendable>(_ body: (Contents) -> Result) throws -> Result {
        let contents = contents
        if contents.cannotRead { throw Broken() }
        return body(contents)
    }

    private func write<Result: Sendable>(_ body: (inout Contents) -> Result) throws -> Result {
        if contents.cannotWrite { throw Broken() }
        return state.withLock { body(&$0) }
    }

    func version() async throws -> [Int64] { try read { contents in [contents.version] } }
    func passwordHash() async throws -> String? { try read { $0.password } }
    func setPassword(hash: String) async throws {
        try write { contents in
            contents.password = hash
            contents.sessions = []
        }
    }
    func sessions() async throws -> [PageSession] { try read { $0.sessions } }
    func add(_ session: PageSession) async throws -> Int64 {
        try write { contents in
            contents.lastID += 1
            var session = session
            session.id = contents.lastID
            contents.sessions.append(session)
            return contents.lastID
        }
    }
    func update(_ session: PageSession) async throws {
        try write { contents in
            contents.sessions = contents.sessions.map { $0.id == session.id ? session : $0 }
        }
    }
    func removeSessions(_ ids: [Int64]) async throws {
        try write { $0.sessions.removeAll { ids.contains($0.id) } }
    }
    func keys() async throws -> [APIKey] { try read { $0.keys } }
    func add(_ key: APIKey) async throws -> APIKey {
        guard !contents.keys.contains(where: { $0.name == key.name }) else {
            throw AccessRefusal("there is one of that name")
        }
        return try write { contents in
            contents.lastID += 1
            var key = key
            key.id = contents.lastID
            contents.keys.append(key)
            return key
        }
    }
    func removeKey(_ id: Int64) async throws -> Bool {
        try write { contents in
            let before = contents.keys.count
            contents.keys.removeAll { $0.id == id }
            return contents.keys.count < before
        }
    }
    func keyUses() async throws -> [KeyUse] { try read { $0.uses } }
    func save(_ uses: [KeyUse]) async throws { try write { $0.uses = uses } }
    func signingKey(orKeep new: [UInt8]) async throws -> [UInt8] {
        try write { contents in
            contents.signingKey = contents.signingKey ?? new
            return contents.signingKey!
        }
    }
}

/// Somebody who stands before the device, or nobody.
final class FakeWitness: ClaimWitness {
    private struct State {
        var hasButton = true
        var asked: [String] = []
        var codes: [String] = []
        var finger: CheckedContinuation<Bool, Never>?
    }
    private let state = Mutex(State())

    var hasButton: Bool { state.withLock { $0.hasButton } }
    var asked: [String] { state.withLock { $0.asked } }
    var codes: [String] { state.withLock { $0.codes } }

    func takeButtonAway() { state.withLock { $0.hasButton = false } }

    func agrees(toClaimFrom address: String) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { finger in
                state.withLock { state in
                    state.asked.append(address)
                    state.finger = finger
                }
            }
        } onCancel: {
            answer(false)
        }
    }

    func answer(_ isGiven: Bool) {
        let finger = state.withLock { state in
            defer { state.finger = nil }
            return state.finger
        }
        finger?.resume(returning: isGiven)
    }

    func tell(code: String, toClaimFrom address: String) {
        state.withLock { $0.codes.append(code) }
    }
}

/// A device whose clocks, store and finger are the test's.
final class AccessFixture: Sendable {
    let store = FakeAccessStore()
    let witness = FakeWitness()
    let clock = ManualClock()
    let log = LogBook()
    let access: AccessControl
    let server: Server
    private let wall = Wall()

    /// The clock on the wall, in seconds since 1970 UTC.
    private final class Wall: Sendable {
        let time = Mutex<Int64?>(1_780_315_200)
    }

    static let password = "a quiet afternoon"
    static let environmentKey = "key-of-the-environment"

    init(
        origins: [String] = [], tlsPort: Int? = nil, restarting old: AccessFixture? = nil
    ) throws {
        let store = old?.store ?? store
        access = AccessControl(
            sites: SiteRules(
                names: localNames(of: "pressel"), allowedHosts: [], allowedOrigins: origins,
                publicURL: nil),
            store: store, witness: witness, environmentKey: Self.environmentKey,
            passwordCost: PasswordCost(passes: 1, memory: 8192), clock: clock,
            unixTime: { [wall] in wall.time.withLock { $0 } }, log: log.log)
        var api = API()
        AccessAPI(access, tlsPort: tlsPort).add(to: &api)
        KeysAPI(access).add(to: &api)
        for scope in Scope.allCases {
            api.add("GET", "/\(scope.rawValue)", "For the test.", scope: scope) { _, _ in
                Response(text: scope.rawValue)
            }
            api.add("POST", "/\(scope.rawValue)", "For the test.", scope: scope) { _, body in
                Response(text: String(decoding: body, as: UTF8.self))
            }
        }
        api.add("GET", "/health", "For the test.", scope: nil) { _, _ in Response(text: "ok") }
        api.add("GET", "/breaks", "For the test.", scope: nil) { _, _ in throw Breaks() }
        var socket = Operation("GET", "/ws", "For the test.", scope: .talk) { request, caller in
            try WholeBody(of: request, atMost: 0) { _ in
                try Response.webSocket(for: request) { socket in
                    try? socket.send(.text(caller?.id ?? "nobody"))
                }
            }
        }
        socket.answers[101] = ("It opens.", nil)
        api.add(socket)
        let router = api.router(behind: access)
        server = try Server(
            address: "127.0.0.1", port: 0, headers: SecurityHeaders.all,
            handler: access.guarding { try router.handle($0) })
    }

    private struct Breaks: Error {}

    func set(_ time: Int64?) { wall.time.withLock { $0 = time } }

    /// Time passes on both clocks.
    func pass(_ seconds: Int64) {
        clock.advance(by: .seconds(seconds))
        wall.time.withLock { $0 = $0.map { $0 + seconds } }
    }

    func ask(
        _ method: String, _ path: String, _ headers: [String: String] = [:], _ body: String? = nil
    ) async throws -> RawClient.Answer {
        var headers = headers
        if body != nil, headers["Content-Type"] == nil {
            headers["Content-Type"] = "application/json"
        }
        return try await TestSupport.ask(
            port: server.port, method, path, headers: headers, body: body.map { Array($0.utf8) })
    }

    /// Claims the device.
    ///
    /// - Returns: the header of a browser that is logged in.
    func claim() async throws -> [String: String] {
        let asked = try await ask("POST", "/api/claim", [:], "{}")
        await self.until { self.witness.asked.count == 1 }
        witness.answer(true)
        let claim = asked.texts["claim"] ?? ""
        await self.until { self.log.count("somebody agrees") == 1 }
        let done = try await ask(
            "POST", "/api/claim", [:],
            #"{"claim":"\#(claim)","password":"\#(Self.password)"}"#)
        return done.sessionCookie
    }

    func logIn(
        _ password: String = AccessFixture.password, _ headers: [String: String] = [:]
    ) async throws -> RawClient.Answer {
        try await ask("POST", "/api/login", headers, #"{"password":"\#(password)"}"#)
    }

    /// Makes a key by what `fields` says besides a name.
    ///
    /// - Returns: the header that shows it.
    func key(_ fields: String) async throws -> [String: String] {
        let answer = try await ask("POST", "/api/keys", admin, "{\(fields)}")
        return ["x-api-key": answer.texts["key"] ?? ""]
    }

    /// Waits for something that a task is about to do, for five seconds at most.
    func until(_ condition: @Sendable () -> Bool) async {
        for _ in 0..<5000 where !condition() { try? await Task.sleep(for: .milliseconds(1)) }
    }

    let admin = ["x-api-key": AccessFixture.environmentKey]
}

extension RawClient.Answer {
    /// The texts among the body's fields.
    var texts: [String: String] {
        guard case .object(let fields)? = tree else { return [:] }
        return fields.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
    }

    var errorCode: String? {
        guard case .object(let fields)? = tree, case .object(let error)? = fields["error"],
            case .string(let code)? = error["code"]
        else { return nil }
        return code
    }

    /// What a browser sends from now on.
    var sessionCookie: [String: String] {
        ["Cookie": String((headers["set-cookie"] ?? "").prefix { $0 != ";" })]
    }
}
