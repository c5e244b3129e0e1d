import FoundationEssentials
import Glibc
import Linux
import Synchronization

/// Secrets that were not kept. It tells nothing of what they were.
public enum SecretRefusal: Error, Equatable, CustomStringConvertible {
    /// This one cannot be a key.
    case wrong(name: String, problem: String)
    /// The file could not be written.
    case failed(reason: String)

    public var description: String {
        switch self {
        case .wrong(let name, let problem): "\(name) \(problem)"
        case .failed(let reason): "the keys were not kept: \(reason)"
        }
    }
}

extension Secrets {
    private static let saving = Mutex(())
    private static let longestValue = 4096

    /// All names under which a secret can be kept.
    public static let names = Name.allCases.flatMap(\.names)

    /// Where a secret comes from.
    public enum Source: String, Sendable { case environment, page }

    /// Changes what `secrets.json` holds: a nil takes a secret away, so that the environment's holds
    /// again. The file is replaced whole and synced, so this waits for the disk. One that could not
    /// be read is set aside as `secrets.json.damaged`.
    ///
    /// - Throws: `SecretRefusal`; nothing is kept then.
    public static func save(
        _ changes: [String: String?], in state: StateFolder
    ) throws(SecretRefusal) {
        var values: [String: String?] = [:]
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
            guard names.contains(name) else {
                throw .wrong(name: name, problem: "is no key that is known")
            }
            if let value {
                values.updateValue(try checked(value, name), forKey: name)
            } else {
                values.updateValue(nil, forKey: name)
            }
        }
        let result = saving.withLock { _ in
            Result<Void, SecretRefusal> { () throws(SecretRefusal) in
                try merge(values, in: state)
            }
        }
        try result.get()
    }

    private static func checked(_ value: String, _ name: String) throws(SecretRefusal) -> String {
        let value = trimmed(value)
        guard !value.isEmpty else {
            throw .wrong(name: name, problem: "is empty; use null to take it away")
        }
        // It goes into a header of a request.
        guard value.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .wrong(name: name, problem: "has characters that no key has")
        }
        guard value.utf8.count <= longestValue else {
            throw .wrong(name: name, problem: "is longer than \(longestValue) characters")
        }
        return value
    }

    private static func merge(
        _ changes: [String: String?], in state: StateFolder
    ) throws(SecretRefusal) {
        let path = file(in: state)
        var kept: [String: String] = [:]
        do {
            kept = try read(path)
        } catch let error as SystemError {
            guard error.code == ENOENT else { throw .failed(reason: "\(error)") }
        } catch {
            rename(path, path + ".damaged")
        }
        for secret in Name.allCases {
            let changed = secret.names.filter { changes.keys.contains($0) }
            guard !changed.isEmpty else { continue }
            let values = changed.compactMap { name in changes[name]!.map { (name, $0) } }
            guard values.count <= 1 else {
                throw .wrong(name: changed[0], problem: "is given under two names; use one")
            }
            // Under one name only, or the other would come to light again.
            for name in secret.names { kept[name] = nil }
            for (name, value) in values { kept[name] = value }
        }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try replaceFile(path, with: [UInt8](encoder.encode(kept)) + [UInt8(ascii: "\n")])
        } catch {
            throw .failed(reason: "\(error)")
        }
    }
}
