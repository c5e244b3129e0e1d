import TestSupport
import Testing
import Voice

@testable import Store

struct SettingsTests {
    private func reading(_ json: String) throws -> (
        settings: Settings, complaints: [SettingsComplaint]
    ) {
        Settings.reading(try SettingsFiles.parse(Array(json.utf8)))
    }

    @Test("An empty file gives the defaults, without complaint")
    func empty() throws {
        let (settings, complaints) = try reading("{}")
        #expect(settings == Settings())
        #expect(complaints.isEmpty)
    }

    @Test("Comments and trailing commas are allowed")
    func comments() throws {
        let (settings, complaints) = try reading(
            """
            { // the kitchen
              "audio": { "captureDevice": "hw:1", /* loud */ "preRollMilliseconds": 500, },
              "button": { "source": "keyboard", "holdMilliseconds": 300 },
              "speechToText": [ { "provider": "pocketsphinx", "speed": 1.5 }, ],
              "textToSpeech": [ { "provider": "elevenlabs", "transport": "http" } ],
            }
            """)
        #expect(complaints.isEmpty)
        #expect(settings.audio.captureDevice == "hw:1")
        #expect(settings.audio.preRollMilliseconds == 500)
        #expect(settings.button.source == .keyboard)
        #expect(settings.speechToText?.map(\.provider) == ["pocketsphinx"])
        #expect(settings.textToSpeech?.map(\.transport) == [.http])
    }

