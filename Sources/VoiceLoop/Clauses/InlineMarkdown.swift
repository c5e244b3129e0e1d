/// Markdown within a line, taken out as it is meant: emphasis, code, links, images, tags. What is
/// no mark, as the stars of "2 * 3" and "5* hotel", stays.
struct InlineMarkdown {
    /// How many stars began an emphasis that has not ended, in this clause or an earlier one.
    private var open: Set<Int> = []
    private var line: [Character] = []
    private var spoken = ""

    mutating func spoken(_ text: String) -> String {
        guard text.contains(where: Self.mayMark) else { return text }
        line = Array(text)
        spoken = ""
        let brackets = Brackets(line)
        /// Where a link's text ends, what follows it is passed over.
        var targets: [Int: Int] = [:]
        var index = 0
        while index < line.count {
            if let end = targets[index] {
                index = end
                continue
            }
            switch line[index] {
            case "\\" where character(at: index + 1).map(Self.marks.contains) == true:
                spoken.append(line[index + 1])
                index += 2
            case "`": index = takeCode(at: index)
            case "*": index = takeStars(at: index)
            case "_": index = takeUnderscores(at: index)
            case "~" where character(at: index + 1) == "~": index = endOfRun(at: index)
            case "!" where character(at: index + 1) == "[" && brackets.target(at: index + 1) != nil:
                index += 1
            case "[":
                if character(at: index + 1) == "^", let end = brackets.end(of: index) {
                    index = end + 1
                } else if let target = brackets.target(at: index) {
                    targets[target.lowerBound] = target.upperBound
                    index += 1
                } else {
                    // One that nothing closes was cut from the rest of its link.
                    if brackets.end(of: index) != nil || isWord(at: index - 1) {
                        spoken.append("[")
                    }
                    index += 1
                }
            case "]" where !brackets.isMatched(index):
                index += 1
                if character(at: index) == "(" {
                    index = brackets.end(of: index).map { $0 + 1 } ?? endOfWord(at: index)
                }
            case "<": index = takeTag(at: index)
            case "h", "H", "w", "W": index = takeAddress(at: index)
            default:
                spoken.append(line[index])
                index += 1
            }
        }
        return spoken
    }

    // MARK: - The line

    private static let marks = Set("\\`*_#[](){}<>~|-+.!")
    private static func mayMark(_ character: Character) -> Bool {
        switch character {
        case "\\", "`", "*", "_", "~", "[", "]", "<", "/", ".": true
        default: false
        }
    }

    private func character(at index: Int) -> Character? {
        line.indices.contains(index) ? line[index] : nil
    }

    private func isSpace(at index: Int) -> Bool { character(at: index)?.isWhitespace ?? true }
    private func isNumber(at index: Int) -> Bool { character(at: index)?.isNumber ?? false }
    private func isWord(at index: Int) -> Bool {
        character(at: index).map { $0.isLetter || $0.isNumber } ?? false
    }

    private func endOfRun(at index: Int) -> Int {
        var end = index
        while character(at: end) == line[index] { end += 1 }
        return end
    }

    private func endOfWord(at index: Int) -> Int {
        var end = index
        while !isSpace(at: end) { end += 1 }
        return end
    }

    // MARK: - Marks

    /// Code is spoken as it is written.
    private mutating func takeCode(at start: Int) -> Int {
        let code = endOfRun(at: start)
        var end = code
        while end < line.count {
            let next = line[end] == "`" ? endOfRun(at: end) : end + 1
            if line[end] == "`", next - end == code - start {
                spoken += String(line[code..<end])
                return next
            }
            end = next
        }
        return code
    }

    private mutating func takeStars(at start: Int) -> Int {
        let end = endOfRun(at: start)
        if isStar(start..<end) { spoken += String(line[start..<end]) }
        return end
    }

    /// Whether the stars are meant, and no emphasis.
    private mutating func isStar(_ run: Range<Int>) -> Bool {
        let (before, after) = (run.lowerBound - 1, run.upperBound)
        let isSpaced = (isSpace(at: before), isSpace(at: after))
        // At an edge they are what was cut from their emphasis.
        if isSpaced == (true, true) { return before >= 0 && after < line.count }
        if !isSpaced.0, open.remove(run.count) != nil { return false }
        switch isSpaced {
        case (true, _):
            guard run.count > 1 || line[after] != "." && line[after] != "/" else { return true }
            open.insert(run.count)
            return false
        case (false, true): return run.count == 1 && isNumber(at: before)
        case (false, false):
            let isFactor = (
                isNumber(at: before) || line[before] == ")",
                isNumber(at: after) || line[after] == "("
            )
            if isFactor.0 && (isFactor.1 || isWord(at: after)) { return true }
            if isFactor.1 && isWord(at: before) { return true }
            guard isWord(at: before), isWord(at: after) else {
                if !isWord(at: before) { open.insert(run.count) }
                return false
            }
            guard isClosed(run) else { return run.count == 1 }
            open.insert(run.count)
            return false
        }
    }

