import Glibc
import Linux
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct StateTests {
    private let folder = TemporaryFolder()
    private let state = TemporaryFolder()

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
