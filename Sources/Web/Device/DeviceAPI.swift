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

    public init(_ device: any ReachableDevice) { self.device = device }

    public func add(to api: inout API) {
        api.add(
            "GET", "/health", "Whether the device is there.", scope: nil,
            describe: { operation in
                operation.replies(
                    "It is.", JSONSchema.object(["status": JSONSchema.choice(["ok"])]))
            }
        ) { _, _ in
            Response(json: ["status": "ok"])
        }
        api.add(
            "GET", "/metrics", "Figures for Prometheus.", scope: .read,
            describe: { operation in
                operation.replies(
                    "The text format, version 0.0.4.", JSONSchema.text, as: "text/plain")
            }
        ) { request, _ in
            let status = try request.connection.wait { [device] in await device.status() }
            return Response(text: status.metrics, type: "text/plain; version=0.0.4")
        }
        api.add(
            "GET", "/api/status", "State, devices, providers.", scope: .read,
            describe: { $0.replies("How things are now.", DeviceStatus.schema) }
        ) { request, _ in
            Response(json: try request.connection.wait { [device] in await device.status() })
        }
        api.add(
            "POST", "/api/button",
            "Pushes the button, as a finger would; or has the last answer repeated, or the conversation forgotten.",
            scope: .talk,
            describe: { operation in
                let action = JSONSchema.object([
                    "action": JSONSchema.choice(ButtonAction.allCases.map(\.rawValue))
                ])
                operation.takes(action)
                operation.replies("It was pushed.", action)
                operation.replies(503, "The device is shutting down.")
            }
        ) { request, body in
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

    private static func action(of request: Request, _ body: [UInt8]) throws(HTTPError)
        -> ButtonAction
    {
        let body = try ObjectBody(of: request, body)
        guard case .string(let word)? = body.keys["action"],
            let action = ButtonAction(rawValue: word)
        else {
            throw HTTPError(
                422, "invalid_field",
                "action must be one of "
                    + ButtonAction.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "),
                field: "action")
        }
        return action
    }
}

extension DeviceStatus {
    static var schema: JSONValue {
        let part = JSONSchema.object(
            [
                "role": JSONSchema.text, "name": JSONSchema.text,
                "problem": JSONSchema.orNull(JSONSchema.text),
            ], optional: ["problem"])
        let mark = JSONSchema.object([
            "step": JSONSchema.text, "milliseconds": JSONSchema.number,
        ])
        let lastTurn = JSONSchema.object([
            "number": JSONSchema.whole, "outcome": JSONSchema.choice(Outcome.names),
            "timeline": JSONSchema.list(of: mark),
            "providers": JSONSchema.map(to: JSONSchema.text),
        ])
        let archive = JSONSchema.object(
            [
                "waiting": JSONSchema.whole, "uploaded": JSONSchema.whole,
                "problem": JSONSchema.orNull(JSONSchema.text),
            ], optional: ["problem"])
        return JSONSchema.object([
            "name": JSONSchema.text, "version": JSONSchema.text, "state": JSONSchema.text,
            "light": JSONSchema.choice(Light.allCases.map(\.rawValue)),
            "volume": JSONSchema.whole, "muted": JSONSchema.boolean,
            "uptimeSeconds": JSONSchema.whole, "memoryBytes": JSONSchema.whole,
            "devices": JSONSchema.list(of: part), "providers": JSONSchema.list(of: part),
            "turns": JSONSchema.map(to: JSONSchema.whole),
            "lastTurn": JSONSchema.orNull(lastTurn), "archive": JSONSchema.orNull(archive),
        ])
    }
}

extension Outcome {
    static let names = [Outcome.answered, .nothingHeard, .stopped, .failed].map(\.rawValue)
}
