import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Panel

private final class FakeSwitch: OutputLine {
    var states: [Bool] = []
    func set(_ isActive: Bool) throws(PanelError) { states.append(isActive) }
}

private func frame(_ level: Double, _ colour: String = "#ffffff", brightness: Double = 1)
    -> LightFrame
{
    LightFrame(level: level, colour: Colour(colour)!, brightness: brightness)
}

@Suite(.timeLimit(.minutes(1)))
struct LightOutputTests {
    private let folder = TemporaryFolder()

    private func text(_ name: String) throws -> String {
        String(decoding: try readFile("\(folder.path)/\(name)", atMost: 1000), as: UTF8.self)
    }

    @Test("A lamp that is on or off is on from the middle of a wave on, and only switched")
    func gpio() throws {
        let line = FakeSwitch()
        let light = GPIOLight(line)
        for level in [0, 0.2, 0.49, 0.5, 1, 0.6, 0.4, 0.1] { try light.show(frame(level)) }
        #expect(line.states == [false, true, false])
        try light.show(frame(1, brightness: 0))
        #expect(line.states.last == false)
        // A colour that is dark on a coloured lamp is a light all the same.
        try light.show(frame(1, "#000001", brightness: 0.01))
        #expect(line.states.last == true)
    }

    static let colours: [(frame: LightFrame, lit: [Bool])] = [
        (frame(1, "#ff0000"), [true, false, false]), (frame(1, "#ff8000"), [true, true, false]),
        (frame(1, "#ff7f00"), [true, false, false]), (frame(1, "#000020"), [false, false, true]),
        (frame(1), [true, true, true]), (frame(0.4), [true, true, true]),
        (frame(0.3), [false, false, false]), (frame(1, brightness: 0), [false, false, false]),
        (frame(1, "#000000"), [false, false, false]),
    ]

    @Test("Three lines make the nearest of eight colours", arguments: colours)
    func rgb(frame: LightFrame, lit: [Bool]) throws {
        let lines = [FakeSwitch(), FakeSwitch(), FakeSwitch()]
        let light = RGBLight(red: lines[0], green: lines[1], blue: lines[2])
        try light.show(frame)
        try light.show(frame)
        #expect(lines.map(\.states) == lit.map { [$0] })
    }

    @Test("A lamp of the kernel is taken from its trigger and is as bright as it can")
    func sysfs() throws {
        _ = folder.file("max_brightness", Array("255\n".utf8))
        _ = folder.file("brightness", Array("12\n".utf8))
        _ = folder.file("trigger", Array("none [mmc0] timer\n".utf8))
        let light = try SysfsLight(folder.path)
        #expect(try text("trigger") == "none\n")
        let cases: [(frame: LightFrame, value: String)] = [
            (frame(1), "255\n"), (frame(0.5), "128\n"), (frame(0.5, brightness: 0.5), "64\n"),
            (frame(0.001), "1\n"), (frame(1, brightness: 0), "0\n"), (frame(0), "0\n"),
        ]
        for (frame, value) in cases {
            try light.show(frame)
            #expect(try text("brightness") == value)
        }
    }

    @Test("A lamp whose trigger is none already needs no right to change it")
    func trigger() throws {
        _ = folder.file("max_brightness", Array("1\n".utf8))
        _ = folder.file("brightness", Array("0\n".utf8))
        let trigger = folder.file("trigger", Array("[none] mmc0\n".utf8))
        let light = try SysfsLight(folder.path)
        #expect(try text("trigger") == "[none] mmc0\n")
        unlink(trigger)
        try light.show(frame(0.3))
        #expect(try text("brightness") == "1\n")
        unlink(folder.path + "/brightness")
        #expect {
            try light.show(frame(0))
        } throws: {
            "\($0)" == "cannot open \(folder.path)/brightness: No such file or directory; ls"
                + " /sys/class/leds shows what is there"
        }
    }

    @Test("A chain is sent its frame, each lamp the same, and enough clock for the last")
    func apa102() {
        let orange = frame(1, "#ff8001")
        #expect(
            APA102Light.bytes(orange, count: 2) == [
                0, 0, 0, 0, 0xff, 1, 0x80, 0xff, 0xff, 1, 0x80, 0xff, 0, 0, 0, 0, 0,
            ])
        let dim = frame(0.5, "#ff8001", brightness: 0.1)
        #expect(APA102Light.bytes(dim, count: 1)[4..<8] == [0xe3, 1, 0x40, 0x80])
        // As long as it is to be seen at all it is seen.
        #expect(APA102Light.bytes(frame(1, brightness: 0.01), count: 1)[4] == 0xe1)
        #expect(APA102Light.bytes(.dark, count: 1)[4..<8] == [0xe0, 0, 0, 0])
        for count in [1, 12, 16, 17, 500] {
            let bytes = APA102Light.bytes(.dark, count: count)
            let end = bytes.count - 4 - 4 * count
            #expect(end * 8 >= 32 + (count + 1) / 2)
            #expect(bytes.count <= 4096)
        }
    }

    @Test("A lamp that is not there is named, with what to do")
    func missing() {
        let cases: [(open: () throws -> any LightOutput, line: String)] = [
            (
                { try APA102Light("/dev/spidev9.9", count: 1) },
                "cannot open /dev/spidev9.9: No such file or directory; turn SPI on (raspi-config,"
                    + " or dtparam=spi=on)"
            ),
            (
                { try APA102Light("/dev/null", count: 1) },
                "cannot set up /dev/null: Inappropriate ioctl for device"
            ),
            (
                { try SysfsLight("/sys/class/leds/none") },
                "cannot open /sys/class/leds/none/max_brightness: No such file or directory; ls"
                    + " /sys/class/leds shows what is there"
            ),
        ]
        for example in cases {
            #expect {
                _ = try example.open()
            } throws: {
                "\($0)" == example.line
            }
        }
    }

    @Test("Lights on a thread: shown at once, dark at the end; the lamp may come later")
    func thread() async throws {
        let lines = LogBook()
        let path = folder.path + "/spidev"
        let lights = Lights(
            apa102: path, count: 1, brightness: 100,
            palette: Palette([.listening: Colour("#010203")!]), log: lines.log)
        lights.show(.listening)
        let task = Task { await lights.run() }
        try await eventually { lines.lines.count == 2 }
        #expect(lines.lines[0] == "info: the light is \(path)")
        #expect(lines.lines[1].hasPrefix("warning: cannot open \(path): "))
        _ = folder.file("spidev", [])
        try await eventually { self.lamp(path) == [0xff, 3, 2, 1] }
        lights.show(.off)
        try await eventually { self.lamp(path) == [0xe0, 0, 0, 0] }
        lights.rest(.muted)
        try await eventually { self.lamp(path) == [0xff, 0, 0, 255] }
        task.cancel()
        await task.value
        #expect(lamp(path) == [0xe0, 0, 0, 0])
    }

    private func lamp(_ path: String) -> [UInt8] {
        Array(((try? readFile(path, atMost: 100)) ?? []).dropFirst(4).prefix(4))
    }
}
