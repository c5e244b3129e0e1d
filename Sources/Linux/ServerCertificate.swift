import CGnuTLS
import Glibc

/// What a server shows that it is itself by: a certificate, those that vouch for it, and its private
/// key. Both parts are checked to belong to each other.
public struct ServerCertificate: Equatable, Sendable {
    /// PEM, the server's own first.
    public let chain: String
    /// PEM, without a password.
    public let key: String
    /// DNS names and addresses, as one writes them, in the order of the certificate.
    public let names: [String]
    /// The last second in which it is good, since 1970 in UTC.
    public let expires: Int64

    /// A certificate that cannot be made or used: what was tried, and GnuTLS's reason.
    public struct Failure: Error, Equatable, CustomStringConvertible {
        public let description: String

        init(_ operation: String, _ code: CInt) {
            description = "cannot \(operation): \(String(cString: gnutls_strerror(code)))"
        }

        init(_ description: String) { self.description = description }
    }

    /// - Parameters:
    ///   - chain: PEM, at most 16 certificates, the server's own first.
    ///   - key: its private key, PEM.
    /// - Throws: for what is no such thing, and if the two do not belong together.
    public init(chain: String, key: String) throws(Failure) {
        let certificate = try LoadedCertificate(chain: chain)
        let privateKey = try PrivateKey(pem: key)
        guard try certificate.keyIdentifier() == privateKey.identifier() else {
            throw Failure("the private key is not that of the certificate")
        }
        self.chain = chain
        self.key = key
        names = certificate.names
        expires = Int64(gnutls_x509_crt_get_expiration_time(certificate.pointer))
    }

    /// Makes a new key (P-256) and a certificate that vouches for itself (X.509 v3, RFC 5280).
    ///
    /// - Parameters:
    ///   - names: DNS names, the first of which is also its common name; then addresses, IPv4 or
    ///     IPv6, as one writes them.
    ///   - begins, expires: seconds since 1970.
    public static func selfSigned(
        for names: [String], from begins: Int64, to expires: Int64
    ) throws(Failure) -> ServerCertificate {
        let key = try PrivateKey()
        let certificate = try LoadedCertificate(
            signedBy: key, names: names, from: begins, to: expires)
        return try ServerCertificate(chain: try certificate.pem(), key: try key.pem())
    }
}

private func check(_ status: CInt, _ operation: String) throws(ServerCertificate.Failure) {
    guard status >= 0 else { throw ServerCertificate.Failure(operation, status) }
}

/// The text that a function of GnuTLS writes into a buffer.
private func text(
    _ operation: String, _ write: (UnsafeMutableRawPointer, UnsafeMutablePointer<Int>) -> CInt
) throws(ServerCertificate.Failure) -> String {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    var count = buffer.count
    let status = buffer.withUnsafeMutableBytes { write($0.baseAddress!, &count) }
    try check(status, operation)
    return String(decoding: buffer.prefix(count), as: UTF8.self)
}

/// Gives GnuTLS `text` to read.
private func read(
    _ text: String, _ body: (UnsafePointer<gnutls_datum_t>) -> CInt
) -> CInt {
    var bytes = Array(text.utf8)
    return bytes.withUnsafeMutableBufferPointer { buffer in
        var datum = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
        return body(&datum)
    }
}

/// Owns a private key of GnuTLS.
private final class PrivateKey {
    let pointer: gnutls_x509_privkey_t

    private init(empty: Void) throws(ServerCertificate.Failure) {
        var pointer: gnutls_x509_privkey_t?
        try check(gnutls_x509_privkey_init(&pointer), "make a private key")
        self.pointer = pointer!  // set whenever that succeeds
    }

    /// A new one.
    convenience init() throws(ServerCertificate.Failure) {
        try self.init(empty: ())
        try check(cgnutls_generate_p256(pointer), "make a private key")
    }

    convenience init(pem: String) throws(ServerCertificate.Failure) {
        try self.init(empty: ())
        let status = read(pem) { gnutls_x509_privkey_import(pointer, $0, GNUTLS_X509_FMT_PEM) }
        try check(status, "read the private key")
    }

    deinit { gnutls_x509_privkey_deinit(pointer) }

    func pem() throws(ServerCertificate.Failure) -> String {
        try text("write the private key") {
            gnutls_x509_privkey_export(pointer, GNUTLS_X509_FMT_PEM, $0, $1)
        }
    }

    /// The SHA-1 of the public key that belongs to it.
    func identifier() throws(ServerCertificate.Failure) -> [UInt8] {
        var identifier = [UInt8](repeating: 0, count: 20)
        var count = identifier.count
        try check(
            gnutls_x509_privkey_get_key_id(pointer, 0, &identifier, &count),
            "look at the private key")
        return identifier
    }
}

/// Owns a certificate of GnuTLS.
private final class LoadedCertificate {
    let pointer: gnutls_x509_crt_t

    private static let longestChain = 16

