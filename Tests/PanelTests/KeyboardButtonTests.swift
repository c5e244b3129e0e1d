import Glibc
import Testing
import Voice

@testable import Panel

struct KeyboardButtonTests {
    static let lines: [(line: String, isTerminal: Bool, command: KeyboardButton.Command?)] = [
        ("press", false, .press), (" release ", false, .release), ("tap", false, .tap),
        ("quit", false, .quit), ("quit\r", false, .quit), ("", true, .tap), ("", false, nil),
        ("hello", false, nil), ("hello", true, nil), ("tap", true, .tap),
    ]

    @Test("A line is a command, and on a terminal Enter is a tap", arguments: lines)
    func command(line: String, isTerminal: Bool, command: KeyboardButton.Command?) {
        #expect(KeyboardButton.Command(line: line, isTerminal: isTerminal) == command)
    }

    static let inputs: [(input: String, lines: [String])] = [
        ("", []), ("press\nrelease\n", ["press", "release"]), ("tap\nquit", ["tap", "quit"]),
        ("\n\n", ["", ""]),
        (
            String(repeating: "x", count: 9000) + "\ntap\n",
            [String(repeating: "x", count: 80), "tap"]
        ),
    ]

    @Test("An input is read line by line, and no line is longer than a command", arguments: inputs)
    func read(input: String, lines: [String]) {
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        _ = Array(input.utf8).withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
        close(ends[1])
        defer { close(ends[0]) }
        let reader = LineInput(ends[0])
        for line in lines {
            #expect(reader.next() == line)
        }
        #expect(reader.next() == nil)
    }

    @Test("A tap is a press and a release")
    func tap() {
        let now = Moment(nanoseconds: 7)
        #expect(
            KeyboardButton.Command.tap.events(at: now) == [.pressed(at: now), .released(at: now)])
        #expect(KeyboardButton.Command.press.events(at: now) == [.pressed(at: now)])
        #expect(KeyboardButton.Command.quit.events(at: now).isEmpty)
    }
}
