import Linux
import TestSupport
import Testing

/// Certificates that a server makes for itself or is given.
struct ServerCertificateTests {
    private static let names = ["kitchen.local", "kitchen", "192.168.1.20", "fd00::1"]
    private static let begins: Int64 = 1_790_000_000
    private static let expires: Int64 = 1_800_000_000

    private func made() throws -> ServerCertificate {
        try .selfSigned(for: Self.names, from: Self.begins, to: Self.expires)
    }

    @Test("A certificate that was made says for what and how long it is good")
    func selfSigned() throws {
        let certificate = try made()
        #expect(certificate.names == Self.names)
        #expect(certificate.expires == Self.expires)
        let again = try ServerCertificate(chain: certificate.chain, key: certificate.key)
        #expect(again == certificate)
        #expect(try made() != certificate)
    }

    @Test("OpenSSL finds in it what browsers look for")
    func openSSL() async throws {
        let folder = TemporaryFolder()
        let path = folder.file("device.crt", Array(try made().chain.utf8))
        let openssl = try ChildProcess(
            "openssl",
            [
                "x509", "-in", path, "-noout", "-text", "-nameopt", "RFC2253", "-checkhost",
                "kitchen.local",
            ])
        let text = try await onThread("openssl") {
            Result {
                var text: [UInt8] = []
                while case let part = try openssl.read(atMost: 65_536), !part.isEmpty {
                    text += part
                }
                return String(decoding: text, as: UTF8.self)
            }
        }.get()
        for line in [
            "Version: 3", "Subject: CN=kitchen.local", "Issuer: CN=kitchen.local",
            "ASN1 OID: prime256v1", "ecdsa-with-SHA256", "CA:FALSE", "Digital Signature",
            "TLS Web Server Authentication", "DNS:kitchen.local, DNS:kitchen",
            "IP Address:192.168.1.20", "Subject Key Identifier", "does match certificate",
        ] {
            #expect(text.contains(line), "\(line) is not in \(text)")
        }
    }

    @Test("What is no certificate, and a key that is another's, are refused")
    func refused() throws {
        let (one, other) = (try made(), try made())
        for (chain, key, why) in [
            (one.chain, other.key, "the private key is not that of the certificate"),
            ("", one.key, "cannot read the certificate"),
            ("nonsense", one.key, "cannot read the certificate"),
            (one.key, one.key, "cannot read the certificate"),
            (one.chain, "", "cannot read the private key"),
            (one.chain, one.chain, "cannot read the private key"),
            (String(one.chain.dropLast(200)), one.key, "cannot read the certificate"),
            (String(repeating: one.chain, count: 17), one.key, "cannot read the certificate"),
        ] {
            #expect {
                _ = try ServerCertificate(chain: chain, key: key)
            } throws: {
                "\($0)".hasPrefix(why)
            }
        }
        #expect(throws: Never.self) {
            try ServerCertificate(chain: one.chain + other.chain, key: one.key)
        }
    }
}
