/// Finds the handler of a request by its method and path. A path is found with and without a slash
/// at its end. `HEAD` is answered as `GET`, of which the server leaves out the body.
public struct Router: Sendable {
    private var routes: [String: [String: Handler]] = [:]
    private var templates: [(path: PathTemplate, methods: [String: Handler])] = []

    public init() {}

    /// - Parameter path: without a slash at the end. A part in braces, as in `/turns/{id}`, stands
    ///   for any one part, which the handler finds among the request's parameters.
    public mutating func on(_ method: String, _ path: String, _ handler: @escaping Handler) {
        guard path.contains("{") else { return routes[path, default: [:]][method] = handler }
        let template = PathTemplate(path)
        if let index = templates.firstIndex(where: { $0.path == template }) {
            templates[index].methods[method] = handler
        } else {
            templates.append((template, [method: handler]))
        }
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
        guard let (methods, parameters) = find(path) else {
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
        var request = request
        request.parameters = parameters
        return try handler(request)
    }

    private func find(_ path: String) -> ([String: Handler], [String: String])? {
        if let methods = routes[path] { return (methods, [:]) }
        for (template, methods) in templates {
            if let parameters = template.parameters(of: path) { return (methods, parameters) }
        }
        return nil
    }
}

/// A path of which some parts may be anything.
private struct PathTemplate: Equatable {
    private let parts: [Substring]

    init(_ path: String) { parts = Self.parts(of: path) }

    /// What stands for the parts in braces; nil if the path does not fit.
    func parameters(of path: String) -> [String: String]? {
        let given = Self.parts(of: path)
        guard given.count == parts.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, value) in zip(parts, given) {
            if part.hasPrefix("{") {
                guard !value.isEmpty else { return nil }
                parameters[String(part.dropFirst().dropLast())] = String(value)
            } else if part != value {
                return nil
            }
        }
        return parameters
    }

    /// By bytes: a slash and an accent behind it are one character.
    private static func parts(of path: String) -> [Substring] {
        path[...].utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { Substring($0) }
    }
}
