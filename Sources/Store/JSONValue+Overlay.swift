public import Voice

extension JSONValue {
    /// What stands behind the keys of objects in one another; nil if there is no such key.
    public func value(at path: ArraySlice<String>) -> JSONValue? {
        guard let key = path.first else { return self }
        guard case .object(let keys) = self else { return nil }
        return keys[key]?.value(at: path.dropFirst())
    }

    /// This document with `other` laid over it: key by key where both hold objects, else `other`.
    /// A `null` takes the key away, so that the default holds again.
    func overlaid(with other: JSONValue) -> JSONValue {
        guard case .object(var keys) = self, case .object(let others) = other else { return other }
        for (key, value) in others {
            keys[key] = value == .null ? nil : keys[key]?.overlaid(with: value) ?? value
        }
        return .object(keys)
    }
}
