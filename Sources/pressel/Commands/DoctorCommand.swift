import Codec
import FoundationEssentials
import Linux
import Store
import Voice

/// `pressel doctor [--json] [--aloud]`
struct DoctorCommand {
    private let json: Bool
    private let aloud: Bool
    private let configuration: Configuration

    init(_ arguments: [String]) throws {
        let options = try Options(
            command: arguments, flags: ["json", "aloud"], valued: Configuration.options)
        json = options.has("json")
        aloud = options.has("aloud")
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        // What fails is told by the findings.
        let appliance = Appliance(configuration, log: .silent)
        let findings = await Doctor(configuration: configuration, appliance: appliance).examine()
        print(json ? try Self.json(findings) : Self.text(findings))
        if aloud { try await say(findings, appliance) }
        let failed = findings.filter { $0.verdict == .fails }
        guard let first = failed.first else { return 0 }
        let others = failed.count > 1 ? " (and \(failed.count - 1) more)" : ""
        throw CommandFailure(
            "\(first.part.rawValue): \(first.found); \(first.remedy ?? "see above")\(others)")
    }

    private static func text(_ findings: [Finding]) -> String {
        findings.map { finding in
            let sign =
                switch finding.verdict {
                case .works: "works"
                case .note: "note "
                case .fails: "FAILS"
                }
            let remedy = finding.remedy.map { "\n" + String(repeating: " ", count: 18) + "→ \($0)" }
            return finding.part.rawValue.padded(to: 11) + " \(sign) \(finding.found)"
                + (remedy ?? "")
        }.joined(separator: "\n")
    }

    private static func json(_ findings: [Finding]) throws -> String {
        struct Report: Encodable {
            let healthy: Bool
            let findings: [Finding]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let report = Report(
            healthy: findings.allSatisfy { $0.verdict != .fails }, findings: findings)
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    /// Speaks a short form: somebody who cannot read the screen wants to know what is broken.
    private func say(_ findings: [Finding], _ appliance: Appliance) async throws {
        let speaker = appliance.speaker()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await speaker.run() }
            defer { group.cancelAll() }
            let playback = speaker.begin()
            let text = SpokenFindings(appliance.loopSettings.language).words(findings)
            for try await chunk in try await appliance.ownVoice.speech(for: text) {
                _ = try await playback.play(chunk)
            }
            _ = try await playback.drain()
        }
    }
}
