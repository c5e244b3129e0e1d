/// Finds the handler of a request by its method and path. A path is found with and without a slash
/// at its end. `HEAD` is answered as `GET`, of which the server leaves out the body.
public struct Router: Sendable {
    private var routes: [String: [String: Handler]] = [:]

    public init() {}

    /// - Parameter path: without a slash at the end.
    public mutating func on(_ method: String, _ path: String, _ handler: @escaping Handler) {
        routes[path, default: [:]][method] = handler
    }

    /// A route whose body is small and wanted whole, 64 KiB unless said otherwise.
    public mutating func on(
        _ method: String, _ path: String, bodyAtMost limit: Int = 65_536,
        answer: @escaping @Sendable (Request, [UInt8]) throws -> Response
    ) {
        on(method, path) { request in
            try WholeBody(of: request, atMost: limit) { try answer(request, $0) }
        }
    }

    /// To be given to a `Server`.
    public func handle(_ request: Request) throws -> any BodyReceiver {
        var path = request.path
        if path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let methods = routes[path] else {
            throw HTTPError(404, "not_found", "there is nothing at \(path)")
        }
        let handler =
            methods[request.method] ?? (request.method == "HEAD" ? methods["GET"] : nil)
        guard let handler else {
            var allowed = Set(methods.keys)
            if allowed.contains("GET") { allowed.insert("HEAD") }
            let list = allowed.sorted().joined(separator: ", ")
            throw HTTPError(
                405, "method_not_allowed", "\(path) takes \(list), not \(request.method)",
                headers: [Header("Allow", list)])
        }
        return try handler(request)
    }
}
