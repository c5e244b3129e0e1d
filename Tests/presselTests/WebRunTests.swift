import Glibc
import Linux
import TestSupport
import Testing
import Voice

/// `pressel run` on the local network.
@Suite(.timeLimit(.minutes(2)))
struct WebRunTests {
    private let folder = TemporaryFolder()

    private func device(tls: Int, port: Int = 0, settings: String = "") throws -> Device {
        try Device(
            settings: settings, port: port, web: "\"listen\": \"127.0.0.1\", \"tlsPort\": \(tls),",
            state: folder.path)
    }

    /// What comes of a request over TLS, to a server with a certificate that is good for `name`.
    private func health(port: Int, as name: String) async throws -> String {
        let client = try ChildProcess(
            "openssl",
            [
                "s_client", "-quiet", "-connect", "127.0.0.1:\(port)", "-verify_return_error",
                "-CAfile", folder.path + "/tls/device.crt", "-verify_hostname", name,
            ])
        return try await onThread("openssl") {
            Result {
                let request =
                    "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                _ = try Array(request.utf8).withUnsafeBytes { try client.write($0) }
                var text: [UInt8] = []
                while case let part = try client.read(atMost: 65_536), !part.isEmpty {
                    text += part
                }
                _ = client.wait()
                return String(decoding: text, as: UTF8.self)
            }
        }.get()
    }

    @Test("HTTPS has a certificate for the device's name, which outlives it")
    func secured() async throws {
        let port = try freePort()
        var certificate: [UInt8] = []
        for start in 1...2 {
            let device = try device(tls: port, settings: "\"name\": \"Kitchen Radio\",")
            try await device.says("serving HTTPS on 127.0.0.1, port \(port)")
            #expect(device.count("made a certificate") == (start == 1 ? 1 : 0))
            let kept = try readFile(folder.path + "/tls/device.crt", atMost: 10_000)
            if start == 2 { #expect(kept == certificate) }
            certificate = kept
            for name in ["kitchen-radio.local", "localhost"] {
                #expect(try await health(port: port, as: name).contains(#"{"status":"ok"}"#))
            }
            #expect(try await !health(port: port, as: "other.local").contains("status"))
            let end = await device.end(by: SIGTERM)
            #expect(end.status == 0 && end.duration < .seconds(1))
        }
        let key = try String(
            decoding: readFile(folder.path + "/tls/device.key", atMost: 10_000), as: UTF8.self)
        #expect(key.contains("PRIVATE KEY"))
    }

    @Test("It ends in time, whoever is connected and does nothing")
    func ends() async throws {
        let (plain, tls) = (try freePort(), try freePort())
        let device = try device(tls: tls, port: plain)
        try await device.says("serving on 127.0.0.1, port \(plain)")
        try await device.says("serving HTTPS on")
        let clients = [plain, plain, tls].map { RawClient(port: $0) }
        clients[0].send("GET /health HTTP/1.1\r\nHost: localhost\r\n")
        #expect(try await ask(port: plain, "GET", "/health").status == 200)
        let end = await device.end(by: SIGTERM)
        #expect(end.status == 0 && end.duration < .seconds(1))
        withExtendedLifetime(clients) {}
    }
}
