import Glibc
import Linux
import Synchronization
import TestSupport
import Testing
import Voice

@testable import Panel

/// An event as the kernel lays it out.
func inputEvent(_ type: UInt16, _ code: UInt16, _ value: Int32, milliseconds: Int64 = 0) -> [UInt8]
{
    func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number) { Array($0) }
    }
    return bytes(milliseconds / 1000) + bytes(milliseconds % 1000 * 1000) + bytes(type)
        + bytes(code) + bytes(value)
}

private let report = inputEvent(0, 0, 0)

private func key(_ code: UInt16, _ value: Int32, _ milliseconds: Int64) -> [UInt8] {
    inputEvent(1, code, value, milliseconds: milliseconds) + report
}

private func at(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }
private func edge(_ isActive: Bool, _ milliseconds: Int64) -> InputKeys.News {
    .edge(Edge(isActive: isActive, at: at(milliseconds)))
}

struct InputKeysTests {
    static let cases: [(name: String, down: Set<UInt16>, bytes: [UInt8], news: [InputKeys.News])] =
        [
            (
                "press and release", [], key(28, 1, 1500) + key(28, 0, 2750),
                [edge(true, 1500), edge(false, 2750)]
            ),
            (
                "it repeats while it is down", [],
                key(28, 1, 10) + key(28, 2, 260) + key(28, 2, 290) + key(28, 0, 300),
                [edge(true, 10), edge(false, 300)]
            ),
            (
                "two keys are one button", [],
                key(28, 1, 10) + key(57, 1, 20) + key(28, 0, 30) + key(57, 0, 40),
                [edge(true, 10), edge(false, 40)]
            ),
            (
                "what is no key does not count", [],
                inputEvent(4, 4, 458_792) + inputEvent(2, 0, 1) + key(272, 1, 10), [edge(true, 10)]
            ),
            ("held at the start", [28], key(28, 2, 10) + key(28, 0, 20), [edge(false, 20)]),
            ("a release without a press", [], key(28, 0, 20), []),
            ("a press told twice", [], key(28, 1, 20) + key(28, 1, 30), [edge(true, 20)]),
            (
                "the queue overflowed", [],
                key(28, 1, 10) + inputEvent(0, 3, 0, milliseconds: 20)
                    + inputEvent(1, 28, 0, milliseconds: 21) + inputEvent(0, 0, 0, milliseconds: 22)
                    + key(28, 0, 30), [edge(true, 10), .lost(at: at(22)), edge(false, 30)]
            ),
            ("nothing", [], [], []),
        ]

    @Test("Events of the kernel become edges", arguments: cases)
    func table(name: String, down: Set<UInt16>, bytes: [UInt8], news: [InputKeys.News]) {
        var keys = InputKeys(down: down)
        #expect(keys.take(bytes) == news, "\(name)")
        // And the same when they come byte by byte.
        var slow = InputKeys(down: down)
        #expect(bytes.flatMap { slow.take([$0]) } == news, "\(name)")
        #expect(slow.isDown == keys.isDown)
    }

    @Test("After lost events the keys that are down say what the button is")
    func resume() {
        var keys = InputKeys()
        _ = keys.take(key(28, 1, 10))
        #expect(keys.resume(down: [28], at: at(20)) == nil)
        #expect(keys.resume(down: [], at: at(30)) == Edge(isActive: false, at: at(30)))
        #expect(keys.resume(down: [57], at: at(40)) == Edge(isActive: true, at: at(40)))
    }
}

@Suite(.timeLimit(.minutes(1)))
struct InputButtonTests {
    private let folder = TemporaryFolder()
    private let lines = LogBook()

    private func fifo() -> String {
        let path = folder.path + "/switch"
        mkfifo(path, 0o600)
        return path
    }

    /// Plugs the switch in. Blocks until somebody reads.
    private func plug(_ path: String) async -> Int32 {
        await onThread("switch") { open(path, O_WRONLY) }
    }

    private func type(_ bytes: [UInt8], into number: Int32) {
        _ = bytes.withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
    }

    @Test("Keys come through with their own times, and again after it was unplugged")
    func plugged() async throws {
        let path = fifo()
        let now = Moment.now.nanoseconds / 1_000_000
        let told = ToldEvents()
        let button = LineButton(
            path, debounce: .zero, backOff: BackOff([.milliseconds(1)]), log: lines.log
        ) { () throws(PanelError) in try InputLine(path) }
        let task = Task { await button.run { told.append($0) } }

        var number = await plug(path)
        type(key(28, 1, now - 80) + key(28, 0, now - 50), into: number)
        try await eventually { told.all.count == 2 }
        type(key(28, 1, now - 20), into: number)
        try await eventually { told.all.count == 3 }
        close(number)
        // Unplugged while it was down: it counts as let go.
        try await eventually { told.all.count == 4 }
        #expect(
            told.all.prefix(3) == [
                .pressed(at: at(now - 80)), .released(at: at(now - 50)),
                .pressed(at: at(now - 20)),
            ])
        #expect(told.all[3].isPress == false)
        try await eventually { lines.lines.contains { $0.contains("No such device; plug it in") } }

        number = await plug(path)
        let later = Moment.now.nanoseconds / 1_000_000
        type(key(28, 1, later), into: number)
        try await eventually { told.all.count == 5 }
        #expect(told.all[4] == .pressed(at: at(later)))
        #expect(lines.lines.last == "info: the button is \(path), and works again")
        task.cancel()
        await task.value
        close(number)
    }

    @Test("What is no input device is named, with what to do")
    func wrong() throws {
        let cases: [(path: String, line: String)] = [
            (
                "/dev/input/by-id/none",
                "cannot open /dev/input/by-id/none: No such file or directory; plug it in; ls"
                    + " /dev/input/by-id shows what is there"
            ),
            (
                "/dev/null",
                "cannot read keys from /dev/null: Inappropriate ioctl for device; button.device"
                    + " has to name an input device"
            ),
            (
                folder.file("file", [1, 2]),
                "cannot read keys from \(folder.path)/file: Inappropriate ioctl for device;"
                    + " button.device has to name an input device"
            ),
        ]
        for example in cases {
            #expect {
                _ = try InputLine(example.path)
            } throws: {
                "\($0)" == example.line
            }
        }
    }
}

/// Events told on another thread.
private final class ToldEvents: Sendable {
    private let events = Mutex<[ButtonEvent]>([])
    var all: [ButtonEvent] { events.withLock { $0 } }
    func append(_ event: ButtonEvent) { events.withLock { $0.append(event) } }
}
