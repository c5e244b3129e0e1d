import Linux
import Store
import Voice
import Web

/// The server on the local network, as `pressel run` keeps it.
struct WebService {
    private let settings: Settings.Web
    private let device: any ReachableDevice
    private let key: String?
    private let log: Log
    private static let pause = Duration.seconds(30)

    init(_ settings: Settings.Web, device: any ReachableDevice, key: String?, log: Log) {
        self.settings = settings
        self.device = device
        self.key = key
        self.log = log
    }

    /// Serves until the task is cancelled. A port that somebody else has is tried again.
    func run(_ clock: some MomentClock) async {
        guard settings.port != 0 else { return log.info("web.port is 0: there is no server") }
        var isTold = false
        while !Task.isCancelled {
            do {
                let server = try start()
                log.info("serving on \(settings.listen), port \(server.port)")
                if key == nil { log.info("no PROXY_API_KEY: nobody may use the API") }
                try? await clock.sleep(for: .seconds(86_400 * 365))
                // It waits for its threads.
                await onThread("web end") { server.stop() }
            } catch {
                if !isTold { log.error("\(error); set web.listen and web.port; trying again") }
                isTold = true
                try? await clock.sleep(for: Self.pause)
            }
        }
    }

    private func start() throws(SystemError) -> Server {
        var router = Router()
        DeviceAPI(device, key: key).add(to: &router)
        return try Server(
            address: settings.listen, port: settings.port, log: log,
            handler: { [router] request in try router.handle(request) })
    }
}
