/// SSML as Azure wants it: `speak` around `voice` around text, which may lie in `prosody`, `p` and
/// `s` and have a `break` between words. Anything else is refused.
struct SpeechMarkup {
    /// What is to be spoken.
    private(set) var text = ""
    private(set) var voice = ""
    /// 0.5...2; the last one that was set.
    private(set) var rate = 1.0

    private static let synthesis = "http://www.w3.org/2001/10/synthesis"
    private static let namespaces = [
        "xmlns": synthesis, "xmlns:mstts": "https://www.w3.org/2001/mstts",
        "xmlns:emo": "http://www.w3.org/2009/10/emotionml",
    ]
    private static let longest = 64 * 1024

    init(_ body: [UInt8]) throws(VendorError) {
        guard body.count <= Self.longest else {
            throw Self.wrong("it has more than \(Self.longest) bytes")
        }
        guard let document = String(validating: body, as: UTF8.self) else {
            throw Self.wrong("it is no UTF-8")
        }
        let root: Markup
        do {
            root = try Markup.reading(document)
        } catch {
            throw Self.wrong(error.description)
        }
        guard root.name == "speak" else { throw Self.wrong("it begins with \(root.name)") }
        guard root.attributes["version"] == "1.0" else { throw Self.wrong("speak has no version") }
        guard root.attributes["xml:lang"]?.contains("-") ?? false else {
            throw Self.wrong("speak has no xml:lang with a country")
        }
        for (name, value) in root.attributes where !["version", "xml:lang"].contains(name) {
            guard Self.namespaces[name] == value else {
                throw Self.wrong("speak has \(name)=\"\(value)\"")
            }
        }
        var voices = 0
        for part in root.content {
            switch part {
            case .text(let text):
                guard text.allSatisfy(\.isWhitespace) else {
                    throw Self.wrong("\"\(text.prefix(20))\" stands outside of a voice")
                }
            case .element(let element):
                guard element.name == "voice", element.attributes.count == 1,
                    let name = element.attributes["name"],
                    AzureVoice.all.contains(where: { $0.name == name })
                else { throw Self.wrong("speak holds voices, each with the name of one") }
                voice = name
                voices += 1
                try take(element.content)
            }
        }
        guard voices > 0 else { throw Self.wrong("there is no voice in it") }
    }

    private mutating func take(_ content: [Markup.Part]) throws(VendorError) {
        for part in content {
            switch part {
            case .text(let text): self.text += text
            case .element(let element):
                switch element.name {
                case "prosody":
                    for (name, value) in element.attributes { try set(name, value) }
                case "p", "s", "break": break
                default: throw Self.wrong("\(element.name) is unknown")
                }
                try take(element.content)
            }
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(VendorError) {
        guard name == "rate" else {
            guard ["pitch", "volume", "contour", "range"].contains(name) else {
                throw Self.wrong("prosody has no \(name)")
            }
            return
        }
        let words = ["x-slow": 0.5, "slow": 0.64, "medium": 1, "fast": 1.55, "x-fast": 2]
        if let factor = words[value] ?? Double(value) {
            rate = factor
        } else if value.hasSuffix("%"), let percent = Double(value.dropLast()),
            value.first == "+" || value.first == "-"
        {
            rate = 1 + percent / 100
        } else {
            throw Self.wrong("the rate is \"\(value)\"")
        }
        guard 0.5...2 ~= rate else { throw Self.wrong("the rate is \(rate), not 0.5 to 2") }
    }

    private static func wrong(_ why: String) -> VendorError {
        Azure.error(400, "The SSML is wrong: \(why).", code: "InvalidSsml")
    }
}
