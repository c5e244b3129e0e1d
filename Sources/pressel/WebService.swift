import Linux
import Store
import Synchronization
import Voice
import Web

/// The server on the local network, as `pressel run` keeps it: by HTTP, and by HTTPS where
/// `web.tlsPort` says so.
struct WebService {
    private let configuration: Configuration
    private let api: API
    private let access: AccessControl
    private let doors: OpenDoors
    private let changed: @Sendable (String) -> Void
    private let log: Log

    /// How long what is being answered may take when the device ends.
    private static let patience = Duration.milliseconds(500)

    /// - Parameters:
    ///   - api: what the device offers, but for who may use it and its description.
    ///   - doors: is told of the servers while they run.
    ///   - changed: is called with what somebody has changed.
    init(
        _ configuration: Configuration, api: API, access: AccessControl, doors: OpenDoors, log: Log,
        changed: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.access = access
        self.doors = doors
        self.changed = changed
        self.log = log
        var api = api
        let tlsPort = configuration.settings.web.tlsPort
        AccessAPI(access, tlsPort: tlsPort == 0 ? nil : tlsPort).add(to: &api)
        KeysAPI(access).add(to: &api)
        PageAPI().add(to: &api)
        // Last: it describes what is there.
        DocsAPI(version: Pressel.version, url: configuration.settings.web.publicURL).add(to: &api)
        self.api = api
    }

    private var settings: Settings.Web { configuration.settings.web }

    /// Serves until the task is cancelled.
    func run(_ clock: some MomentClock) async {
        refuseUnserved(but: settings.listen, ports: [settings.port, settings.tlsPort])
        if settings.port == 0 && settings.tlsPort == 0 {
            return log.info("web.port and web.tlsPort are 0: there is no server")
        }
        await access.load()
        let router = api.router(behind: access, changed: changed)
        let handler = access.guarding { request in try router.handle(request) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await door(settings.port, handler).run(clock) }
            group.addTask { await door(settings.tlsPort, handler, identity).run(clock) }
        }
    }

    private func door(
        _ port: Int, _ handler: @escaping Handler, _ identity: WebIdentity? = nil
    ) -> WebDoor {
        var limits = ServerLimits()
        // So many in all, whichever way they come in. Two browsers at one address, with the page
        // open, take up to seven each.
        if settings.port != 0 && settings.tlsPort != 0 { limits.connections /= 2 }
        return WebDoor(
            address: settings.listen, port: port, identity: identity, limits: limits,
            patience: Self.patience, open: doors, log: log, handler: handler)
    }

    private var identity: WebIdentity {
        WebIdentity(
            name: configuration.settings.name, publicURL: settings.publicURL,
            folder: CertificateFolder(configuration.state.path + "/tls", log: log))
    }
}

/// The servers that run now.
final class OpenDoors: Sendable {
    private let servers = Mutex<[Server]>([])

    func add(_ server: Server) { servers.withLock { $0.append(server) } }
    func remove(_ server: Server) { servers.withLock { $0.removeAll { $0 === server } } }

    /// To all of them.
    var connections: Int { servers.withLock { $0.reduce(0) { $0 + $1.connections } } }
}
