import TestSupport
import Testing
import Voice

@testable import Store

/// Settings as others read them: their values, their description, and who set them.
struct SettingsTreeTests {
    private func json(_ text: String) throws -> JSONValue {
        try SettingsFiles.parse(Array(text.utf8))
    }

    static let texts = [
        "{}",
        #"{"button":{"source":"input","device":"/dev/input/event0","line":"GPIO17"}}"#,
        ##"{"lights":{"kind":"rgb","red":1,"green":2,"blue":"B","palette":{"failed":"#0a0B0c"}}}"##,
        #"""
        {"speechToText":[{"provider":"openai","baseURL":"http://127.0.0.1:9","upload":"whole"}],
         "textToSpeech":[{"provider":"azure","speed":1.5,"timeoutSeconds":2.5,"sampleRate":16000}],
         "languageModel":[{"provider":"openai","maxTokensField":"max_tokens","tools":false}]}
        """#,
        #"{"history":{"archive":{"bucket":"turns","prefix":"a/b"},"keepAudio":true}}"#,
        #"{"web":{"allowedHosts":["a.example"],"publicURL":"https://a.example"}}"#,
        #"{"conversation":{"systemPrompt":"Be \"brief\".\n"},"network":{"caFile":"/ca.pem"}}"#,
    ]

    @Test("What settings give is what makes them again", arguments: texts)
    func round(text: String) throws {
        let (settings, complaints) = Settings.reading(try json(text))
        #expect(complaints.isEmpty)
        let again = Settings.reading(settings.tree)
        #expect(again.complaints.isEmpty)
        #expect(again.settings == settings)
        #expect(settings.tree.difference(from: again.settings.tree).isEmpty)
    }

    private func keys(_ schema: JSONValue?, _ path: String = "") -> [String] {
        guard case .object(let schema)? = schema, case .object(let keys)? = schema["properties"]
        else { return [path] }
        return keys.flatMap { self.keys($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") }
    }

    @Test("Every key has a description, and every description a key")
    func described() throws {
        let (settings, _) = Settings.reading(
            try json(#"{"history":{"archive":{"bucket":"turns"}},"speechToText":[]}"#))
        let palette = "lights.palette"
        let described = Set(keys(Settings.schema).filter { !$0.hasPrefix(palette) })
        #expect(described == Set(settings.tree.paths.filter { !$0.hasPrefix(palette) }))
        #expect(keys(Settings.schema).contains("lights.palette.listening"))

        guard case .object(let schema) = Settings.schema,
            case .object(let properties)? = schema["properties"],
            case .object(let chain)? = properties["textToSpeech"],
            case .object(let link)? = chain["items"]
        else { return #expect(Bool(false)) }
        let (linked, _) = Settings.reading(try json(#"{"textToSpeech":[{"provider":"azure"}]}"#))
        guard case .array(let links)? = linked.tree["textToSpeech"] else {
            return #expect(Bool(false))
        }
        #expect(Set(keys(.object(link))) == Set(links[0].paths))
        #expect(link["required"] == .array([.string("provider")]))
    }

    @Test("A description has the defaults, and none for what has none")
    func defaults() throws {
        func defaults(_ schema: JSONValue?, _ path: String = "") -> [String: JSONValue] {
            guard case .object(let schema)? = schema else { return [:] }
            guard case .object(let keys)? = schema["properties"] else {
                return schema["default"].map { [path: $0] } ?? [:]
            }
            return keys.reduce(into: [:]) { all, key in
                let below = path.isEmpty ? key.key : "\(path).\(key.key)"
                all.merge(defaults(key.value, below)) { $1 }
            }
        }
        let tree = Settings().tree
        let all = defaults(Settings.schema)
        #expect(Set(all.keys) == Set(tree.paths.filter { tree[$0] != .null }))
        for (path, value) in all { #expect(tree[path] == value, "\(path)") }
    }

    @Test("A description says what is allowed")
    func limits() throws {
        guard case .object(let schema) = Settings.schema,
            case .object(let properties)? = schema["properties"],
            case .object(let audio)? = properties["audio"],
            case .object(let keys)? = audio["properties"],
            case .object(let button)? = properties["button"],
            case .object(let buttonKeys)? = button["properties"]
        else { return #expect(Bool(false)) }
        let numberOrNull = JSONValue.array([.string("integer"), .string("null")])
        #expect(
            keys["volume"]
                == .object([
                    "type": numberOrNull, "minimum": .number(0), "maximum": .number(100),
                    "description": .string("a whole number in 0...100"), "default": .number(70),
                ]))
        #expect(audio["additionalProperties"] == .object(["type": .string("null")]))
        #expect(
            buttonKeys["mode"]
                == .object([
                    "type": .array([.string("string"), .string("null")]),
                    "enum": .array([.string("auto"), .string("toggle"), .null]),
                    "description": .string("one of \"auto\", \"toggle\""),
                    "default": .string("auto"),
                ]))
    }

    @Test("Who set a key is known, and what the page hides of the owner's is not the owner's")
    func owners() throws {
        let folder = TemporaryFolder()
        _ = folder.file(
            "settings.json", Array(#"{"audio":{"volume":5},"name":null,"history":null}"#.utf8))
        let owners = folder.file(
            "owner.json",
            Array(
                #"{"audio":{"volume":9,"muted":true},"name":"a","history":{"keepDays":3}, }"#.utf8))
        let files = SettingsFiles(owners: owners, stateFolder: folder.path)
        let (owner, page) = files.whoSets()
        #expect(owner == ["audio.muted"])
        #expect(page == ["audio.volume", "history", "name"])
    }

    @Test("Two documents differ where a value does")
    func difference() throws {
        let one = try json(#"{"a":{"b":1,"c":[1,2]},"d":null,"e":2}"#)
        let other = try json(#"{"a":{"b":1,"c":[2,1]},"d":{"f":1},"e":2}"#)
        #expect(one.difference(from: other) == ["a.c", "d", "d.f"])
        #expect(one.difference(from: one).isEmpty)
    }
}