    static let mistakes: [(json: String, complaint: String)] = [
        (
            #"{"audio":{"preRollMilliseconds":5000}}"#,
            "setting audio.preRollMilliseconds is 5000; use a whole number in 0...2000"
        ),
        (
            #"{"audio":{"preRollMilliseconds":"long"}}"#,
            "setting audio.preRollMilliseconds is \"long\"; use a whole number in 0...2000"
        ),
        (
            #"{"audio":{"noSpeechSeconds":2.5}}"#,
            "setting audio.noSpeechSeconds is 2.5; use a whole number in 2...60"
        ),
        (
            #"{"textToSpeech":[{"provider":"elevenlabs","transport":"tin"}]}"#,
            "setting textToSpeech[0].transport is \"tin\"; use one of \"stream\", \"http\""
        ),
        (#"{"audio":{"sounds":1}}"#, "setting audio.sounds is 1; use true or false"),
        (#"{"audio":7}"#, "setting audio is 7; use an object"),
        (
            #"{"button":{"source":"foot"}}"#,
            "setting button.source is \"foot\"; use one of \"gpio\", \"keyboard\", \"input\", \"none\""
        ),
        (
            #"{"button":{"line":true}}"#,
            "setting button.line is true; use a whole number in 0...1023 or a name"
        ),
        (#"{"button":{"line":17.5}}"#, "setting button.line is 17.5; use a whole number"),
        (#"{"button":{"line":-1}}"#, "setting button.line is -1; use a whole number"),
        (#"{"button":{"line":""}}"#, "setting button.line is \"\"; use a whole number"),
        (
            #"{"button":{"debounceMilliseconds":101}}"#,
            "setting button.debounceMilliseconds is 101; use a whole number in 0...100"
        ),
        (
            #"{"button":{"device":"event0"}}"#,
            "setting button.device is \"event0\"; use a path that begins with /"
        ),
        (
            #"{"lights":{"kind":"neon"}}"#,
            "setting lights.kind is \"neon\"; use one of \"none\", \"gpio\", \"rgb\", \"sysfs\","
                + " \"apa102\""
        ),
        (
            #"{"lights":{"kind":"gpio"}}"#,
            "setting lights.line is missing; lights.kind \"gpio\" needs it"
        ),
        (
            #"{"lights":{"kind":"sysfs","path":"led0"}}"#,
            "setting lights.path is \"led0\"; use a path that begins with /"
        ),
        (
            #"{"lights":{"brightness":101}}"#,
            "setting lights.brightness is 101; use a whole number in 0...100"
        ),
        (
            #"{"lights":{"count":0}}"#,
            "setting lights.count is 0; use a whole number in 1...500"
        ),
        (
            #"{"lights":{"palette":{"muted":"red"}}}"#,
            "setting lights.palette.muted is \"red\"; use a colour as in \"#ff8000\""
        ),
        (
            ##"{"lights":{"palette":{"off":"#000000"}}}"##,
            "setting lights.palette.off is unknown; known here: failed, listening, muted, offline,"
                + " setUpNeeded, speaking, thinking"
        ),
        (#"{"lights":{"palette":[]}}"#, "setting lights.palette is a list; use an object"),
        (#"{"speechToText":{}}"#, "setting speechToText is an object; use a list"),
        (
            #"{"textToSpeech":[{"provider":"espeak-ng"},{"voice":"en"}]}"#,
            "setting textToSpeech[1].provider is missing; every link names one"
        ),
        (
            #"{"textToSpeech":[{"provider":"anthropic"}]}"#,
            #"setting textToSpeech[0].provider is "anthropic"; use one of "openai", "#
        ),
        (
            #"{"textToSpeech":[{"provider":"espeak-ng","speed":9}]}"#,
            "setting textToSpeech[0].speed is 9; use a number in 0.25...4.0"
        ),
        (
            #"{"textToSpeech":[{"provider":"espeak-ng","baseURL":"192.168.1.5:11434/v1"}]}"#,
            "setting textToSpeech[0].baseURL is \"192.168.1.5:11434/v1\"; use a URL that begins"
                + " with http:// or https://"
        ),
        (
            #"{"textToSpeech":[{"provider":"openai","baseURL":"tcp://192.168.1.5:10200"}]}"#,
            "setting textToSpeech[0].baseURL is \"tcp://192.168.1.5:10200\"; use a URL that begins"
                + " with http:// or https://"
        ),
        (
            #"{"textToSpeech":[{"provider":"wyoming","baseURL":"http://192.168.1.5:10200"}]}"#,
            "setting textToSpeech[0].baseURL is \"http://192.168.1.5:10200\"; use a URL that begins"
                + " with tcp://"
        ),
        (
            #"{"timeZone":"Mars/Base"}"#,
            "setting timeZone is \"Mars/Base\"; use a name from the tz database, as in"
                + " \"Europe/Berlin\""
        ),
        (#"{"timeZone":5}"#, "setting timeZone is 5; use a text"),
        (#"{"timeZone":"../passwd"}"#, "setting timeZone is \"../passwd\"; use a name"),
        (
            #"{"language":"German!"}"#,
            "setting language is \"German!\"; use a language by BCP 47, as in \"en\" or \"de-AT\""
        ),
        (#"{"language":"d"}"#, "setting language is \"d\"; use a language by BCP 47"),
        (#"{"language":"de_DE"}"#, "setting language is \"de_DE\"; use a language by BCP 47"),
        (#"{"language":7}"#, "setting language is 7; use a language by BCP 47"),
        // With one of its keys wrong, there is no archive at all.
        (#"{"history":{"archive":true}}"#, "setting history.archive is true; use an object"),
        (
            #"{"history":{"archive":{}}}"#,
            "setting history.archive.bucket is missing; history.archive needs it"
        ),
        (
            #"{"history":{"archive":{"bucket":"a b"}}}"#,
            "setting history.archive.bucket is \"a b\"; use a bucket's name"
        ),
        (
            #"{"history":{"archive":{"bucket":"turns","endpiont":"http://nas"}}}"#,
            "setting history.archive.endpiont is unknown"
        ),
        (
            #"{"history":{"archive":{"bucket":"turns","endpoint":"nas:9000"}}}"#,
            "setting history.archive.endpoint is \"nas:9000\"; use a URL"
        ),
        (
            #"{"history":{"archive":{"bucket":"turns","endpoint":"http://me@nas"}}}"#,
            "setting history.archive.endpoint is \"http://me@nas\"; use a URL"
        ),
        (
            #"{"history":{"archive":{"bucket":"turns","region":"eu/1"}}}"#,
            "setting history.archive.region is \"eu/1\"; use a region"
        ),
        (
            #"{"history":{"archive":{"bucket":"turns","prefix":"a/../b"}}}"#,
            "setting history.archive.prefix is \"a/../b\"; use letters, digits"
        ),
        (
            #"{"history":{"archive":{"bucket":"turns","prefix":"/a"}}}"#,
            "setting history.archive.prefix is \"/a\"; use letters, digits"
        ),
        (
            #"{"web":{"allowedHosts":[1]}}"#,
            "setting web.allowedHosts is a list; use a list of texts"
        ),
    ]

    @Test("A bad value is named with its full path and what is allowed", arguments: mistakes)
    func wrong(json: String, complaint: String) throws {
        let (settings, complaints) = try reading(json)
        #expect(complaints.map(\.description).count == 1)
        #expect(complaints.first?.description.hasPrefix(complaint) == true)
        var expected = Settings()
        // What is good in a bad list stays.
        expected.textToSpeech = settings.textToSpeech
        #expect(settings == expected)
    }

    @Test(
        "Any language of BCP 47 is taken",
        arguments: ["de", "de-AT", "es-419", "zh-Hant-TW", "sl-rozaj-biske", "x-ours", "tlh"])
    func language(tag: String) throws {
        let (settings, complaints) = try reading(#"{"language":"\#(tag)"}"#)
        #expect(complaints.isEmpty)
        #expect(settings.language == tag)
    }

    @Test("An unknown key is named with those that are known beside it")
    func unknown() throws {
        let (_, complaints) = try reading(#"{"network":{"caFil":"a"},"nam":"x"}"#)
        #expect(
            complaints.map(\.description).contains(
                "setting network.caFil is unknown; known here: caFile"))
        #expect(complaints.contains { $0.key == "nam" })
    }

    @Test("Every key that a light of some kind needs is asked for; without one there is no light")
    func lights() throws {
        let (settings, complaints) = try reading(#"{"lights":{"kind":"rgb","green":5}}"#)
        #expect(complaints.map(\.key) == ["lights.red", "lights.blue"])
        #expect(settings.lights.kind == .none)
        #expect(settings.lights.green == .number(5))
    }

    @Test("An input device has to be named")
    func input() throws {
        let (settings, complaints) = try reading(#"{"button":{"source":"input"}}"#)
        #expect(
            complaints.map(\.description) == [
                "setting button.device is missing; button.source \"input\" needs it"
            ])
        #expect(settings.button.source == .input)
    }

    @Test("The button's and the lights' keys are read")
    func panel() throws {
        let (settings, complaints) = try reading(
            """
            {"button":{"chip":"gpiochip0","line":"GPIO5","activeLow":false,"bias":"pull-down",
              "debounceMilliseconds":0},
             "lights":{"kind":"rgb","chip":"gpiochip1","red":1,"green":"G","blue":3,
               "activeLow":true,"brightness":40,
               "palette":{"muted":"#FF8000","offline":"#000001"}}}
            """)
        #expect(complaints.isEmpty)
        #expect(settings.button.line == .name("GPIO5"))
        #expect(settings.button.bias == .pullDown)
        var lights = Settings.Lights()
        lights.kind = .rgb
        lights.chip = "gpiochip1"
        (lights.red, lights.green, lights.blue) = (.number(1), .name("G"), .number(3))
        lights.activeLow = true
        lights.brightness = 40
        lights.palette = [
            .muted: Colour(red: 255, green: 128, blue: 0),
            .offline: Colour(red: 0, green: 0, blue: 1),
        ]
        #expect(settings.lights == lights)
    }

    @Test("One bad value does not keep the others from being read")
    func others() throws {
        let (settings, complaints) = try reading(
            #"{"audio":{"volume":400,"noSpeechSeconds":9},"name":"kitchen"}"#)
        #expect(complaints.count == 1)
        #expect(settings.audio.noSpeechSeconds == 9)
        #expect(settings.name == "kitchen")
        #expect(settings.audio.volume == 70)
    }

    @Test("Every key that the design names is known")
    func keys() throws {
        let (_, complaints) = try reading(
            """
            {"name":"a","language":"en-GB","timeZone":"Europe/Berlin","board":"generic",
            "button":{"source":"gpio","chip":"c","line":"GPIO17","activeLow":false,"bias":"none",
              "device":"/dev/input/event0","mode":"toggle","debounceMilliseconds":5,
              "holdMilliseconds":400},
            "lights":{"kind":"gpio","chip":"c","line":1,"activeLow":true,"red":1,"green":2,"blue":3,
              "path":"/p","device":"/d","count":3,"brightness":5,"palette":{}},
            "audio":{"captureDevice":"a","playbackDevice":"b","volume":1,"sounds":false,"muted":true,
              "keepSpeakerOpen":true,"preRollMilliseconds":0,"postRollMilliseconds":0,
              "endOfSpeechMilliseconds":300,"noSpeechSeconds":2,"longestTurnSeconds":600},
            "speechToText":[],"languageModel":[],
            "textToSpeech":[{"provider":"openai","baseURL":"https://u","model":"m","language":"en",
              "voice":"v","speed":1,"region":"r","timeoutSeconds":3}],
            "conversation":{"systemPrompt":"p","rememberedTurns":0,"longestReplySeconds":120,
              "followUp":true},
            "history":{"keepDays":1,"keepAudio":true,
              "archive":{"endpoint":"http://nas:9000/s3","bucket":"my.turns","region":"garage",
                "prefix":"home/kitchen"}},
            "web":{"listen":"::","port":80,"tlsPort":443,"publicURL":"https://u","allowedHosts":["a"],
              "allowedOrigins":["*"]},
            "network":{"caFile":"f"}}
            """)
        #expect(complaints == [])
    }
}

struct SettingsFilesTests {
    private let folder = TemporaryFolder()

    @Test("The page's file is laid over the owner's key by key; null gives the default back")
    func overlay() throws {
        let owners = folder.file(
            "owner.json", Array(#"{"name":"a","audio":{"volume":10,"sounds":false}}"#.utf8))
        _ = folder.file(
            "settings.json", Array(#"{"name":null,"audio":{"volume":20}}"#.utf8))
        let (tree, problems) = SettingsFiles(owners: owners, stateFolder: folder.path).read()
        #expect(problems.isEmpty)
        let settings = Settings.reading(tree).settings
        #expect(settings.name == "pressel")
        #expect(settings.audio.volume == 20)
        #expect(settings.audio.sounds == false)
    }

    @Test("A file that is not JSON is named, and the other one counts")
    func broken() {
        let owners = folder.file("owner.json", Array("{\n\"name\": kitchen }".utf8))
        _ = folder.file("settings.json", Array(#"{"name":"b"}"#.utf8))
        let (tree, problems) = SettingsFiles(owners: owners, stateFolder: folder.path).read()
        #expect(problems.count == 1)
        #expect(problems[0].hasPrefix("cannot read \(owners): it is not valid JSON"))
        #expect(Settings.reading(tree).settings.name == "b")
    }

    @Test("A file that holds anything but an object is named")
    func noObject() {
        let owners = folder.file("owner.json", Array("[]".utf8))
        let (tree, problems) = SettingsFiles(owners: owners, stateFolder: folder.path).read()
        #expect(problems.count == 1 && problems[0].hasPrefix("cannot use \(owners): settings are"))
        #expect(tree == .object([:]))
    }

    @Test("Files that are not there set nothing, without complaint")
    func missing() {
        let (tree, problems) = SettingsFiles(owners: "/no/such", stateFolder: "/nor/this").read()
        #expect(tree == .object([:]))
        #expect(problems.isEmpty)
    }
}

struct SettingsOriginTests {
    private let folder = TemporaryFolder()

    @Test("A setting comes from the page's file if it stands there, else from the owner's")
    func origin() {
        let owners = folder.file("owners.json", Array(#"{"audio": {"volume": 1000}}"#.utf8))
        let files = SettingsFiles(owners: owners, stateFolder: folder.path)
        #expect(files.file(setting: "audio.volume") == owners)
        let pages = folder.file(
            "settings.json",
            Array(
                #"{"audio": {"muted": 1}, "speechToText": [{"x": 1}], "history": {}}"#.utf8))
        #expect(files.file(setting: "audio.volume") == owners)
        #expect(files.file(setting: "audio.muted") == pages)
        #expect(files.file(setting: "speechToText[0].x") == pages)
        // Missing where it is needed.
        #expect(files.file(setting: "history.archive.bucket") == pages)
        #expect(files.file(setting: "web.port") == owners)
    }
}

struct SecretsTests {
    private let folder = TemporaryFolder()

    private func secrets(_ text: String) -> Secrets {
        _ = folder.file("secrets.json", Array(text.utf8))
        return Secrets(environment: { _ in nil }, state: StateFolder(path: folder.path))
    }

    @Test("A name that is unknown is told; what may be a key in its place is not")
    func unknown() throws {
        #expect(secrets(#"{"ELEVEN_LABS_API_KEY": "x"}"#).notes.isEmpty)
        let misspelt = secrets(#"{"OPENAI_KEY": "x", "ANTHROPIC_API_KEY": "sk-2"}"#)
        #expect(misspelt[.anthropic] == "sk-2")
        let problem = try #require(misspelt.notes.first)
        #expect(problem.contains("secrets.json: OPENAI_KEY unknown and not used; known are OPENAI"))
        let swapped = try #require(secrets(#"{"sk-1234": "OPENAI_API_KEY"}"#).notes.first)
        #expect(swapped.contains("1 of its names unknown") && !swapped.contains("sk-1234"))
    }
}

struct StateFolderTests {
    private let folder = TemporaryFolder()

    @Test("The folder is where the environment says, in this order")
    func path() {
        let all = [
            "PRESSEL_STATE": "/a", "STATE_DIRECTORY": "/b:/c", "XDG_STATE_HOME": "/d", "HOME": "/e",
        ]
        #expect(StateFolder.defaultPath { all[$0] } == "/a")
        #expect(StateFolder.defaultPath { $0 == "PRESSEL_STATE" ? nil : all[$0] } == "/b")
    }

    @Test("A folder that cannot be written is named")
    func unwritable() throws {
        try StateFolder(path: folder.path + "/state").prepare()
        let file = folder.file("file", [])
        #expect {
            try StateFolder(path: file + "/state").prepare()
        } throws: {
            "\($0)" == "cannot make the state folder \(file)/state: Not a directory"
        }
    }
}
