import FoundationEssentials
import Linux

/// `pressel devices [--json]`
struct DevicesCommand {
    private let json: Bool
    private let configuration: Configuration

    init(_ arguments: [String]) throws {
        let options = try Options(
            command: arguments, flags: ["json"], valued: Configuration.options)
        json = options.has("json")
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        configuration.report(to: LogWriter.log())
        let report = await DevicesReport(configuration.settings.audio)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            print(report.audio.text + "\n\n" + report.panel.text)
        }
        return 0
    }
}
