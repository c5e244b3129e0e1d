import TestSupport
import Testing
import Voice

@testable import Store

struct BoardTests {
    private func reading(_ json: String) throws -> (
        settings: Settings, complaints: [SettingsComplaint]
    ) {
        Settings.reading(try SettingsFiles.parse(Array(json.utf8)))
    }

    @Test("Every profile is made of settings that are right", arguments: Board.all)
    func right(board: Board) throws {
        #expect(Settings.reading(board.settings).complaints.isEmpty)
        let (settings, complaints) = try reading("{\"board\": \"\(board.name)\"}")
        #expect(complaints.isEmpty)
        #expect(settings.board == board.name && settings.knownBoard == board)
        for path in board.settings.paths {
            #expect(settings.tree[path] == board.settings[path], "\(path)")
        }
    }

    static let wirings: [(name: String, button: Int, isActiveLow: Bool, card: String)] = [
        ("aiy-voice-hat", 23, true, "sndrpigooglevoi"),
        ("aiy-voice-bonnet", 23, true, "aiyvoicebonnet"),
        ("respeaker-2mics", 17, true, "seeed2micvoicec"),
        ("whisplay", 17, false, "whisplaysound"),
        ("wm8960", 17, true, "wm8960soundcard"),
    ]

    @Test("The wiring is the makers'", arguments: wirings)
    func wired(name: String, button: Int, isActiveLow: Bool, card: String) throws {
        let settings = try reading("{\"board\": \"\(name)\"}").settings
        #expect(settings.button.source == .gpio && settings.button.line == .number(button))
        #expect(settings.button.activeLow == isActiveLow)
        #expect(settings.audio.captureDevice == "plughw:CARD=\(card),DEV=0")
        #expect(settings.audio.playbackDevice == settings.audio.captureDevice)
    }

    @Test("Their lights are, too")
    func lit() throws {
        func lights(_ name: String) throws -> Settings.Lights {
            try reading("{\"board\": \"\(name)\"}").settings.lights
        }
        let hat = try lights("aiy-voice-hat")
        #expect(hat.kind == .gpio && hat.line == .number(25) && !hat.activeLow)
        let bonnet = try lights("aiy-voice-bonnet")
        #expect(bonnet.kind == .sysfs && bonnet.path == "/sys/class/leds/ktd202x:led1")
        let respeaker = try lights("respeaker-2mics")
        #expect(respeaker.kind == .apa102 && respeaker.count == 3)
        #expect(respeaker.device == "/dev/spidev0.0")
        let whisplay = try lights("whisplay")
        #expect(whisplay.kind == .rgb && whisplay.activeLow)
        #expect([whisplay.red, whisplay.green, whisplay.blue] == [25, 24, 23].map { .number($0) })
        #expect(try lights("wm8960").kind == .none)
    }

    @Test("Of a board that nobody named nothing is driven")
    func generic() throws {
        for json in ["{}", #"{"board": "generic"}"#, #"{"board": "unheard-of"}"#] {
            #expect(try reading(json).settings == Settings())
        }
        #expect(Settings().lights.kind == .none)
    }

    @Test("An unknown name is told of with those that are known")
    func unknown() throws {
        let complaints = try reading(#"{"board": "pi"}"#).complaints
        #expect(
            complaints.map(\.description) == [
                "setting board is \"pi\"; use one of \"generic\", \"aiy-voice-hat\","
                    + " \"aiy-voice-bonnet\", \"respeaker-2mics\", \"whisplay\", \"wm8960\""
            ])
        guard case .object(let schema) = Settings.schema,
            case .object(let keys)? = schema["properties"],
            case .object(let board)? = keys["board"]
        else { return #expect(Bool(false)) }
        #expect(board["enum"] == .array(Board.names.map { .string($0) } + [.null]))
    }

    @Test("The owner's keys count before the board's, and taken back the board's hold again")
    func overridden() throws {
        let folder = TemporaryFolder()
        let owners = folder.file(
            "owner.json",
            Array(
                #"{"board":"whisplay","button":{"line":5},"lights":{"brightness":40}}"#.utf8))
        let files = SettingsFiles(owners: owners, stateFolder: folder.path)
        func settings() -> Settings { Settings.reading(files.read().tree).settings }
        #expect(settings().button.line == .number(5) && !settings().button.activeLow)
        #expect(settings().lights.kind == .rgb && settings().lights.brightness == 40)

        try files.save(try SettingsFiles.parse(Array(#"{"button":{"line":null}}"#.utf8)))
        #expect(settings().button.line == .number(17))
        try files.save(
            try SettingsFiles.parse(
                Array(#"{"lights":{"kind":"gpio","line":4},"audio":{"captureDevice":"x"}}"#.utf8)))
        #expect(settings().lights.kind == .gpio && settings().lights.line == .number(4))
        #expect(settings().audio.captureDevice == "x")
        #expect(settings().audio.playbackDevice == "plughw:CARD=whisplaysound,DEV=0")
        try files.save(try SettingsFiles.parse(Array(#"{"board":null}"#.utf8)))
        #expect(settings().button.activeLow && settings().board == "generic")
        #expect(throws: SettingsRefusal.self) {
            try files.save(["board": "unheard-of"])
        }
    }

    @Test("A light that the owner chose needs only what the board does not have")
    func incomplete() throws {
        let (settings, complaints) = try reading(
            #"{"board":"aiy-voice-hat","lights":{"kind":"rgb","red":1,"green":2}}"#)
        #expect(complaints.map(\.key) == ["lights.blue"])
        #expect(settings.lights.kind == .none)
        #expect(try reading(#"{"board":"whisplay","lights":{"red":1}}"#).complaints.isEmpty)
    }
}
