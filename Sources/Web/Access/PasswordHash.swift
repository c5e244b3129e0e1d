import CSodium
import Synchronization

/// What finding out a password costs whoever has its hash, and the device that checks one.
public struct PasswordCost: Sendable {
    let passes: UInt64
    /// Bytes.
    let memory: Int

    public init(passes: UInt64, memory: Int) {
        self.passes = passes
        self.memory = memory
    }

    /// 12 MiB and three passes of argon2id, which OWASP's list of equals has for machines with
    /// little memory: a tenth of a second on a small board.
    public static let usual = PasswordCost(passes: 3, memory: 12 << 20)
}

/// Hashes passwords, one at a time: what that takes of memory it takes once, of the kernel and not
/// of a connection, and gives it back.
final class PasswordHashing: Sendable {
    private let cost: PasswordCost
    private let turn = Mutex(())

    init(_ cost: PasswordCost) { self.cost = cost }

    /// Blocks.
    ///
    /// - Returns: the hash with its salt and its cost, in ASCII; nil if there is no memory for it.
    func hash(_ password: String) -> String? {
        turn.withLock { _ in
            var text = [CChar](repeating: 0, count: crypto_pwhash_strbytes())
            let status = crypto_pwhash_str(
                &text, password, UInt64(password.utf8.count), cost.passes, cost.memory)
            guard status == 0 else { return nil }
            let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Whether it is the password of `hash`. Blocks.
    func fits(_ password: String, _ hash: String) -> Bool {
        turn.withLock { _ in
            crypto_pwhash_str_verify(hash, password, UInt64(password.utf8.count)) == 0
        }
    }
}

/// What a password has to be.
enum PasswordRule {
    static let shortest = 8
    /// Enough for a sentence; hashing reads all of it.
    static let longest = 256

    /// - Throws: 422, with what it should be.
    static func check(_ password: String, field: String = "password") throws(HTTPError) {
        guard shortest...longest ~= password.unicodeScalars.count else {
            throw HTTPError(
                422, "invalid_field",
                "a password has \(shortest) to \(longest) characters; take a sentence, for one",
                field: field)
        }
    }
}
