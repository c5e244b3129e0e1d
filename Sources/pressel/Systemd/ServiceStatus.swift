import Linux
import Store
import Web

/// One line of what works and what is missing, for `systemctl status`.
struct ServiceStatus: Equatable {
    enum State: Equatable {
        case works
        /// Wanted so, and why.
        case off(String)
        /// Why it does not work.
        case missing(String)
    }

    var parts: [(name: String, state: State)]

    /// Longer is of no use to who reads it.
    private static let longest = 400

    var line: String {
        let works = parts.filter { $0.state == .works }.map(\.name)
        let off = parts.compactMap { part in
            if case .off(let why) = part.state { "\(part.name) (\(why))" } else { nil }
        }
        let missing = parts.compactMap { part in
            if case .missing(let why) = part.state { "\(part.name) (\(why))" } else { nil }
        }
        // What is missing stands first: the line may be cut.
        let groups = [("missing: ", missing), ("works: ", works), ("off: ", off)]
        let line = groups.filter { !$0.1.isEmpty }
            .map { $0.0 + $0.1.joined(separator: ", ") }.joined(separator: "; ")
        let whole = String(line.map { $0.isNewline ? " " : $0 })
        return whole.count > Self.longest ? whole.prefix(Self.longest - 1) + "…" : whole
    }

    static func == (one: ServiceStatus, other: ServiceStatus) -> Bool { one.line == other.line }
}

extension ServiceStatus {
    /// - Parameters:
    ///   - devices: as the API tells of them: a button is among them if it is a line or an input
    ///     device.
    ///   - button: what it is by the settings.
    init(_ devices: [DeviceStatus.Part], isMuted: Bool, button: Settings.Button.Source) {
        parts = devices.map { device in
            if device.role == "microphone", isMuted { return (device.role, .off("muted")) }
            return (device.role, device.problem.map { .missing($0) } ?? .works)
        }
        if !devices.contains(where: { $0.role == "button" }) {
            let state: State =
                switch button {
                case .none: .off("by the settings")
                case .keyboard: .works
                case .gpio, .input: .missing("the settings do not say which")
                }
            parts.append(("button", state))
        }
        let hasTime = SystemWallClock.unixTime != nil
        parts.append(("clock", hasTime ? .works : .missing("not set yet")))
        let isConnected = RoutingTable().isConnected
        parts.append(("network", isConnected ? .works : .missing("no route")))
    }
}