    /// - Parameter chain: the first of it is kept; the others are looked at.
    init(chain: String) throws(ServerCertificate.Failure) {
        var list = [gnutls_x509_crt_t?](repeating: nil, count: Self.longestChain)
        var count = UInt32(list.count)
        let status = read(chain) {
            gnutls_x509_crt_list_import(
                &list, &count, $0, GNUTLS_X509_FMT_PEM,
                GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED.rawValue)
        }
        try check(status, "read the certificate")
        for other in list[1..<max(1, Int(count))] { gnutls_x509_crt_deinit(other) }
        guard count > 0, let first = list[0] else {
            throw ServerCertificate.Failure("there is no certificate in what should be one")
        }
        pointer = first
    }

    /// A new one, of the key's owner and by them.
    init(
        signedBy key: PrivateKey, names: [String], from begins: Int64, to expires: Int64
    ) throws(ServerCertificate.Failure) {
        var pointer: gnutls_x509_crt_t?
        try check(gnutls_x509_crt_init(&pointer), "make a certificate")
        self.pointer = pointer!  // set whenever that succeeds
        try fill(names: names, from: begins, to: expires)
        try check(gnutls_x509_crt_set_key(self.pointer, key.pointer), "put a key in a certificate")
        var identifier = try key.identifier()
        try check(
            gnutls_x509_crt_set_subject_key_id(self.pointer, &identifier, identifier.count),
            "name the key of a certificate")
        try check(
            gnutls_x509_crt_set_authority_key_id(self.pointer, &identifier, identifier.count),
            "name the key of a certificate")
        try check(
            gnutls_x509_crt_sign2(
                self.pointer, self.pointer, key.pointer, GNUTLS_DIG_SHA256, 0),
            "sign a certificate")
    }

    deinit { gnutls_x509_crt_deinit(pointer) }

    private func fill(
        names: [String], from begins: Int64, to expires: Int64
    ) throws(ServerCertificate.Failure) {
        let what = "make a certificate"
        try check(gnutls_x509_crt_set_version(pointer, 3), what)
        // Positive, and not without its first byte.
        var serial = (0..<16).map { _ in UInt8.random(in: 0...255) }
        serial[0] = serial[0] & 0x3F | 0x40
        try check(gnutls_x509_crt_set_serial(pointer, serial, serial.count), what)
        try check(gnutls_x509_crt_set_activation_time(pointer, time_t(begins)), what)
        try check(gnutls_x509_crt_set_expiration_time(pointer, time_t(expires)), what)
        // RFC 5280 allows a common name 64 characters.
        let common = Array((names.first ?? "pressel").utf8.prefix(64))
        try check(
            gnutls_x509_crt_set_dn_by_oid(
                pointer, GNUTLS_OID_X520_COMMON_NAME, 0, common, UInt32(common.count)), what)
        try check(gnutls_x509_crt_set_basic_constraints(pointer, 0, -1), what)
        try check(
            gnutls_x509_crt_set_key_usage(pointer, UInt32(GNUTLS_KEY_DIGITAL_SIGNATURE)), what)
        try check(
            gnutls_x509_crt_set_key_purpose_oid(pointer, GNUTLS_KP_TLS_WWW_SERVER, 0), what)
        for name in names {
            let address = addressBytes(name)
            let bytes = address ?? Array(name.utf8)
            let kind = address == nil ? GNUTLS_SAN_DNSNAME : GNUTLS_SAN_IPADDRESS
            try check(
                gnutls_x509_crt_set_subject_alt_name(
                    pointer, kind, bytes, UInt32(bytes.count),
                    UInt32(GNUTLS_FSAN_APPEND)), "put \(name) in a certificate")
        }
    }

    func pem() throws(ServerCertificate.Failure) -> String {
        try text("write the certificate") {
            gnutls_x509_crt_export(pointer, GNUTLS_X509_FMT_PEM, $0, $1)
        }
    }

    /// The SHA-1 of its public key.
    func keyIdentifier() throws(ServerCertificate.Failure) -> [UInt8] {
        var identifier = [UInt8](repeating: 0, count: 20)
        var count = identifier.count
        try check(
            gnutls_x509_crt_get_key_id(pointer, 0, &identifier, &count),
            "look at the certificate's key")
        return identifier
    }

    var names: [String] {
        var names: [String] = []
        while true {
            var name = [UInt8](repeating: 0, count: 256)
            var count = name.count
            let kind = gnutls_x509_crt_get_subject_alt_name(
                pointer, UInt32(names.count), &name, &count, nil)
            if kind < 0 { return names }
            let bytes = Array(name.prefix(count))
            let isAddress = kind == CInt(GNUTLS_SAN_IPADDRESS.rawValue)
            names.append(
                isAddress ? addressText(bytes) : String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// The four or sixteen bytes of an address; nil for what is none.
private func addressBytes(_ text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
    return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
}

private func addressText(_ bytes: [UInt8]) -> String {
    guard bytes.count == 4 || bytes.count == 16 else { return "?" }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
