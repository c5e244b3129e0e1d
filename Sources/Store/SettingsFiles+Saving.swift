import FoundationEssentials
import Glibc
import Linux
import Synchronization
public import Voice

/// Settings that were not saved.
public enum SettingsRefusal: Error, Equatable, CustomStringConvertible {
    /// What would be wrong with them.
    case wrong([SettingsComplaint])
    /// The file could not be written.
    case failed(reason: String)

    public var description: String {
        switch self {
        case .wrong(let complaints):
            "the settings were not saved: "
                + complaints.map(\.description).joined(separator: "; ")
        case .failed(let reason): "the settings were not saved: \(reason)"
        }
    }
}

extension SettingsFiles {
    /// Saves are made one after the other, whoever makes them.
    private static let saving = Mutex(())

    /// Changes the page's settings: keys in `changes` replace what was set, `null` returns a key to
    /// its default, others stay. The file is replaced whole and synced, so this waits for the disk.
    ///
    /// A page's file that could not be read is set aside as `settings.json.damaged`.
    ///
    /// - Returns: the settings as they are from now on.
    /// - Throws: `SettingsRefusal.wrong` with what the change makes wrong that was not so before;
    ///   nothing is saved then.
    @discardableResult
    public func save(_ changes: JSONValue) throws(SettingsRefusal) -> Settings {
        let result = Self.saving.withLock { _ in
            Result<Settings, SettingsRefusal> { () throws(SettingsRefusal) in
                try merge(changes)
            }
        }
        return try result.get()
    }

    private func merge(_ changes: JSONValue) throws(SettingsRefusal) -> Settings {
        guard case .object = changes else {
            let problem = "is \(changes); use an object"
            throw .wrong([SettingsComplaint(key: "", problem: problem)])
        }
        let owners = Self.tree(at: self.owners) ?? .object([:])
        let before = Self.tree(at: pages)
        let after = (before ?? .object([:])).changed(by: changes, over: owners)
        let settings = try Self.check(after, over: owners, before: before ?? .object([:]))
        do {
            let bytes = try Self.encode(after)
            guard bytes.count <= Self.longest else { throw TooLong() }
            if before == nil { rename(pages, pages + ".damaged") }
            try replaceFile(pages, with: bytes)
        } catch is TooLong {
            let problem = "are longer than \(Self.longest) bytes with that; make some shorter"
            throw .wrong([SettingsComplaint(key: "", problem: problem)])
        } catch {
            throw .failed(reason: "\(error)")
        }
        return settings
    }

    private struct TooLong: Error {}

    /// The settings that `pages` and the owner's make, if they make no complaints that they did not
    /// make with `before` in the place of `pages`.
    static func check(
        _ pages: JSONValue, over owners: JSONValue, before: JSONValue
    ) throws(SettingsRefusal) -> Settings {
        let known = Settings.reading(owners.overlaid(with: before)).complaints
        let (settings, complaints) = Settings.reading(owners.overlaid(with: pages))
        let new = complaints.filter { !known.contains($0) }
        guard new.isEmpty else { throw .wrong(new) }
        return settings
    }

    /// What the file holds; nothing if there is none; nil if it cannot be understood.
    static func tree(at path: String) -> JSONValue? {
        do {
            let tree = try parse(readFile(path, atMost: longest))
            guard case .object = tree else { return nil }
            return tree
        } catch let error as SystemError {
            return error.code == ENOENT ? .object([:]) : nil
        } catch {
            return nil
        }
    }

    /// For people to read, and with a line break at the end.
    static func encode(_ tree: JSONValue) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try [UInt8](encoder.encode(tree)) + [UInt8(ascii: "\n")]
    }
}

extension JSONValue {
    /// The page's settings with `changes`. A key that returns to its default is left out, unless
    /// the owner's file sets it: then a `null` must stand against that.
    func changed(by changes: JSONValue, over owners: JSONValue) -> JSONValue {
        guard case .object(let changes) = changes else { return changes }
        let below = owners.keys
        var result = keys
        for (key, change) in changes {
            let owner = below[key] ?? .object([:])
            switch change {
            case .null: result[key] = below[key]?.asNull
            case .object:
                // Over a null, which hid all of the owner's keys, they stay hidden.
                let old = result[key] ?? .object([:])
                let base = old == .null ? owner.asNull : old
                result[key] = base.changed(by: change, over: owner)
            default: result[key] = change
            }
        }
        return .object(result)
    }

    private var keys: [String: JSONValue] {
        if case .object(let keys) = self { keys } else { [:] }
    }

    /// What hides this from sight: null for a value, and for each value within an object.
    private var asNull: JSONValue {
        guard case .object(let keys) = self else { return .null }
        return .object(keys.mapValues(\.asNull))
    }
}
