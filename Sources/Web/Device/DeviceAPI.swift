import FoundationEssentials
import Linux
public import Voice

/// The device, as its API reaches it.
public protocol ReachableDevice: Sendable {
    func status() async -> DeviceStatus

    /// Exactly what the real button would do.
    ///
    /// - Parameter moment: when the request was there.
    /// - Returns: false if it is ending, and has no button any more.
    func push(_ action: ButtonAction, at moment: Moment) async -> Bool
}

/// The device's own endpoints: `/health`, `/metrics`, `/api/status`, `/api/button`.
public struct DeviceAPI: Sendable {
    private let device: any ReachableDevice
    private let keyCheck: KeyCheck?

    /// - Parameter key: what `x-api-key` must be; nil or empty: nobody may do anything but ask for
    ///   `/health`.
    public init(_ device: any ReachableDevice, key: String?) {
        self.device = device
        keyCheck = key.flatMap { $0.isEmpty ? nil : KeyCheck($0) }
    }

    /// Adds the endpoints to `router`.
    public func add(to router: inout Router) {
        router.on("GET", "/health") { _, _ in Response(json: ["status": "ok"]) }
        authorized("GET", "/metrics", in: &router) { request, _ in
            let status = try request.connection.wait { [device] in await device.status() }
            let type = "text/plain; version=0.0.4"
            return Response(text: status.metrics, type: type)
        }
        authorized("GET", "/api/status", in: &router) { request, _ in
            Response(json: try request.connection.wait { [device] in await device.status() })
        }
        authorized("POST", "/api/button", in: &router) { request, body in
            let action = try Self.action(of: request, body)
            let moment = Moment.now
            let isDone = try request.connection.wait { [device] in
                await device.push(action, at: moment)
            }
            guard isDone else {
                throw HTTPError(503, "shutting_down", "the device is shutting down")
            }
            return Response(json: ["action": action.rawValue])
        }
    }

    private func authorized(
        _ method: String, _ path: String, in router: inout Router,
        answer: @escaping @Sendable (Request, [UInt8]) throws -> Response
    ) {
        router.on(method, path) { request in
            try authorize(request)
            return try WholeBody(of: request, atMost: 4096) { try answer(request, $0) }
        }
    }

    private func authorize(_ request: Request) throws(HTTPError) {
        guard let keyCheck else {
            throw .unauthorized(
                "this device takes no requests: set PROXY_API_KEY in its environment to a key")
        }
        guard let given = request["x-api-key"] else {
            throw .unauthorized("the header x-api-key is missing")
        }
        guard keyCheck.fits(given) else { throw .unauthorized("the key in x-api-key is wrong") }
    }

    private static func action(of request: Request, _ body: [UInt8]) throws(HTTPError)
        -> ButtonAction
    {
        guard request.contentType == "application/json" else {
            throw HTTPError(
                415, "unsupported_media_type", "the body must be application/json")
        }
        guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else {
            throw .badRequest("the body is no JSON document")
        }
        guard case .object(let keys) = tree, case .string(let word)? = keys["action"],
            let action = ButtonAction(rawValue: word)
        else {
            throw HTTPError(
                422, "invalid_field", "action must be \"press\", \"release\" or \"tap\"",
                field: "action")
        }
        return action
    }
}

extension HTTPError {
    static func unauthorized(_ message: String) -> HTTPError {
        HTTPError(401, "unauthorized", message)
    }
}
