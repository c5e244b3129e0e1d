import Audio
import FoundationEssentials
import Linux

/// `pressel devices [--json]`
struct DevicesCommand {
    private let json: Bool
    private let configuration: Configuration

    /// One part of the hardware each.
    private struct Report: Encodable {
        let audio: AudioReport
        let panel: PanelReport
    }

    init(_ arguments: [String]) throws {
        let options = try Options(
            command: arguments, flags: ["json"], valued: Configuration.options)
        json = options.has("json")
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        configuration.report(to: LogWriter.log())
        let audio = configuration.settings.audio
        let report = await onThread("devices") {
            Report(
                audio: AudioReport(
                    cards: ALSADevices.cards(),
                    capture: (
                        audio.captureDevice, ALSADevices.status(of: audio.captureDevice, .capture)
                    ),
                    playback: (
                        audio.playbackDevice,
                        ALSADevices.status(of: audio.playbackDevice, .playback)
                    )),
                panel: PanelReport())
        }
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
