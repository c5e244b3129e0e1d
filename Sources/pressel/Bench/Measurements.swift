import FoundationEssentials
import Linux

/// A figure measured several times, with its bar.
struct Measurement {
    let name: String
    let unit: String
    let values: [Double]
    /// What we mean to stay under, of the figure that is quoted; nil if there is no bar.
    var bar: String?

    var median: Double { quantile(0.5) }
    func quantile(_ part: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
    }
}

/// The table that `bench` prints.
struct Measurements {
    let machine = Machine()
    var rows: [Measurement] = []

    /// As Markdown, to be pasted where figures are quoted.
    var table: String {
        var lines = [
            "| what | median | p95 | n | bar |", "|---|---|---|---|---|",
        ]
        for row in rows {
            let single = row.values.count == 1
            lines.append(
                "| \(row.name) | \(number(row.median)) \(row.unit) |"
                    + (single ? " |" : " \(number(row.quantile(0.95))) \(row.unit) |")
                    + " \(row.values.count) | \(row.bar ?? "") |")
        }
        return "\(machine.description)\n\n" + lines.joined(separator: "\n")
    }

    func json() throws -> String {
        struct Row: Encodable {
            let name, unit: String
            let median, p95: Double
            let count: Int
            let bar: String?
        }
        struct Table: Encodable {
            let machine: String
            let rows: [Row]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let table = Table(
            machine: machine.description,
            rows: rows.map { row in
                Row(
                    name: row.name, unit: row.unit, median: row.median,
                    p95: row.quantile(0.95), count: row.values.count, bar: row.bar)
            })
        return String(decoding: try encoder.encode(table), as: UTF8.self)
    }

    /// One decimal place.
    private func number(_ value: Double) -> String {
        guard value.isFinite else { return "none" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}

/// What the figures were measured on.
struct Machine {
    var description: String {
        let text = (try? readFile("/proc/cpuinfo", atMost: 1 << 20)).map {
            String(decoding: $0, as: UTF8.self)
        }
        let lines = text?.split(separator: "\n") ?? []
        let model = lines.first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
        let name = model?.split(separator: ":").last.map { $0.drop { $0 == " " } } ?? "unknown"
        let cores = lines.count { $0.hasPrefix("processor") }
        return "pressel \(Pressel.version) on \(name), \(cores) cores"
    }
}
