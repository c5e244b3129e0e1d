/// A text in parts that Google Translate takes. It takes a hundred characters at a time; where a
/// longer text is cut, and what is left out there, is what gTTS 2.5.4 does, byte for byte
/// (`gtts/tokenizer` and `_tokenize` in `gtts/tts.py`), since it is known to sound right. A
/// character is a Unicode scalar here, as it is in Python.
enum TranslateParts {
    /// Of one part.
    static let longest = 100

    /// None where there is nothing to say: punctuation alone.
    static func parts(of text: String) -> [String] {
        let prepared = prepared(strip(Array(text.unicodeScalars)[...]))
        guard prepared.count > longest else { return clean([prepared[...]]).map(string) }
        return clean(split(prepared)).flatMap(cut).filter { !$0.isEmpty }.map(string)
    }

    private typealias Scalars = ArraySlice<Unicode.Scalar>

    /// Behind them the voice falls or rises, so they stay.
    private static let toneMarks: Set<Unicode.Scalar> = ["?", "!", "？", "！"]
    /// Where there is a pause by itself; they are left out.
    private static let otherMarks: Set<Unicode.Scalar> = [
        "¡", "(", ")", "[", "]", "¿", "…", "‥", "،", ";", "—", "。", "，", "、", "：", "\n",
    ]
    private static let silent = toneMarks.union(otherMarks).union([
        ".", ",", ":", " ", "\t", "\r", "\u{B}", "\u{C}",
    ])
    /// Their full stop ends no sentence.
    private static let abbreviations = [
        "dr", "jr", "mr", "mrs", "ms", "msgr", "prof", "sr", "st",
    ].map { Array($0.unicodeScalars) }

    private static func string(_ scalars: Scalars) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    // MARK: - Before

    private static func prepared(_ text: Scalars) -> [Unicode.Scalar] {
        // A space after each, or two in a row would not be told apart.
        var text = text.flatMap { scalar -> [Unicode.Scalar] in
            toneMarks.contains(scalar) ? [scalar, " "] : [scalar]
        }
        text = replacing(Array("-\n".unicodeScalars), with: [], in: text)
        for abbreviation in abbreviations {
            let full = abbreviation + ["."]
            text = replacing(full, with: nil, in: text)
        }
        return replacing(
            Array("esq.".unicodeScalars), with: Array("Esquire".unicodeScalars), in: text)
    }

    /// - Parameters:
    ///   - pattern: in lower case; what is found may have any.
    ///   - replacement: nil leaves out the last character of what is found.
    private static func replacing(
        _ pattern: [Unicode.Scalar], with replacement: [Unicode.Scalar]?,
        in text: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            let rest = text[index...].prefix(pattern.count)
            guard rest.count == pattern.count, zip(rest, pattern).allSatisfy({ isSame($0, $1) })
            else {
                result.append(text[index])
                index += 1
                continue
            }
            result += replacement ?? Array(rest.dropLast())
            index += pattern.count
        }
        return result
    }

    /// Without regard to case as Python has none: the long s is one.
    private static func isSame(_ scalar: Unicode.Scalar, _ lower: Unicode.Scalar) -> Bool {
        if scalar == lower || scalar == "\u{17F}" && lower == "s" { return true }
        return ("A"..."Z").contains(scalar) && scalar.value + 32 == lower.value
    }

    // MARK: - Cuts

    private static func split(_ text: [Unicode.Scalar]) -> [Scalars] {
        var parts: [Scalars] = []
        var start = 0
        var index = 0
        while index < text.count {
            let length = lengthOfCut(text, index)
            if length > 0 {
                parts.append(text[start..<index])
                start = index + length
            }
            index += max(1, length)
        }
        return parts + [text[start...]]
    }

    /// How many characters a cut at `index` takes away; 0 where there is none.
    private static func lengthOfCut(_ text: [Unicode.Scalar], _ index: Int) -> Int {
        let before = index > 0 ? text[index - 1] : nil
        if let before, toneMarks.contains(before), text[index] != "\n" { return 1 }
        switch text[index] {
        case ".", ",":
            guard index + 1 < text.count, text[index + 1] == " " else { return 0 }
            // "e.g. ", "U.S.A. " and the like.
            let isDotted = index > 1 && text[index - 2] == "." && before.map(isLetter) == true
            return isDotted ? 0 : 2
        // A time of day has no pause.
        case ":": return before?.properties.generalCategory == .decimalNumber ? 0 : 1
        case let mark: return otherMarks.contains(mark) ? 1 : 0
        }
    }

    /// A to Z, and the four others that Python takes for them where it disregards case.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            || [0x130, 0x131, 0x17F, 0x212A].contains(scalar.value)
    }

    /// Without the parts in which nothing is said, and without space around the others.
    private static func clean(_ parts: [Scalars]) -> [Scalars] {
        parts.filter { !$0.allSatisfy(silent.contains) }.map(strip).filter { !$0.isEmpty }
    }

    private static func strip(_ text: Scalars) -> Scalars {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || 0x1C...0x1F ~= scalar.value
        }
        let rest = text.drop(while: isSpace)
        guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return [] }
        return rest[...last]
    }

    /// At the last space that leaves no more than `longest`, or there where there is none.
    private static func cut(_ part: Scalars) -> [Scalars] {
        var parts: [Scalars] = []
        var rest = part.first == " " ? part.dropFirst() : part
        while rest.count > longest {
            let first = rest.prefix(longest)
            let end = first.lastIndex(of: " ") ?? first.endIndex
            parts.append(rest[..<end])
            rest = rest[end...]
            if rest.first == " " { rest = rest.dropFirst() }
        }
        return parts + [rest]
    }
}
