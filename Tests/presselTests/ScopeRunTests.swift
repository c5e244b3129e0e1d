import FoundationEssentials
import Glibc
import Linux
import TestSupport
import Testing
import Voice

/// Who may do what, operation by operation, as the device's own description has them.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ScopeRunTests {
    private let state = TemporaryFolder()
    private static let key = "key-of-the-walkers"
    private static let scopes = ["talk", "read", "admin"]
    /// These would end the walk.
    private static let ends = ["/api/restart", "/api/restore"]
    /// What a new device answers to everybody.
    private static let open = [
        "GET /health", "GET /api/claim", "POST /api/claim", "POST /api/login",
    ]

    private struct Operation {
        let method: String
        /// With something in the place of its parameters.
        let path: String
        /// Nil where everybody may.
        let scope: String?

        var name: String { "\(method) \(path)" }
    }

    private func device(_ secrets: [String: String]) async throws -> (Device, port: Int) {
        try writeFile(
            String(decoding: try JSONEncoder().encode(secrets), as: UTF8.self),
            to: state.path + "/secrets.json")
        let port = try freePort()
        let device = try Device(port: port, state: state.path)
        try await device.says("serving on")
        return (device, port)
    }

    private func operations(of port: Int) async throws -> [Operation] {
        let answer = try await ask(
            port: port, "GET", "/openapi.json", headers: ["x-api-key": Self.key])
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(answer.body))
        guard case .object(let paths)? = document["paths"] else { return [] }
        return paths.flatMap { path, item -> [Operation] in
            guard case .object(let methods) = item else { return [] }
            return methods.map { method, operation in
                var scope: String?
                if case .array(let ways)? = operation["security"], let first = ways.first,
                    case .array(let scopes)? = first["key"], case .string(let word)? = scopes.first
                {
                    scope = word
                }
                return Operation(
                    method: method.uppercased(), path: path.replacing(/\{[a-z]+\}/, with: "999999"),
                    scope: scope)
            }
        }.sorted { $0.name < $1.name }
    }

    private func status(
        _ operation: Operation, _ port: Int, key: String?
    ) async throws -> Int {
        var headers = ["Content-Type": "application/json"]
        headers["x-api-key"] = key
        // Events have no end: their head is enough.
        let method = operation.path == "/api/events" ? "HEAD" : operation.method
        return try await ask(
            port: port, method, operation.path, headers: headers,
            body: method == "GET" || method == "HEAD" ? nil : Array("{}".utf8)
        ).status
    }

    @Test("Each operation is for its scope and those above it, and nobody else")
    func scopes() async throws {
        let (device, port) = try await device(["PROXY_API_KEY": Self.key])
        let operations = try await operations(of: port)
        #expect(operations.count > 45)
        var keys: [(scope: String?, key: String?)] = [(nil, nil)]
        for scope in Self.scopes {
            let made = try await ask(
                port: port, "POST", "/api/keys",
                headers: ["x-api-key": Self.key, "Content-Type": "application/json"],
                body: Array("{\"name\":\"\(scope)\",\"scope\":\"\(scope)\"}".utf8))
            keys.append((scope, String(try #require(made.text.firstMatch(of: /pressel_[\w-]+/)).0)))
        }
        for operation in operations {
            let needed = operation.scope.map { Self.scopes.firstIndex(of: $0) ?? 99 } ?? -1
            for (scope, key) in keys {
                let has = scope.map { Self.scopes.firstIndex(of: $0)! } ?? -1
                let mayDo = has >= needed
                if mayDo, Self.ends.contains(operation.path) { continue }
                let status = try await status(operation, port, key: key)
                let told = "\(operation.name) by \(scope ?? "nobody"): \(status)"
                if mayDo {
                    // A log-in without a password is refused by another reason.
                    #expect(operation.scope == nil || ![401, 403].contains(status), "\(told)")
                } else {
                    #expect(status == (scope == nil ? 401 : 403), "\(told)")
                }
            }
        }
        withExtendedLifetime(device) {}
    }

    @Test("A new device lets nobody do anything but claim it")
    func fresh() async throws {
        let (first, described) = try await device(["PROXY_API_KEY": Self.key])
        let operations = try await operations(of: described)
        #expect(await first.end(by: SIGTERM).status == 0)
        let (device, port) = try await device([:])
        // The page's shell tells nothing of the device, and is there to claim it.
        func isShell(_ operation: Operation) -> Bool {
            operation.method == "GET"
                && (operation.path == "/" || operation.path.hasPrefix("/page/"))
        }
        let open = operations.filter { $0.scope == nil && !isShell($0) }
        #expect(open.map(\.name).sorted() == Self.open.sorted())
        for operation in operations {
            let status = try await status(operation, port, key: nil)
            let isOpen = Self.open.contains(operation.name) || isShell(operation)
            #expect(isOpen == ![401, 403].contains(status), "\(operation.name): \(status)")
        }
        for key in ["", "admin", Self.key] {
            let answer = try await ask(
                port: port, "GET", "/api/status", headers: ["x-api-key": key])
            #expect(answer.status == 401)
        }
        withExtendedLifetime(device) {}
    }
}
