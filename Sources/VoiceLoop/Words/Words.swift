/// Sentences as lists of plain words, so that what recognizers write differently is the same.
enum Words {
    /// Lower case, without accents, apostrophes and punctuation. Digits stand apart from letters;
    /// a point, comma or colon between digits stays, a comma as a point: "18h30" is three words,
    /// "18:30" and "1,5" are one each. French "d'une" is two, as "de deux" is.
    static func of(_ sentence: String) -> [String] {
        var words: [String] = []
        var word = ""
        // Scalars, since telling characters apart takes ten times as long.
        let scalars = Array(sentence.lowercased().unicodeScalars)
        func finish() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        func isDigit(at index: Int) -> Bool {
            scalars.indices.contains(index) && digits.contains(scalars[index])
        }
        for (index, scalar) in scalars.enumerated() {
            let last = word.unicodeScalars.last
            switch scalar {
            case digits:
                if last.map(letters.contains) == true { finish() }
                word.unicodeScalars.append(scalar)
            case letters:
                if last.map(digits.contains) == true { finish() }
                word.unicodeScalars.append(scalar)
            case ".", ",", ":":
                if last.map(digits.contains) == true, isDigit(at: index + 1) {
                    word.unicodeScalars.append(scalar == "," ? "." : scalar)
                } else {
                    finish()
                }
            case "-", "\u{2212}":
                finish()
                let isFirst = index == 0 || scalars[index - 1] == " "
                if isFirst, isDigit(at: index + 1) { words.append("minus") }
            case "'", "\u{2019}": if word == "d" { finish() }
            // What is left of a letter whose accent stands behind it.
            case "\u{300}"..."\u{36F}": break
            case _ where !scalar.isASCII && scalar.properties.isAlphabetic:
                if last.map(digits.contains) == true { finish() }
                word += folded(scalar)
            default: finish()
            }
        }
        finish()
        return words
    }

    private static let digits: ClosedRange<Unicode.Scalar> = "0"..."9"
    private static let letters: ClosedRange<Unicode.Scalar> = "a"..."z"

    private static func folded(_ letter: Unicode.Scalar) -> String {
        switch letter {
        case "à"..."å": "a"
        case "ç": "c"
        case "è"..."ë": "e"
        case "ì"..."ï": "i"
        case "ñ": "n"
        case "ò"..."ö": "o"
        case "œ": "oe"
        case "ù"..."ü": "u"
        case "ß": "ss"
        default: String(letter)
        }
    }
}
