import CSodium

/// Words that nobody guesses, and what is kept of them.
enum Secret {
    private static let isReady: Bool = {
        // Fails only where the kernel gives no random numbers.
        precondition(sodium_init() >= 0, "libsodium does not start")
        return true
    }()

    static func bytes(_ count: Int) -> [UInt8] {
        _ = isReady
        var bytes = [UInt8](repeating: 0, count: count)
        randombytes_buf(&bytes, count)
        return bytes
    }

    /// 256 random bits, as 43 characters that may stand in a URL, a header and a cookie.
    static func make() -> String { text(of: bytes(32)) }

    /// So many random digits, for people to type.
    static func digits(_ count: Int) -> String {
        _ = isReady
        return (0..<count).map { _ in String(randombytes_uniform(10)) }.joined()
    }

    /// Base64 for URLs, without padding (RFC 4648, section 5).
    static func text(of bytes: [UInt8]) -> String {
        let variant = CInt(sodium_base64_VARIANT_URLSAFE_NO_PADDING)
        var text = [CChar](
            repeating: 0, count: sodium_base64_encoded_len(bytes.count, variant))
        sodium_bin2base64(&text, text.count, bytes, bytes.count, variant)
        return String(decoding: text.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// What is kept of a word that nobody can guess: BLAKE2b, 32 bytes. Not for passwords, which
    /// people choose.
    static func hash(_ word: String) -> [UInt8] {
        _ = isReady
        var hash = [UInt8](repeating: 0, count: 32)
        let bytes = Array(word.utf8)
        crypto_generichash(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
        return hash
    }

    /// Compares in a time that does not tell how much of it is right.
    static func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && sodium_memcmp(one, other, one.count) == 0
    }
}
