import Linux
import Synchronization
import Voice
import Web

/// A stand-in for OpenAI's cloud on loopback: the four endpoints that are used of it, strict about
/// every request, with the delays and faults of a script.
final class Sandbox: Sendable {
    let server: Server
    private let wyoming: WyomingPort?
    private let stage: Stage

    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - certificate: for HTTPS.
    ///   - wyomingPort: for a Wyoming server beside it, 0 for any that is free; nil for none.
    init(
        _ script: Script = Script(), port: Int = 0, certificate: Server.Certificate? = nil,
        wyomingPort: Int? = nil
    ) throws(SystemError) {
        let stage = Stage(script)
        var limits = ServerLimits()
        // Clients keep connections for minutes, and speak while they upload.
        limits.idle = .seconds(600)
        limits.arrival = .seconds(600)
        limits.connectionsPerAddress = 64
        server = try Server(
            address: "127.0.0.1", port: port, limits: limits, certificate: certificate,
            handler: Self.handler(stage))
        self.stage = stage
        wyoming = if let wyomingPort { try WyomingPort(stage, port: wyomingPort) } else { nil }
    }

    deinit { wyoming?.stop() }

    /// Where its Wyoming server listens, if it has one.
    var wyomingPort: Int? { wyoming?.port }

    /// With `/v1`, for plain HTTP.
    var baseURL: String { "http://127.0.0.1:\(server.port)/v1" }

    /// Of the bucket, to be given as the endpoint of an archive.
    var archiveURL: String { "http://127.0.0.1:\(server.port)\(S3.root)" }

    /// What the bucket holds.
    var objects: Objects { stage.objects }

    /// What is done from the next request on.
    func follow(_ script: Script) { stage.follow(script) }

    /// What was asked so far.
    var requests: [RequestRecord] { stage.journal.records }

    /// Forgets what was asked.
    func forget() { stage.journal.clear() }

    func stop() {
        server.stop()
        wyoming?.stop()
    }

    private static func handler(_ stage: Stage) -> Handler {
        let router = router(stage)
        return { request in
            // Keys have as many parts as they like.
            guard S3.isMeant(request.path) else { return try router.handle(request) }
            return Visit(request, at: .archive, stage)
        }
    }

    private static func router(_ stage: Stage) -> Router {
        var router = Router()
        for endpoint in Endpoint.allCases {
            for (method, path) in endpoint.routes {
                // Several vendors may have the same.
                let all = Endpoint.allCases.filter { $0.routes.contains { $0 == (method, path) } }
                // A client warms a connection up by it.
                router.on("HEAD", path) { Visit($0, at: nil, stage) }
                router.on(method, path) { request in
                    let meant = all.last { $0.isMeant(by: request) }
                    return Visit(request, at: meant ?? endpoint, stage)
                }
            }
        }
        router.on("GET", "/sandbox/preview/{voice}") { request, _ in
            try ElevenVoices.preview(request)
        }
        router.on("HEAD", "/v1") { Visit($0, at: nil, stage) }
        router.on("POST", "/sandbox/script") { _, body in
            do {
                try stage.change(by: body)
            } catch let error as ScriptError {
                throw HTTPError.badRequest(error.description)
            }
            return Response(json: ["status": "ok"])
        }
        router.on("GET", "/sandbox/requests") { _, _ in Response(json: stage.journal.records) }
        router.on("DELETE", "/sandbox/requests") { _, _ in
            stage.journal.clear()
            return Response(json: ["status": "ok"])
        }
        return router
    }
}

/// What the requests share.
final class Stage: Sendable {
    let journal = Journal()
    let objects = Objects()
    let voices = ElevenVoiceList()
    private let state: Mutex<State>

    private struct State {
        var script: Script
        var dice: FaultDice
    }

    init(_ script: Script) {
        state = Mutex(State(script: script, dice: FaultDice(script.faults)))
    }

    func follow(_ script: Script) {
        state.withLock { $0 = State(script: script, dice: FaultDice(script.faults)) }
    }

    func change(by body: [UInt8]) throws {
        var script = state.withLock { $0.script }
        let hasFaults = try script.change(by: body)
        state.withLock { [script] state in
            state.script = script
            if hasFaults { state.dice = FaultDice(script.faults) }
        }
    }

    /// What the next request to `endpoint` meets.
    func next(at endpoint: Endpoint?) -> (script: Script, fault: Fault?) {
        state.withLock { state in
            (state.script, endpoint.flatMap { state.dice.fault(at: $0) })
        }
    }
}
