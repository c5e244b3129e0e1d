import Voice
import Web

/// Lets in whoever has the one key: for tests of what is behind a gate.
struct KeyGate: Gate {
    let key: String

    init(_ key: String) { self.key = key }

    func admit(_ request: Request, to scope: Scope?) throws -> Caller? {
        guard scope != nil else { return nil }
        guard request["x-api-key"] == key else {
            throw HTTPError(401, "unauthorized", "the key in x-api-key is missing or wrong")
        }
        return Caller(id: "key-environment", name: "PROXY_API_KEY", scope: .admin)
    }
}
