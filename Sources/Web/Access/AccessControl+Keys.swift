import Voice

extension AccessControl {
    /// The keys, with how often each was used today.
    func keys(_ request: Request) throws -> [(key: APIKey, usedToday: Int64)] {
        try refresh(on: request.connection)
        return with { [time] state in
            state.keys.map { ($0, state.quotas.used(key: $0.id, at: time)) }
        }
    }

    /// Makes a key.
    ///
    /// - Parameter wish: all of it but the hash.
    /// - Returns: the key itself, too, which nobody can be told again.
    /// - Throws: 409 if there is one of that name, or there are too many.
    func makeKey(_ wish: APIKey, _ request: Request) throws -> (key: APIKey, secret: String) {
        try refresh(on: request.connection)
        let secret = "pressel_\(Secret.make())"
        var key = wish
        key.hash = Secret.hash(secret)
        let kept = try changing(on: request.connection) { [store, key] in
            try await store.add(key)
        }
        with { state in
            state.keys.removeAll { $0.id == kept.id }
            state.keys.append(kept)
        }
        log.info("there is a new key, \"\(kept.name)\", that may \(kept.scope.rawValue)")
        return (kept, secret)
    }

    /// - Returns: whether there was one.
    func removeKey(_ id: Int64, _ request: Request) throws -> Bool {
        let isGone = try changing(on: request.connection) { [store] in
            try await store.removeKey(id)
        }
        with { state in
            state.keys.removeAll { $0.id == id }
            state.forgetOtherKeys()
        }
        if isGone { log.info("key \(id) is gone") }
        return isGone
    }
}
