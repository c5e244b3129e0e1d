/// A reply as it is spoken: what Markdown only shows is not, nor are emoji. Takes its clauses in
/// their order, since what begins in one may end in another.
///
/// What stands in a code block is spoken as it is written there: a reply may be nothing else.
struct SpokenText {
    private var fence: Character?
    private var inline = InlineMarkdown()

    /// - Returns: nil if there is nothing to speak.
    mutating func spoken(_ clause: String) -> String? {
        var text = ""
        for line in Pictographs.removed(from: clause).split(whereSeparator: \.isNewline) {
            let spoken = spoken(line: Substring(line))
            guard !spoken.isEmpty else { continue }
            // Where one line was, the voice pauses too.
            if let last = text.last { text += last.isLetter || last.isNumber ? ". " : " " }
            text += spoken
        }
        text = Self.withoutStrayMarks(text[...])
        return text.allSatisfy(Self.isSilent) ? nil : text
    }

    // MARK: - Lines

    private mutating func spoken(line whole: Substring) -> String {
        var line = whole.drop(while: \.isWhitespace)
        if let fence {
            let isEnd = line.hasPrefix(String(repeating: fence, count: 3))
            guard isEnd else { return Self.collapsed(line) }
            self.fence = nil
            return ""
        }
        if let mark = line.first, mark == "`" || mark == "~" {
            let rest = line.drop { $0 == mark }
            if line.count - rest.count >= 3, !rest.contains(mark) {
                fence = mark
                return ""
            }
        }
        let content = Self.withoutLineMarks(line)
        // No emphasis goes on in the next paragraph.
        if content.startIndex != line.startIndex { inline = InlineMarkdown() }
        line = content
        if let first = line.first, "-*_=".contains(first) {
            let marks = line.filter { !$0.isWhitespace }
            if marks.count >= 3, marks.allSatisfy({ $0 == first }) { return "" }
        }
        return Self.collapsed(inline.spoken(Self.cells(of: line))[...])
    }

    /// Without the marks of headings, lists and quotes. The numbers of a list are spoken.
    private static func withoutLineMarks(_ whole: Substring) -> Substring {
        var line = whole
        while line.first == ">" {
            let rest = line.dropFirst()
            if rest.first?.isNumber == true { break }
            line = rest.drop(while: \.isWhitespace)
        }
        let heading = line.prefix { $0 == "#" }
        if (1...6).contains(heading.count) {
            let rest = line[heading.endIndex...]
            if rest.first?.isWhitespace ?? true {
                line = rest.drop(while: \.isWhitespace)
                let end = line.lastIndex { $0 != "#" && !$0.isWhitespace }
                let last = end.map { line.index(after: $0) } ?? line.startIndex
                // "About C#" ends in no mark: nothing stands between.
                if line[last...].first?.isWhitespace ?? true { line = line[..<last] }
            }
        }
        while let mark = line.first, "-*+•◦▪‣·".contains(mark) {
            let rest = line.dropFirst()
            guard let next = rest.first else { return mark == "+" ? line : "" }
            guard next.isWhitespace else { break }
            let item = rest.drop(while: \.isWhitespace)
            // A rule's marks may stand apart.
            if item.first == mark { break }
            line = item
            for box in ["[ ]", "[x]", "[X]"] where line.hasPrefix(box + " ") {
                line = line.dropFirst(box.count + 1)
            }
        }
        return line
    }

    /// A table's row as a list; any other line as it is.
    private static func cells(of line: Substring) -> String {
        let end = line.last { !$0.isWhitespace }
        let isRow =
            line.first == "|" && end == "|" || line.hasPrefix("| ") || line.hasSuffix(" |")
            || line.contains(" | ")
        guard isRow else { return String(line) }
        let cells = line.split(separator: "|").map(collapsed).filter { !$0.isEmpty }
        if cells.allSatisfy({ $0.allSatisfy { $0 == "-" || $0 == ":" } }) { return "" }
        return cells.joined(separator: ", ")
    }

    private static func collapsed(_ text: Substring) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    // MARK: - Edges

    /// Without the marks before the first word that belong to the clause before it.
    private static func withoutStrayMarks(_ text: Substring) -> String {
        var rest = text
        while let mark = rest.first {
            let next = rest.dropFirst().first
            let isApart = next.map { $0.isWhitespace || $0 == mark || closing.contains($0) } ?? true
            guard mark.isWhitespace || closing.contains(mark) || isApart && apart.contains(mark)
            else { break }
            rest = rest.dropFirst()
        }
        return String(rest)
    }

    private static let closing = Set(",;:!?)]}»”’…。！？、，；：」』）】")
    private static let apart = Set(".\"'“*_—–-")

    /// Whether somebody who speaks only passes over it.
    private static func isSilent(_ character: Character) -> Bool {
        character.isWhitespace || silent.contains(character)
    }

    private static let silent = closing.union(apart).union("([{«„‘‚¿¡「『（【‹›|`~\\<>#")
}
