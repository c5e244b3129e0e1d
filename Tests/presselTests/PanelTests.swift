import Codec
import Glibc
import Linux
import TestSupport
import Testing
import Voice

/// The button and the light of `pressel run`, with files in the place of the devices.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PanelTests {
    private let folder = TemporaryFolder()

    /// A switch that types Enter, and is pressed or let go now.
    private func key(_ isDown: Bool, into number: Int32) {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        var bytes: [UInt8] = []
        func add<Number: FixedWidthInteger>(_ value: Number) {
            withUnsafeBytes(of: value) { bytes += Array($0) }
        }
        add(Int64(time.tv_sec))
        add(Int64(time.tv_nsec / 1000))
        add(UInt16(1))
        add(UInt16(28))
        add(Int32(isDown ? 1 : 0))
        _ = bytes.withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
    }

    /// What the first lamp of the chain was sent: head, blue, green, red.
    private func lamp(_ path: String) -> [UInt8] {
        Array(((try? readFile(path, atMost: 100)) ?? []).dropFirst(4).prefix(4))
    }

    private func shows(_ lamp: [UInt8], at path: String) async throws {
        for _ in 0..<1000 {
            if self.lamp(path) == lamp { return }
            try await MonotonicClock().sleep(for: .milliseconds(10))
        }
        Issue.record("the lamp is \(self.lamp(path)), not \(lamp)")
    }

    @Test("A held switch asks, its light listens, and goes out with the program")
    func held() async throws {
        let button = folder.path + "/switch"
        mkfifo(button, 0o600)
        let light = folder.file("spidev", [])
        let device = try Device(
            settings: """
                "lights": {"kind": "apa102", "device": "\(light)", "count": 3, "brightness": 50,
                           "palette": {"listening": "#010203"}},
                """,
            button: "\"device\": \"\(button)\",", source: "input")
        try await device.says("recording from")
        try await device.says("the button is \(button)")
        try await shows([0xe0, 0, 0, 0], at: light)
        try await device.sleep(400)
        let number = await onThread("switch") { open(button, O_WRONLY) }
        defer { close(number) }
        let question = try await spoken("What can you do?")
        key(true, into: number)
        try await shows([0xf0, 3, 2, 1], at: light)
        try await device.sleep(450)
        try device.card.speak(question)
        try await device.sleep(Int(question.duration.inMilliseconds) + 250)
        key(false, into: number)
        try await device.says("turn 1: answered")
        try await shows([0xe0, 0, 0, 0], at: light)
        key(true, into: number)
        try await shows([0xf0, 3, 2, 1], at: light)
        #expect(await device.end(by: SIGTERM).status == 0)
        #expect(lamp(light) == [0xe0, 0, 0, 0])
    }

    @Test("Without its chip, its switch or its lamp it says so, runs on, and ends at once")
    func missing() async throws {
        let cases: [(button: String, source: String, line: String)] = [
            ("\"chip\": \"none\", \"line\": 17,", "gpio", "line 17 of GPIO chip \"none\": "),
            (
                "\"device\": \"/dev/input/by-id/none\",", "input",
                "cannot open /dev/input/by-id/none: No such file or directory; plug it in"
            ),
        ]
        for (button, source, line) in cases {
            let port = try freePort()
            setenv("PROXY_API_KEY", "key-of-the-api", 1)
            let device = try Device(
                settings: "\"lights\": {\"kind\": \"sysfs\", \"path\": \"/none\"},", port: port,
                button: button, source: source)
            unsetenv("PROXY_API_KEY")
            try await device.says(line)
            try await device.says("cannot open /none/max_brightness: No such file")
            try await device.says("is ready")
            try await device.says("serving on")
            let problems = try await problems(at: port, key: "key-of-the-api")
            #expect(problems["button"]?.contains(line) == true)
            #expect(problems["light"]?.contains("cannot open /none/max_brightness") == true)
            #expect(problems["microphone"] == nil && problems["memory"] == nil)
            let (status, duration) = await device.end(by: SIGTERM)
            #expect(status == 0)
            #expect(duration < .seconds(1))
        }
    }

    @Test("A muted microphone is red")
    func muted() async throws {
        let light = folder.file("spidev", [])
        let device = try Device(
            settings: "\"lights\": {\"kind\": \"apa102\", \"device\": \"\(light)\"},",
            audio: "\"muted\": true,")
        try await shows([0xff, 0, 0, 255], at: light)
        _ = await device.end(by: SIGTERM)
        #expect(lamp(light) == [0xe0, 0, 0, 0])
    }

    @Test("A switch that is plugged in late works at once, however long it was away")
    func plugged() async throws {
        let button = folder.path + "/by-id/switch"
        let device = try Device(button: "\"device\": \"\(button)\",", source: "input")
        try await device.says("cannot open \(button)")
        // Tried after 1 and 3 s, and by itself not before 7.
        try await device.sleep(4000)
        mkdir(folder.path + "/by-id", 0o700)
        try await device.sleep(300)
        mkfifo(button, 0o600)
        let plugged = Moment.now
        try await device.says("the button is \(button)")
        #expect(Moment.now - plugged < .seconds(1))
        _ = await device.end(by: SIGTERM)
    }

    /// A device whose switch has been down since before it was started.
    private func heldAtStart(
        for duration: Duration, settings: String = "", state: String, output: Bool = false
    ) async throws -> Device {
        let button = folder.path + "/switch"
        mkfifo(button, 0o600)
        let number = open(button, O_RDWR | O_NONBLOCK)
        defer { close(number) }
        key(true, into: number)
        let device = try Device(
            output: output ? .microphone : .file,
            button: "\"device\": \"\(button)\",", source: "input", state: state)
        try await device.says("the button is down already")
        try await device.sleep(Int(duration.inMilliseconds))
        key(false, into: number)
        return device
    }

    @Test("Held at the start for five seconds it tests itself, and says so; once a boot")
    func selfTest() async throws {
        let state = folder.path + "/state"
        let device = try await heldAtStart(for: .milliseconds(5200), state: state, output: true)
        try await device.says("held at the start: self-test")
        try await device.says("works. I can hear myself well.")
        #expect(!device.log.contains("light listening"))
        _ = await device.end(by: SIGTERM)
        let again = try await heldAtStart(for: .milliseconds(5200), state: state)
        try await again.says("held at the start for the second time")
        _ = await again.end(by: SIGTERM)
    }

    @Test("Held at the start for ten seconds the page's password is cleared, and it says so")
    func recovery() async throws {
        let device = try await heldAtStart(
            for: .milliseconds(10_200), state: folder.path + "/state")
        try await device.says("held at the start: recovery")
        try await device.says("saying \"The password of my page is cleared")
        _ = await device.end(by: SIGTERM)
    }

    @Test("A button that is down for half a minute is stuck: it says so, and clears nothing")
    func stuck() async throws {
        let device = try await heldAtStart(
            for: .milliseconds(30_500), state: folder.path + "/state")
        try await device.says("saying \"The button seems to be stuck")
        try await device.sleep(300)
        #expect(!device.log.contains("recovery"))
        _ = await device.end(by: SIGTERM)
    }
}
