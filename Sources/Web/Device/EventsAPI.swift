import Voice

/// What happens on the device, while it happens: `/api/events`.
public struct EventsAPI: Sendable {
    private let hub: EventHub
    private let device: any ReachableDevice

    public init(_ hub: EventHub, device: any ReachableDevice) {
        self.hub = hub
        self.device = device
    }

    public func add(to api: inout API) {
        var operation = Operation(
            "GET", "/api/events", "What happens on the device, while it happens.", scope: .read
        ) { [hub, device] request, caller in
            try WholeBody(of: request, atMost: 0) { _ in
                try Self.stream(to: caller, request, of: hub, device)
            }
        }
        operation.parameter(
            "Last-Event-ID", in: .header, "The last event that was got before.", JSONSchema.text)
        operation.repliesBytes(
            "Server-sent events: status (as /api/status, at the beginning and after a loss), state,"
                + " light, level, transcript, reply, turn, devices, controls, changed (what: voices,"
                + " turns, keys, sessions or settings, which are to be asked for anew).",
            as: "text/event-stream")
        operation.answers[429] = ("As many listen already as can.", nil)
        api.add(operation)
    }

    private static func stream(
        to caller: Caller?, _ request: Request, of hub: EventHub, _ device: any ReachableDevice
    ) throws -> Response {
        let headers = [
            Header("Content-Type", "text/event-stream; charset=utf-8"),
            Header("Cache-Control", "no-store"), Header("X-Accel-Buffering", "no"),
        ]
        guard request.method != "HEAD" else { return Response(headers: headers) }
        let connection = request.connection
        let stream = try EventStream(
            of: hub, after: request["Last-Event-ID"], on: connection, for: caller,
            snapshot: { try connection.wait { await device.status() } })
        var response = Response(headers: headers, body: .stream(next: stream.next))
        response.isEndless = true
        return response
    }
}
