import Store
import Voice
import Web

/// Who may use the device, in its memory.
struct KeptAccess: AccessStore {
    let memory: Memory

    func version() async throws -> [Int64] { try await memory.accessVersion() }

    func passwordHash() async throws -> String? { try await memory.pagePassword() }
    func setPassword(hash: String) async throws { try await memory.setPagePassword(hash) }

    func sessions() async throws -> [PageSession] { try await memory.sessions() }
    func add(_ session: PageSession) async throws -> Int64 { try await memory.add(session) }
    func update(_ session: PageSession) async throws { try await memory.update(session) }
    func removeSessions(_ ids: [Int64]) async throws { try await memory.removeSessions(ids) }

    func keys() async throws -> [APIKey] { try await memory.keys() }

    func add(_ key: APIKey) async throws -> APIKey {
        do {
            return try await memory.add(key)
        } catch {
            guard case .refused(let reason) = error else { throw error }
            throw AccessRefusal(reason)
        }
    }

    func removeKey(_ id: Int64) async throws -> Bool { try await memory.removeKey(id) }

    func keyUses() async throws -> [KeyUse] { try await memory.keyUses() }
    func save(_ uses: [KeyUse]) async throws { try await memory.save(uses) }

    func signingKey(orKeep new: [UInt8]) async throws -> [UInt8] {
        try await memory.signingKey(orKeep: new)
    }
}
