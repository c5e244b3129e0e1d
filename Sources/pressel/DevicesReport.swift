import Audio
import Linux
import Store

/// What `pressel devices` and the API tell of the hardware, one part of it each.
struct DevicesReport: Encodable, Sendable {
    let audio: AudioReport
    let panel: PanelReport

    /// Opens devices to look into them, and closes them again.
    init(_ settings: Settings.Audio) async {
        self = await onThread("devices") {
            let capture = ALSADevices.status(of: settings.captureDevice, .capture)
            let playback = ALSADevices.status(of: settings.playbackDevice, .playback)
            return DevicesReport(
                audio: AudioReport(
                    cards: ALSADevices.cards(), capture: (settings.captureDevice, capture),
                    playback: (settings.playbackDevice, playback)),
                panel: PanelReport())
        }
    }

    private init(audio: AudioReport, panel: PanelReport) {
        self.audio = audio
        self.panel = panel
    }
}
