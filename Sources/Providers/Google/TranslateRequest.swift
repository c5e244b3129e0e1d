/// What Google Translate's page asks for when somebody clicks its loudspeaker, as gTTS 2.5.4
/// writes it (`_package_rpc` in `gtts/tts.py`): JSON in JSON, percent-encoded.
struct TranslateRequest {
    static let path = "/_/TranslateWebserverUi/data/batchexecute"
    /// The name of the remote procedure.
    static let procedure = "jQ1olc"
    static let headers = [
        (name: "Content-Type", value: "application/x-www-form-urlencoded;charset=utf-8"),
        (name: "Referer", value: "http://translate.google.com/"),
        (
            name: "User-Agent",
            value: "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko)"
                + " Chrome/47.0.2526.106 Safari/537.36"
        ),
    ]

    let body: [UInt8]

    /// - Parameters:
    ///   - text: at most `TranslateParts.longest`.
    ///   - language: as Google names it.
    init(_ text: String, language: String, isSlow: Bool) {
        let speed = isSlow ? "true" : "null"
        let call = "[\(Self.json(text)),\(Self.json(language)),\(speed),\"null\"]"
        let calls = "[[[\"\(Self.procedure)\",\(Self.json(call)),null,\"generic\"]]]"
        body = Array("f.req=".utf8) + Self.percentEncoded(calls) + Array("&".utf8)
    }

    /// A JSON string of ASCII alone, as Python writes it.
    private static func json(_ text: String) -> String {
        var json = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: json += "\\\""
            case 0x5C: json += "\\\\"
            case 0x08: json += "\\b"
            case 0x09: json += "\\t"
            case 0x0A: json += "\\n"
            case 0x0C: json += "\\f"
            case 0x0D: json += "\\r"
            case 0x20...0x7E: json.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return json + "\""
    }

    private static func percentEncoded(_ text: String) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }
}
