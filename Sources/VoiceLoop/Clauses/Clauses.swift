/// Cuts a reply into what is spoken at a time, as its text arrives: whole sentences.
struct Clauses {
    private var text = ""

    /// - Returns: the sentences that `piece` completes.
    mutating func append(_ piece: String) -> [String] {
        text += piece
        var sentences: [String] = []
        while let end = firstEnd() {
            sentences.append(trimmed(text[..<end]))
            text.removeSubrange(..<end)
        }
        return sentences.filter { !$0.isEmpty }
    }

    /// - Returns: what is left when the text has ended, nil if nothing is.
    mutating func finish() -> String? {
        let rest = trimmed(text[...])
        text = ""
        return rest.isEmpty ? nil : rest
    }

    /// Behind a full stop, question or exclamation mark that white space follows: a mark inside
    /// a number or a name has none after it.
    private func firstEnd() -> String.Index? {
        var previous: Character = " "
        for index in text.indices {
            if text[index].isWhitespace, ".?!".contains(previous) { return index }
            previous = text[index]
        }
        return nil
    }

    private func trimmed(_ part: Substring) -> String {
        let start = part.drop(while: \.isWhitespace)
        let count = start.reversed().prefix(while: \.isWhitespace).count
        return String(start.dropLast(count))
    }
}
