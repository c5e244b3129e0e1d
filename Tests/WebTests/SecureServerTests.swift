import Linux
import TestSupport
import Testing
import Voice
import Web

/// HTTPS, as OpenSSL sees it.
@Suite(.timeLimit(.minutes(1)))
struct SecureServerTests {
    private let folder = TemporaryFolder()
    private let certificate: ServerCertificate

    init() throws {
        certificate = try CertificateFolder(folder.path + "/tls").certificate(
            for: ["kitchen.local", "127.0.0.1"], at: [], unixTime: SystemWallClock.unixTime)
    }

    private func server() throws -> Server {
        var router = Router()
        router.on("GET", "/secure") { request, _ in
            Response(text: "secure: \(request.connection.isSecure)")
        }
        router.on("POST", "/echo", bodyAtMost: 1 << 20) { _, body in Response(body: .bytes(body)) }
        return try Server(
            address: "127.0.0.1", port: 0, certificate: .init(certificate)
        ) { [router] in try router.handle($0) }
    }

    /// What `openssl s_client` shows of a request over TLS, and its exit status.
    private func asked(
        _ server: Server, _ options: [String] = [], request: String
    ) async throws -> (text: String, status: Int) {
        let client = try ChildProcess(
            "openssl",
            [
                "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port)",
                "-CAfile", folder.path + "/tls/device.crt", "-verify_return_error",
            ] + options)
        return try await onThread("openssl") { Result { try Self.talk(to: client, request) } }.get()
    }

    private static func talk(
        to client: ChildProcess, _ request: String
    ) throws -> (text: String, status: Int) {
        var rest = Array(request.utf8)
        while !rest.isEmpty {
            let count = try rest.withUnsafeBytes { try client.write($0) }
            rest.removeFirst(count)
            // The pipe may be full.
            _ = sleepThread(until: .now + .milliseconds(1), unless: [])
        }
        var text: [UInt8] = []
        while case let part = try client.read(atMost: 65_536), !part.isEmpty { text += part }
        return (String(decoding: text, as: UTF8.self), client.wait())
    }

    private let request = "GET /secure HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test("The certificate is good for the device's names, and for no other")
    func names() async throws {
        let server = try server()
        for (options, isGood) in [
            (["-verify_hostname", "kitchen.local"], true), (["-verify_ip", "127.0.0.1"], true),
            (["-verify_hostname", "evil.example"], false), (["-x509_strict"], true),
        ] {
            let (text, _) = try await asked(server, options, request: request)
            #expect(text.contains("secure: true") == isGood, "\(options)")
        }
    }

    @Test(
        "TLS 1.2 and 1.3 are spoken, nothing older",
        arguments: [("-tls1_3", true), ("-tls1_2", true), ("-tls1_1", false), ("-tls1", false)])
    func versions(option: String, isGood: Bool) async throws {
        let server = try server()
        let (text, _) = try await asked(
            server, [option, "-cipher", "DEFAULT@SECLEVEL=0"], request: request)
        #expect(text.contains("secure: true") == isGood)
    }

    @Test("Plain HTTP on the port of HTTPS gets nothing, and does no harm")
    func plain() async throws {
        let server = try server()
        let client = RawClient(port: server.port)
        client.send(request)
        let rest = try await onThread("client") { [client = Handed(client)] in
            Result { try client.value.rest() }
        }.get()
        #expect(!String(decoding: rest, as: UTF8.self).contains("HTTP/1.1"))
        #expect(try await asked(server, request: request).text.contains("secure: true"))
    }

    @Test("A large body goes both ways")
    func large() async throws {
        let server = try server()
        let body = String(repeating: "0123456789abcdef", count: 30_000)
        let (text, _) = try await asked(
            server,
            request: "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
        #expect(text.hasSuffix(body))
    }

    @Test("Who does not end the handshake is hung up on")
    func handshake() async throws {
        var limits = ServerLimits()
        limits.idle = .milliseconds(100)
        let server = try Server(
            address: "127.0.0.1", port: 0, limits: limits, certificate: .init(certificate)
        ) { _ in throw HTTPError.badRequest("") }
        for beginning: [UInt8] in [[], [22, 3, 1, 2, 0, 1]] {
            let client = RawClient(port: server.port)
            client.send(beginning)
            let rest = try await onThread("client") { [client = Handed(client)] in
                Result { try client.value.rest() }
            }.get()
            #expect(rest.count < 100)
        }
    }
}

/// Something that one thread gives to another, and leaves alone from then on.
struct Handed<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
