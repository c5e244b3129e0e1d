/// A text as Speech Synthesis Markup Language (W3C, 1.0), as much of it as Azure needs to know who
/// says it and how fast.
struct SSML {
    let document: String

    /// - Parameters:
    ///   - language: of the document, with a country.
    ///   - voice: its short name.
    ///   - rate: a factor on the voice's usual one; Azure takes 0.5...2.
    init(_ text: String, language: String, voice: String, rate: Double) {
        var spoken = Self.escaped(text)
        let percent = Int(((min(2, max(0.5, rate)) - 1) * 100).rounded())
        if percent != 0 {
            spoken = "<prosody rate='\(percent > 0 ? "+" : "")\(percent)%'>\(spoken)</prosody>"
        }
        document =
            "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis'"
            + " xml:lang='\(Self.escaped(language))'>"
            + "<voice name='\(Self.escaped(voice))'>\(spoken)</voice></speak>"
    }

    /// As it can stand between tags, or in an attribute. What XML 1.0 does not allow is left out,
    /// and so are other control characters; line breaks and tabs become spaces.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            case "\t", "\n", "\r": escaped += " "
            case _ where scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value: continue
            // No characters at all: the last two of each plane, and 32 more.
            case _ where scalar.value & 0xFFFE == 0xFFFE: continue
            case _ where 0xFDD0...0xFDEF ~= scalar.value: continue
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
