import CGnuTLS

/// The digests that other people's protocols ask for.
public enum Digest {
    /// 20 bytes; for WebSocket's handshake, which hides nothing by it.
    public static func sha1(_ bytes: [UInt8]) -> [UInt8] { hash(GNUTLS_DIG_SHA1, 20, bytes) }

    /// 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { hash(GNUTLS_DIG_SHA256, 32, bytes) }

    /// HMAC-SHA-256 (RFC 2104), 32 bytes.
    public static func sha256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let status = gnutls_hmac_fast(
            GNUTLS_MAC_SHA256, key, key.count, bytes, bytes.count, &digest)
        precondition(status == 0, "GnuTLS knows HMAC-SHA-256")
        return digest
    }

    private static func hash(
        _ algorithm: gnutls_digest_algorithm_t, _ length: Int, _ bytes: [UInt8]
    ) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        let status = gnutls_hash_fast(algorithm, bytes, bytes.count, &digest)
        precondition(status == 0, "GnuTLS knows SHA-1 and SHA-256")
        return digest
    }
}
