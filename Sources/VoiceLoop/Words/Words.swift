/// Sentences as lists of plain words, so that what recognizers write differently is the same.
enum Words {
    /// Lower case, without accents, apostrophes and punctuation. Digits stand apart from letters;
    /// a point, comma or colon between digits stays, a comma as a point: "18h30" is three words,
    /// "18:30" and "1,5" are one each. French "d'une" is two, as "de deux" is.
    static func of(_ sentence: String) -> [String] {
        var words: [String] = []
        var word = ""
        let characters = Array(sentence.lowercased())
        func finish() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        for (index, character) in characters.enumerated() {
            let isDigit = character.isASCII && character.isNumber
            if isDigit || character.isLetter {
                let before = word.last.map { $0.isLetter }
                if before == isDigit { finish() }
                word += isDigit ? String(character) : folded(character)
            } else if ".,:".contains(character), word.last?.isNumber == true,
                index + 1 < characters.count, characters[index + 1].isNumber
            {
                word.append(character == "," ? "." : character)
            } else if character == "-" || character == "−",
                index == 0 || characters[index - 1].isWhitespace,
                index + 1 < characters.count, characters[index + 1].isNumber
            {
                finish()
                words.append("minus")
            } else if character != "'" && character != "’" || word == "d" {
                finish()
            }
        }
        finish()
        return words
    }

    private static func folded(_ letter: Character) -> String {
        switch letter {
        case "à", "á", "â", "ã", "ä": "a"
        case "ç": "c"
        case "è", "é", "ê", "ë": "e"
        case "ì", "í", "î", "ï": "i"
        case "ñ": "n"
        case "ò", "ó", "ô", "õ", "ö": "o"
        case "œ": "oe"
        case "ù", "ú", "û", "ü": "u"
        case "ß": "ss"
        default: String(letter)
        }
    }
}
