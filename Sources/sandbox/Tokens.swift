/// A text in the pieces that a language model makes it of: words with the space before them, and
/// punctuation.
func tokens(of text: String) -> [String] {
    var tokens: [String] = []
    var token = ""
    for character in text {
        let isWord = character.isLetter || character.isNumber || character == "'"
        // A space begins a token; a mark is one, with the space before it.
        let isAfterSpace = token.last?.isWhitespace ?? false
        if character.isWhitespace || !isWord && !isAfterSpace {
            if !token.isEmpty { tokens.append(token) }
            token = ""
        }
        token.append(character)
        if !isWord, !character.isWhitespace {
            tokens.append(token)
            token = ""
        }
    }
    if !token.isEmpty { tokens.append(token) }
    return tokens
}
