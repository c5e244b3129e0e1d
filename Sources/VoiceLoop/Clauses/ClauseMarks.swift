/// What a scalar is to somebody who speaks it.
extension Unicode.Scalar {
    var isDigit: Bool { properties.numericType == .decimal }

    var isLetterOrDigit: Bool {
        if isASCII {
            return "a"..."z" ~= self || "A"..."Z" ~= self || "0"..."9" ~= self
        }
        return properties.isAlphabetic || properties.numericType != nil
    }

    /// Of a script whose letters are syllables or words, and stand without spaces.
    var isWide: Bool {
        switch value {
        case 0x3005...0x3007, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF,
            0xF900...0xFAFF, 0xFF66...0xFF9D, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    var isNewline: Bool {
        switch value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// White space at which nothing is cut.
    var isNonBreaking: Bool { self == "\u{A0}" || self == "\u{202F}" || self == "\u{2007}" }

    var isSentenceMark: Bool {
        switch self {
        case "!", "?", "\u{203D}", "。", "！", "？", "｡", "．": true
        default: false
        }
    }

    /// A mark that belongs to the one before it.
    var isFurtherMark: Bool { isSentenceMark || self == "…" || self == "—" || self == "." }

    /// Belongs to what is before it: a quote or bracket that closes, also Markdown's.
    var isClosing: Bool {
        switch self {
        case "\"", "'", "\u{201D}", "\u{2019}", "\u{201C}", "»", "›", ")", "]", "}", "*", "_", "`",
            "~", "」", "』", "）", "】", "〉", "》", "〕", "］", "｝", "｣":
            true
        default: false
        }
    }

    /// How long it takes to say, in Latin letters. Marks of Markdown are not said.
    var spokenLength: Int {
        switch self {
        case "*", "_", "`", "~", "#", "|", ">": 0
        default: isWide ? 3 : 1
        }
    }
}
