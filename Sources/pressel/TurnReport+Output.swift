import FoundationEssentials
import Voice
import VoiceLoop

extension TurnReport {
    /// The object that `ask --json` prints, on one line.
    func json() throws -> String {
        struct Mark: Encodable {
            let step: String
            let milliseconds: Double
        }
        struct Report: Encodable {
            let transcript: String
            let reply: String
            let outcome: String
            let timeline: [Mark]
            let providers: [String: String]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let report = Report(
            transcript: transcript, reply: reply, outcome: outcome.rawValue,
            timeline: milliseconds.map { Mark(step: $0.step.rawValue, milliseconds: $0.time) },
            providers: providers)
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    /// For people.
    var text: String {
        switch outcome {
        case .nothingHeard: "(nothing was said)"
        case .answered, .stopped, .failed:
            [transcript.isEmpty ? nil : "> \(transcript)", reply.isEmpty ? nil : reply]
                .compactMap { $0 }.joined(separator: "\n")
        }
    }

    /// The timeline as a small chart: a line a step, and how long the turn was on its way to it.
    var chart: String {
        guard let total = milliseconds.last?.time, total > 0 else { return "" }
        let width = 40.0
        var lines: [String] = []
        var before = 0.0
        for (step, time) in milliseconds {
            let start = Int(before / total * width)
            let length = max(1, Int(time / total * width) - start)
            let bar = String(repeating: " ", count: start) + String(repeating: "█", count: length)
            let number = "\(Int(time.rounded()))"
            lines.append(
                step.rawValue.padded(to: 14)
                    + String(repeating: " ", count: max(0, 6 - number.count))
                    + number + " ms  " + bar)
            before = time
        }
        return lines.joined(separator: "\n")
    }

    /// Since the first mark, which is the press or, with a pre-roll, before it.
    private var milliseconds: [(step: Step, time: Double)] {
        guard let start = timeline.marks.first?.moment else { return [] }
        return timeline.marks.map { ($0.step, thousandths(($0.moment - start).inMilliseconds)) }
    }

    private func thousandths(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
