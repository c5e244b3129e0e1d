import FoundationEssentials
import Voice

/// A call of the procedure behind the loudspeaker, out of a form: `f.req=` and JSON in JSON.
struct TranslateCall {
    let text: String
    let language: String
    let isSlow: Bool

    private static let longest = 100
    private static let languages = Set(
        """
        af am ar bg bn bs ca cs cy da de el en es et eu fi fr fr-CA gl gu ha hi hr hu id is it iw
        ja jw km kn ko la lt lv ml mr ms my ne nl no pa pl pt pt-PT ro ru si sk sq sr su sv sw ta
        te th tl tr uk ur vi yue zh zh-CN zh-TW
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Whether there is a voice for the language.
    var isUnderstood: Bool { Self.languages.contains(language) }

    init(_ body: [UInt8]) throws(VendorError) {
        let form = String(decoding: body, as: UTF8.self)
        guard form.hasPrefix("f.req="), form.hasSuffix("&"),
            let calls = Self.decoded(form.dropFirst(6).dropLast()),
            case .array(let outer)? = Self.json(calls), outer.count == 1,
            case .array(let middle) = outer[0], middle.count == 1,
            case .array(let call) = middle[0], call.count == 4
        else { throw Self.malformed("f.req has no call") }
        guard call[0] == .string("jQ1olc"), call[2] == .null, call[3] == .string("generic"),
            case .string(let inner) = call[1], case .array(let values)? = Self.json(inner),
            values.count == 4, case .string(let text) = values[0],
            case .string(let language) = values[1], values[3] == .string("null")
        else { throw Self.malformed("the call is none of jQ1olc") }
        guard values[2] == .null || values[2] == .bool(true) else {
            throw Self.malformed("the speed is null or true")
        }
        guard 1...Self.longest ~= text.unicodeScalars.count else {
            throw Self.malformed("the text has \(text.unicodeScalars.count) characters")
        }
        self.text = text
        self.language = language
        isSlow = values[2] == .bool(true)
    }

    private static func malformed(_ why: String) -> VendorError {
        VendorError(400, "Your client has issued a malformed request: \(why).")
    }

    private static func json(_ text: String) -> JSONValue? {
        try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    /// Percent-decoded; nil for what should have been encoded and is not.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else {
                    return nil
                }
                rest = rest.dropFirst(2)
                bytes.append(value)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                bytes.append(byte)
            default: return nil
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
