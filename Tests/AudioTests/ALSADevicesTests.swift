import TestSupport
import Testing

@testable import Audio

struct ALSADevicesTests {
    static let names: [(name: String, card: String?, device: Int)] = [
        ("default", nil, 0), ("hw:1", "1", 0), ("plughw:1,3", "1", 3),
        ("plughw:CARD=Device,DEV=2", "Device", 2), ("sysdefault:CARD=vc4hdmi", "vc4hdmi", 0),
        ("plughw:DEV=1,CARD=x", "x", 1), ("hw:", nil, 0),
    ]

    @Test("A name stands for a card and a device", arguments: names)
    func place(name: String, card: String?, device: Int) {
        let place = ALSADevices.place(of: name)
        #expect(place?.card == card)
        if card != nil { #expect(place?.device == device) }
    }

    @Test("Who has a device is in its status")
    func owner() {
        let status = "state: RUNNING\nowner_pid   : 4711\ntrigger_time: 1.2\n"
        #expect(ALSADevices.owner(inStatus: status) { _ in "aplay\n" } == "aplay (process 4711)")
        #expect(ALSADevices.owner(inStatus: status) { _ in nil } == "process 4711")
        #expect(ALSADevices.owner(inStatus: "closed\n") { _ in "x" } == nil)
    }

    @Test("A device is asked what it does by itself, and one that is not there says so")
    func status() throws {
        var kind = SimulatedCard.Kind()
        kind.capture = .init(framesPerSecond: 44_100, channels: 2)
        kind.isBare = true
        let card = try testCard(kind)
        #expect(
            ALSADevices.status(of: card.device, .capture)
                == .free(rates: [44_100], channels: 2...2))
        #expect(
            ALSADevices.status(of: card.device, .playback)
                == .free(rates: [24_000], channels: 1...1))
        #expect(
            ALSADevices.status(of: "no_such_device", .capture)
                == .failed(reason: "No such file or directory"))
        try card.suffer(.unplugged)
        #expect(
            ALSADevices.status(of: card.device, .playback)
                == .failed(reason: "No such file or directory"))
    }
}
