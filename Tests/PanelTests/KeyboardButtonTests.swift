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

    @Test("A tap is a press and a release")
    func tap() {
        let now = Moment(nanoseconds: 7)
        #expect(
            KeyboardButton.Command.tap.events(at: now) == [.pressed(at: now), .released(at: now)])
        #expect(KeyboardButton.Command.press.events(at: now) == [.pressed(at: now)])
        #expect(KeyboardButton.Command.quit.events(at: now).isEmpty)
    }
}
