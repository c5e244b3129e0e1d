import Linux
import TestSupport
import Testing
import Voice

@testable import Store

struct SettingsSavingTests {
    private let folder = TemporaryFolder()

    private func files(owners: String = "{}", pages: String? = nil) -> SettingsFiles {
        if let pages { _ = folder.file("settings.json", Array(pages.utf8)) }
        return SettingsFiles(
            owners: folder.file("owner.json", Array(owners.utf8)), stateFolder: folder.path)
    }

    private func json(_ text: String) throws -> JSONValue {
        try SettingsFiles.parse(Array(text.utf8))
    }

    private var saved: String {
        let bytes = (try? readFile(folder.path + "/settings.json", atMost: 1 << 20)) ?? []
        return String(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
    }

    /// The owner's file, the page's, what is changed, and the page's afterwards.
    static let changes: [(owners: String, pages: String?, change: String, after: String)] = [
        ("{}", nil, #"{"audio":{"volume":50}}"#, #"{"audio":{"volume":50}}"#),
        (
            "{}", #"{"name":"a","audio":{"sounds":false}}"#, #"{"audio":{"volume":50}}"#,
            #"{"audio":{"sounds":false,"volume":50},"name":"a"}"#
        ),
        ("{}", #"{"name":"a","language":"en"}"#, #"{"name":null}"#, #"{"language":"en"}"#),
        ("{}", nil, #"{"name":null}"#, "{}"),
        (#"{"name":"b"}"#, #"{"name":"a"}"#, #"{"name":null}"#, #"{"name":null}"#),
        (
            #"{"audio":{"volume":5,"muted":true}}"#, nil, #"{"audio":null}"#,
            #"{"audio":{"muted":null,"volume":null}}"#
        ),
        (
            #"{"audio":{"volume":5,"muted":true}}"#, #"{"audio":null}"#,
            #"{"audio":{"volume":50}}"#, #"{"audio":{"muted":null,"volume":50}}"#
        ),
        (
            "{}", #"{"textToSpeech":[{"provider":"espeak-ng"}]}"#,
            #"{"textToSpeech":[{"provider":"espeak-ng","speed":1.5}]}"#,
            #"{"textToSpeech":[{"provider":"espeak-ng","speed":1.5}]}"#
        ),
    ]

    @Test("Changed keys are merged, and null gives a key's default back", arguments: changes)
    func merge(owners: String, pages: String?, change: String, after: String) throws {
        let files = files(owners: owners, pages: pages)
        let settings = try files.save(json(change))
        #expect(saved == after)
        #expect(Settings.reading(files.read().tree).settings == settings)
        #expect(names(inFolder: folder.path).contains("settings.json.new") == false)
    }

    @Test("null gives the default, not the owner's value")
    func null() throws {
        let files = files(owners: #"{"audio":{"volume":5}}"#)
        #expect(try files.save(json(#"{"audio":{"volume":null}}"#)).audio.volume == 70)
        #expect(try files.save(json(#"{"audio":{"volume":9}}"#)).audio.volume == 9)
        #expect(try files.save(json(#"{"audio":null}"#)).audio.volume == 70)
    }

    static let refusals: [(change: String, key: String)] = [
        (#"{"audio":{"volume":500}}"#, "audio.volume"), (#"{"nam":"x"}"#, "nam"),
        (#"{"audio":7}"#, "audio"), ("7", ""),
        (#"{"audio":{"volume":9,"noSpeechSeconds":1}}"#, "audio.noSpeechSeconds"),
    ]

    @Test("What makes a setting wrong is refused, and nothing is saved", arguments: refusals)
    func refused(change: String, key: String) throws {
        let files = files(pages: #"{"name":"a"}"#)
        #expect {
            try files.save(json(change))
        } throws: {
            guard case .wrong(let complaints)? = $0 as? SettingsRefusal else { return false }
            return complaints.map(\.key) == [key]
        }
        #expect(saved == #"{"name":"a"}"#)
    }

    @Test("What was wrong before does not keep a change from being saved")
    func before() throws {
        let files = files(owners: #"{"nam":"x"}"#, pages: #"{"audio":{"volume":500}}"#)
        #expect(try files.save(json(#"{"audio":{"muted":true}}"#)).audio.muted)
        #expect(try files.save(json(#"{"audio":{"volume":5}}"#)).audio.volume == 5)
    }

    @Test("A file that cannot be understood is set aside")
    func broken() throws {
        let files = files(pages: #"{"name": "#)
        try files.save(json(#"{"name":"b"}"#))
        #expect(saved == #"{"name":"b"}"#)
        #expect(sizeOfFile(folder.path + "/settings.json.damaged") == 9)
    }

    @Test("A folder that cannot be written is named")
    func unwritable() throws {
        let files = SettingsFiles(owners: "/no/such", stateFolder: "/nor/this")
        #expect(
            throws: SettingsRefusal.failed(
                reason: "cannot write /nor/this/settings.json.new: No such file or directory")
        ) { try files.save(json(#"{"name":"b"}"#)) }
    }

    @Test("Saves of many threads at once are all kept")
    func crowd() async throws {
        let files = files()
        let keys = ["volume", "noSpeechSeconds", "longestTurnSeconds", "preRollMilliseconds"]
        await withTaskGroup(of: Void.self) { group in
            for key in keys {
                group.addTask {
                    await onThread("save") {
                        for value in 5...20 {
                            _ = try? files.save(
                                .object(["audio": .object([key: .number(Double(value))])]))
                        }
                    }
                }
            }
        }
        let audio = Settings.reading(files.read().tree).settings.audio
        #expect(audio.volume == 20 && audio.noSpeechSeconds == 20)
        #expect(audio.longestTurnSeconds == 20 && audio.preRollMilliseconds == 20)
    }
}
