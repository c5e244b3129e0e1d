public import Voice

/// A board that is known: what its button, its light and its sound are as long as the owner says
/// nothing else.
public struct Board: Equatable, Sendable {
    /// As the setting `board` has it.
    public let name: String
    /// As its maker calls it.
    public let title: String
    /// In the place of the defaults, written as in a file of settings.
    public let settings: JSONValue

    /// The names that the setting may have.
    public static let names = all.map(\.name)

    static func named(_ name: String) -> Board? { all.first { $0.name == name } }

    /// A new one is an entry here: lines as the header's pins are numbered by the chip, cards by the
    /// id that their drivers give them. The chip need not be named: the header's is found by its
    /// label whatever the Raspberry Pi (`GPIOChip` of `Panel`).
    public static let all = [
        // Nothing is known of it, so no line of it is driven.
        Board(name: "generic", title: "any board", settings: [:]),
        Board(
            name: "aiy-voice-hat", title: "Google AIY Voice HAT (version 1)",
            settings: [
                "button": ["line": 23, "activeLow": true, "bias": "pull-up"],
                "lights": ["kind": "gpio", "line": 25, "activeLow": false],
                "audio": sound(on: "sndrpigooglevoi"),
            ]),
        Board(
            name: "aiy-voice-bonnet", title: "Google AIY Voice Bonnet (version 2)",
            settings: [
                "button": ["line": 23, "activeLow": true, "bias": "pull-up"],
                "lights": ["kind": "sysfs", "path": "/sys/class/leds/ktd202x:led1"],
                "audio": sound(on: "aiyvoicebonnet"),
            ]),
        Board(
            name: "respeaker-2mics", title: "ReSpeaker 2-Mics Pi HAT (version 1)",
            settings: [
                "button": ["line": 17, "activeLow": true, "bias": "pull-up"],
                "lights": ["kind": "apa102", "device": "/dev/spidev0.0", "count": 3],
                "audio": sound(on: "seeed2micvoicec"),
            ]),
        Board(
            name: "whisplay", title: "PiSugar Whisplay HAT",
            settings: [
                "button": ["line": 17, "activeLow": false, "bias": "pull-down"],
                "lights": [
                    "kind": "rgb", "red": 25, "green": 24, "blue": 23, "activeLow": true,
                ],
                "audio": sound(on: "whisplaysound"),
            ]),
        Board(
            name: "wm8960", title: "Waveshare WM8960 Audio HAT",
            settings: [
                "button": ["line": 17, "activeLow": true, "bias": "pull-up"],
                "audio": sound(on: "wm8960soundcard"),
            ]),
    ]

    /// - Parameter card: the card's id, which outlives a restart, unlike its number.
    private static func sound(on card: String) -> JSONValue {
        let device = JSONValue.string("plughw:CARD=\(card),DEV=0")
        return ["captureDevice": device, "playbackDevice": device]
    }
}

extension Settings {
    /// The board that the setting names.
    public var knownBoard: Board { Board.named(board) ?? Board.all[0] }
}
