import Glibc
import Linux
import Synchronization
import TestSupport
import Testing
import Voice

/// `pressel run` as systemd sees it: a socket on which the service tells how it is.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SystemdRunTests {
    /// Stands in for systemd, with the variables that it sets, as long as it lives.
    private final class Manager: Sendable {
        private let folder = TemporaryFolder()
        private let socket: CInt
        private let told = Mutex<[(at: Moment, line: String)]>([])

        init(watchdog: Duration? = nil, hanging part: String? = nil) {
            socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let path = folder.path + "/notify"
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let status = withUnsafePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            precondition(status == 0, "no socket at \(path)")
            setenv("NOTIFY_SOCKET", path, 1)
            if let watchdog { setenv("WATCHDOG_USEC", "\(watchdog.inNanoseconds / 1000)", 1) }
            if let part { setenv("PRESSEL_TEST_HANG", part, 1) }
            startThread("test manager") { [socket, weak self] in
                while let bytes = try? Linux.read(atMost: 4096, from: socket), !bytes.isEmpty {
                    let text = String(decoding: bytes, as: UTF8.self)
                    self?.told.withLock { told in
                        told += text.split(separator: "\n").map { (.now, String($0)) }
                    }
                }
                close(socket)
            }
        }

        /// What was told so far.
        var lines: [String] { told.withLock { $0.map(\.line) } }
        var lastAlive: Moment? { told.withLock { $0.last { $0.line == "WATCHDOG=1" }?.at } }

        /// Others are started as no services.
        func forget() {
            for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "PRESSEL_TEST_HANG"] { unsetenv(name) }
        }

        deinit {
            forget()
            shutdown(socket, CInt(SHUT_RDWR))
        }

        func hears(_ text: String, times: Int = 1, within seconds: Int = 20) async throws {
            for _ in 0..<seconds * 100 {
                if lines.count(where: { $0.contains(text) }) >= times { return }
                try await MonotonicClock().sleep(for: .milliseconds(10))
            }
            throw Device.Silent(description: "\(times) times \"\(text)\" was not told: \(lines)")
        }
    }

    @Test("It is ready when the loop answers, tells what works, and says when it ends")
    func told() async throws {
        let manager = Manager(watchdog: .milliseconds(600))
        let device = try Device(capture: "hw:CARD=missing")
        try await manager.hears("READY=1")
        try await manager.hears("STATUS=missing: microphone (cannot open audio device")
        try await manager.hears("works: speaker, memory, button")
        // The microphone is missing, which is known and no reason to end.
        try await manager.hears("WATCHDOG=1", times: 20)
        #expect(!manager.lines.contains("STOPPING=1"))
        #expect(await device.end(by: SIGTERM).status == 0)
        try await manager.hears("STOPPING=1")
        #expect(manager.lines.count { $0 == "READY=1" } == 1)
        manager.forget()
    }

    @Test("A microphone that works, is muted or speaks with somebody is alive")
    func alive() async throws {
        let manager = Manager(watchdog: .milliseconds(600))
        let device = try Device()
        manager.forget()
        try await device.says("recording from")
        try await manager.hears("works: microphone, speaker, memory, button")
        try await device.sleep(500)
        try await device.ask(try await spoken("Tell me a story."))
        // Whatever the recognizer makes of it on a busy machine, something is said.
        try await device.says("light speaking", within: 60)
        try await device.sleep(6000)
        #expect(!device.log.contains("no sign of life"))
        #expect(Moment.now - manager.lastAlive! < .seconds(1))
        _ = await device.end(by: SIGTERM)
    }

    @Test("Who hangs is told of no more", arguments: ["audio", "speaker", "loop"])
    func hangs(part: String) async throws {
        let manager = Manager(watchdog: .milliseconds(600), hanging: part)
        let device = try Device()
        manager.forget()
        try await device.says("recording from")
        try await manager.hears("WATCHDOG=1", times: 3)
        kill(pid_t(device.id), SIGUSR1)
        let began = Moment.now
        try await device.says("hangs from now on")
        // A speaker that has nothing to do is not missed before it has.
        if part == "speaker" { try await device.tap() }
        try await device.says("gave no sign of life", within: 10)
        let last = try #require(manager.lastAlive)
        #expect(last - began < .seconds(6))
        try await device.sleep(2000)
        #expect(manager.lastAlive == last)
        // As the service manager does then.
        _ = await device.end(by: SIGKILL)
    }

    @Test("Nobody who was not asked to can make it hang")
    func unasked() async throws {
        let device = try Device()
        try await device.says("is ready")
        // Without the variable the signal means what it means to every program.
        #expect(await device.end(by: SIGUSR1).status == 128 + Int(SIGUSR1))
    }
}