    /// Whether an emphasis that begins amid a word ends in the same line.
    private func isClosed(_ run: Range<Int>) -> Bool {
        let stars = String(repeating: "*", count: run.count)
        let rest = line[run.upperBound...].prefix(Self.longestEmphasis)
        return rest.split(whereSeparator: { $0 != "*" }).contains { String($0) == stars }
    }

    private static let longestEmphasis = 200

    /// An underscore amid a word is part of a name.
    private mutating func takeUnderscores(at start: Int) -> Int {
        let end = endOfRun(at: start)
        if isWord(at: start - 1), isWord(at: end) { spoken += String(line[start..<end]) }
        return end
    }

    // MARK: - Tags and addresses

    private static let tags: Set<String> = [
        "a", "b", "br", "center", "code", "del", "details", "div", "em", "font", "h1", "h2", "h3",
        "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "s", "small",
        "span", "strong", "sub", "summary", "sup", "table", "td", "th", "tr", "u", "ul",
    ]

    private mutating func takeTag(at start: Int) -> Int {
        let isEnd = character(at: start + 1) == "/"
        let name = line[(start + (isEnd ? 2 : 1))...].prefix {
            $0.isASCII && $0.isLetter || $0.isNumber
        }
        let known = Self.tags.contains(String(name).lowercased())
        if known, let end = line[start...].prefix(1000).firstIndex(of: ">") {
            if let last = spoken.last, !last.isWhitespace { spoken += isEnd ? "" : " " }
            return end + 1
        }
        // "<https://a.b>"
        let next = takeAddress(at: start + 1, replacing: true)
        if next > start + 1 { return character(at: next) == ">" ? next + 1 : next }
        spoken.append("<")
        return start + 1
    }

    private static let longestAddress = 2000

    /// An address is spoken as the name of its host. Takes the character at `start` in any case,
    /// unless it only replaces.
    private mutating func takeAddress(at start: Int, replacing: Bool = false) -> Int {
        func take() -> Int {
            guard !replacing else { return start }
            spoken.append(line[start])
            return start + 1
        }
        // Chinese has no space before it.
        let isInside = isWord(at: start - 1) && line[start - 1].isASCII
        guard !isInside else { return take() }
        let lead = String(line[start...].prefix(8)).lowercased()
        guard let scheme = ["https://", "http://", "www."].first(where: lead.hasPrefix) else {
            return take()
        }
        let host = start + scheme.count
        var end = host
        while end - host < Self.longestAddress, let next = character(at: end), !next.isWhitespace,
            !"<>\"`|”»".contains(next),
            next.unicodeScalars.allSatisfy({ !$0.isWide && !("\u{3000}"..."\u{303F}" ~= $0) })
        {
            end += 1
        }
        let opening = line[host..<end].contains("(")
        while end > host,
            ".,;:!?*_'’…".contains(line[end - 1]) || !opening && ")]".contains(line[end - 1])
        {
            end -= 1
        }
        guard end > host else { return take() }
        var name = line[host..<end].prefix { !"/?#".contains($0) }
        if let user = name.lastIndex(of: "@") { name = name[(user + 1)...] }
        if name.first == "[", let close = name.firstIndex(of: "]") {
            name = name[(name.startIndex + 1)..<close]
        } else {
            name = name.prefix { $0 != ":" }
        }
        if String(name.prefix(4)).lowercased() == "www." { name = name.dropFirst(4) }
        spoken += String(name)
        return end
    }
}

/// Which bracket closes which in a line.
private struct Brackets {
    private let line: [Character]
    private var ends: [Int: Int] = [:]
    private var matched: Set<Int> = []

    init(_ line: [Character]) {
        self.line = line
        var square: [Int] = []
        var round: [Int] = []
        for (index, character) in line.enumerated() {
            switch character {
            case "[": square.append(index)
            case "(": round.append(index)
            case "]": match(square.popLast(), index)
            case ")": match(round.popLast(), index)
            default: break
            }
        }
    }

    private mutating func match(_ start: Int?, _ end: Int) {
        guard let start else { return }
        ends[start] = end
        matched.insert(end)
    }

    func end(of start: Int) -> Int? { ends[start] }
    func isMatched(_ end: Int) -> Bool { matched.contains(end) }

    /// From the end of a link's text to the end of what it leads to; nil if no link begins here.
    func target(at start: Int) -> Range<Int>? {
        guard let end = ends[start], end + 1 < line.count else { return nil }
        let opener = line[end + 1]
        guard opener == "(" || opener == "[", let last = ends[end + 1] else { return nil }
        if opener == "[", start > 0, line[start - 1].isLetter || line[start - 1].isNumber {
            return nil
        }
        return end..<last + 1
    }
}
