import Voice

extension DeviceStatus {
    /// In Prometheus's text format, version 0.0.4.
    var metrics: String {
        var lines: [String] = []
        func family(_ name: String, _ type: String, _ help: String, _ samples: [String]) {
            guard !samples.isEmpty else { return }
            lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
            lines += samples.map { "\(name)\($0)" }
        }
        func labelled(_ labels: [(String, String)], _ value: String) -> String {
            let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
            return "{\(list.joined(separator: ","))} \(value)"
        }
        family(
            "pressel_info", "gauge", "The program that runs.",
            [labelled([("name", name), ("version", version)], "1")])
        family(
            "pressel_uptime_seconds", "gauge", "Since the program started.",
            [" \(uptime.inMilliseconds / 1000)"])
        family(
            "pressel_memory_bytes", "gauge", "Proportional set size of all its processes.",
            [" \(memory)"])
        family(
            "pressel_turns_total", "counter", "Turns that ended, by how they ended.",
            [Outcome.answered, .nothingHeard, .stopped, .failed].map {
                labelled([("outcome", $0.rawValue)], "\(turns[$0] ?? 0)")
            })
        family(
            "pressel_last_turn_seconds", "gauge",
            "The last turn: how long after its first step each step was reached.",
            (lastTurn?.milliseconds ?? []).map {
                labelled([("step", $0.step.rawValue)], "\($0.time / 1000)")
            })
        family(
            "pressel_part_up", "gauge", "Whether a device or provider can be used.",
            (devices + providers).map {
                labelled(
                    [("role", $0.role), ("name", $0.name)], $0.problem == nil ? "1" : "0")
            })
        family(
            "pressel_archive_waiting", "gauge", "Objects that wait to be copied to the archive.",
            archive.map { [" \($0.waiting)"] } ?? [])
        family(
            "pressel_archive_uploads_total", "counter", "Objects copied to the archive.",
            archive.map { [" \($0.uploaded)"] } ?? [])
        family(
            "pressel_archive_up", "gauge", "Whether the last try to copy one succeeded.",
            archive.map { [$0.problem == nil ? " 1" : " 0"] } ?? [])
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
