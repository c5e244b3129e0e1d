import Glibc
import Linux
import TestSupport
import Testing
import Voice

@Suite(.timeLimit(.minutes(5)))
struct StateTests {
    private let folder = TemporaryFolder()
    private let state = TemporaryFolder()

    private static let key = "key-of-the-api"

    /// What the API says is the matter with the device's memory.
    private func problem(at port: Int) async throws -> String {
        try await problems(at: port, key: Self.key)["memory"] ?? ""
    }

    @Test("A state folder that cannot be written: it answers, and says what is lost")
    func unwritable() async throws {
        let port = try freePort()
        setenv("PROXY_API_KEY", Self.key, 1)
        let device = try Device(port: port, state: "/proc/pressel")
        unsetenv("PROXY_API_KEY")
        try await device.says("cannot make the state folder /proc/pressel")
        try await device.says("timers and voices are lost when the program ends")
        try await device.says("saying \"I cannot write to my memory card")
        try await device.says("light off")
        #expect(try await problem(at: port).contains("are lost when the program ends"))
        try await device.ask(try await spoken("What time is it?"))
        try await device.says("answered")
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test(
        "A state folder in memory works, and it says what is lost",
        .enabled(if: isInMemory("/dev/shm")))
    func inMemory() async throws {
        let state = "/dev/shm/pressel-test-\(getpid())"
        defer { removeTree(state) }
        let port = try freePort()
        setenv("PROXY_API_KEY", Self.key, 1)
        let device = try Device(port: port, state: state, isStateNamed: false)
        unsetenv("PROXY_API_KEY")
        try await device.says("\(state) is kept in memory only: settings, keys and the password")
        try await device.says("saying \"Whatever I am told, I will have forgotten")
        try await device.says("light off")
        #expect(try await problem(at: port).contains("are lost when it is switched off"))
        try await device.ask(try await spoken("What time is it?"))
        try await device.says("answered")
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test("A device is backed up while it runs, restored when it does not, and runs once")
    func running() async throws {
        let file = folder.path + "/backup"
        _ = state.file("settings.json", Array(#"{"audio":{"muted":true}}"#.utf8))
        _ = state.file("secrets.json", Array("planted".utf8))
        let device = try Device(state: state.path)
        try await device.says("is ready")

        let backup = try await Command(["backup", file, "--state", state.path], errors: true)
        #expect(backup.status == 0 && backup.output.isEmpty, "\(backup.output)")
        let bytes = try readFile(file, atMost: 1 << 24)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("planted"))

        let process = try readFile(state.path + "/lock", atMost: 100)
        let complaint =
            "cannot use the state folder \(state.path): pressel run uses it (process"
            + " \(String(decoding: process, as: UTF8.self))); stop that one (systemctl stop pressel)"
        for arguments in [["restore", file], ["run"]] {
            let command = try await Command(arguments + ["--state", state.path], errors: true)
            #expect(command.status == 1)
            let last = command.output.split(separator: "\n").last ?? ""
            #expect(last.hasPrefix("pressel: \(complaint)"), "\(command.output)")
        }
        #expect(await device.end(by: SIGTERM).status == 0)

        _ = state.file("settings.json", Array("{}".utf8))
        let restore = try await Command(["restore", file, "--state", state.path], errors: true)
        #expect(restore.status == 0 && restore.output.isEmpty, "\(restore.output)")
        let settings = try readFile(state.path + "/settings.json", atMost: 1000)
        #expect(String(decoding: settings, as: UTF8.self).contains("muted"))
        #expect(try readFile(state.path + "/secrets.json", atMost: 100) == Array("planted".utf8))
    }
}
