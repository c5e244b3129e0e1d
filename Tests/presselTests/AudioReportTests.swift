import Audio
import Testing

@testable import pressel

struct AudioReportTests {
    private static let works = ALSADevices.Status.free(rates: [44_100, 48_000], channels: 1...2)

    private func report(capture: String, playback: String, _ cards: [ALSADevices.Card])
        -> AudioReport
    {
        AudioReport(
            cards: cards, capture: (capture, Self.works), playback: (playback, Self.works))
    }

    private static let usb = ALSADevices.Card(
        id: "Device", number: 1, name: "USB Audio",
        devices: [
            ALSADevices.Device(
                name: "plughw:CARD=Device,DEV=0", description: "USB Audio",
                capture: .busy(by: "arecord (process 12)"), playback: works),
            ALSADevices.Device(
                name: "plughw:CARD=Device,DEV=1", description: "USB Digital",
                playback: .failed(reason: "Invalid argument")),
        ], volumeControls: ["Speaker", "PCM"])

    @Test(
        "The devices of the settings are marked, by number or by id",
        arguments: ["plughw:1", "hw:1,0", "plughw:CARD=Device", "plughw:CARD=Device,DEV=0"])
    func marked(name: String) {
        let report = report(capture: name, playback: "hw:Device,1", [Self.usb])
        let devices = report.cards[0].devices
        #expect(devices.map(\.isCaptureDevice) == [true, false])
        #expect(devices.map(\.isPlaybackDevice) == [false, true])
    }

    @Test("People read what works, who has what, and what is missing")
    func text() {
        let text = report(capture: "plughw:1", playback: "default", [Self.usb]).text
        for line in [
            "  USB Audio", "    plughw:CARD=Device,DEV=0  USB Audio",
            "      records: busy, used by arecord (process 12)  <- audio.captureDevice",
            "      plays:   works, 44100 48000 Hz, 1 to 2 channels",
            "      plays:   does not work: Invalid argument",
            "    volume: Speaker, PCM (the first is set)",
            "  audio.playbackDevice  \"default\": works, 44100 48000 Hz, 1 to 2 channels",
        ] {
            #expect(text.split(separator: "\n").contains(Substring(line)), "\(text)")
        }
        #expect(report(capture: "a", playback: "b", []).text.contains("none found; plug one in"))
    }
}
