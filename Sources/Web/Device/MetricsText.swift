/// Prometheus's text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct MetricsText {
    /// The labels, in order, and the value.
    typealias Sample = (labels: [(String, String)], value: String)

    private(set) var lines: [String] = []

    /// A metric and its samples; nothing without any.
    mutating func family(_ name: String, _ type: String, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
        lines += samples.map { Self.sample(name, $0.labels, $0.value) }
    }

    /// A metric of one sample without labels.
    mutating func single(_ name: String, _ type: String, _ help: String, _ value: String?) {
        if let value { family(name, type, help, [([], value)]) }
    }

    mutating func histogram(
        _ name: String, _ help: String,
        _ samples: [(labels: [(String, String)], histogram: Histogram)]
    ) {
        guard !samples.isEmpty else { return }
        lines += ["# HELP \(name) \(help)", "# TYPE \(name) histogram"]
        for (labels, histogram) in samples {
            var count = 0
            for (bound, more) in zip(Histogram.bounds.map { "\($0)" } + ["+Inf"], histogram.counts)
            {
                count += more
                lines.append(Self.sample(name + "_bucket", labels + [("le", bound)], "\(count)"))
            }
            lines.append(Self.sample(name + "_sum", labels, "\(histogram.sum)"))
            lines.append(Self.sample(name + "_count", labels, "\(count)"))
        }
    }

    var text: String { lines.joined(separator: "\n") + "\n" }

    private static func sample(
        _ name: String, _ labels: [(String, String)], _ value: String
    ) -> String {
        guard !labels.isEmpty else { return "\(name) \(value)" }
        let list = labels.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",")
        return "\(name){\(list)} \(value)"
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
