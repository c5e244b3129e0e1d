/// Cuts a reply into what is spoken at a time, as its text arrives in pieces of any size: the first
/// clause as soon as it is worth speaking, whole sentences after it.
///
/// It goes scalar by scalar, so that the cuts are those of the whole text however it came, and a
/// cut is made with the scalar that makes it certain. Only white space is lost at a cut. What is
/// kept is bounded, whatever comes.
struct Clauses {
    private let rules: ClauseRules
    /// The clause that is not complete yet. White space neither begins it nor is in it twice.
    private var text: [Unicode.Scalar] = []
    /// How long that takes to say, in Latin letters.
    private var length = 0
    private var hasWords = false
    private var isFirst = true
    private var beginsLine = true
    private var word = Word()
    private var waiting: Waiting?

    /// What a mark ends.
    enum Strength { case sentence, clause }

    /// What white space follows.
    enum Ending: Equatable {
        case mark(Strength)
        /// A mark, unless a number comes next: "No. 5", "3 - 2".
        case markUnlessNumber(Strength)
        /// A word behind which nobody pauses: an abbreviation, a number.
        case held
        case word
    }

    /// A mark that may not be the whole of it.
    private enum Waiting {
        /// Closing quotes and more marks belong to it.
        case forMore(Strength)
        case forNumber(Strength)
    }

    /// What the word in hand is known to be.
    private struct Word {
        var isAddress = false
        var hasInnerDot = false
    }

    /// - Parameter language: of the reply, BCP 47.
    init(language: String = "en") { rules = ClauseRules(language: language) }

    /// From which length on something less than a sentence is cut, in Latin letters.
    private var limits: (mark: Int, space: Int) { isFirst ? (12, 80) : (200, 250) }
    /// Longer is nothing, whatever it is cut through.
    private static let hardLimit = 600

    /// - Returns: the clauses that `piece` completes.
    mutating func append(_ piece: String) -> [String] {
        var found: [String] = []
        for scalar in piece.unicodeScalars { take(scalar, &found) }
        return found
    }

    /// Ends the reply; what is appended next begins another.
    ///
    /// - Returns: what is left of it, nil if nothing is.
    mutating func finish() -> String? {
        var found: [String] = []
        cut(&found)
        isFirst = true
        beginsLine = true
        return found.first
    }

    private mutating func take(_ scalar: Unicode.Scalar, _ found: inout [String]) {
        settle(before: scalar, &found)
        if scalar.properties.isWhitespace {
            space(scalar, &found)
        } else {
            add(scalar, &found)
        }
        if max(length, text.count) >= Self.hardLimit { cutAnywhere(&found) }
    }

    // MARK: - Marks

    /// Decides about the mark that waited for `next`.
    private mutating func settle(before next: Unicode.Scalar, _ found: inout [String]) {
        guard let waiting else { return }
        let strength: Strength
        let isInside: Bool
        switch waiting {
        case .forMore(let mark):
            if next.isClosing || next.isFurtherMark { return }
            strength = mark
            // White space decides by the whole word.
            isInside =
                next.properties.isWhitespace
                || word.hasInnerDot && next.isASCII && next.isLetterOrDigit
        case .forNumber(let mark):
            if next.properties.isWhitespace { return }
            strength = mark
            isInside = next.isDigit
        }
        self.waiting = nil
        if !isInside, ends(strength) { cut(&found) }
    }

    /// Takes what is no white space. A mark that is certain to end what it should cuts at once,
    /// though a closing quote may follow: the first clause waits for nothing.
    private mutating func add(_ scalar: Unicode.Scalar, _ found: inout [String]) {
        let previous = text.last
        if scalar == "/" {
            let isScheme = previous == "/" && text.dropLast().last == ":"
            if word.hasInnerDot || isScheme { word.isAddress = true }
        } else if previous == ".", scalar.isLetterOrDigit, !scalar.isWide {
            word.hasInnerDot = true
        }
        text.append(scalar)
        length += scalar.spokenLength
        hasWords = hasWords || scalar.isLetterOrDigit

        switch scalar {
        case "!", "?", "\u{203D}":
            guard !word.isAddress, previous != " " || rules.marksStandApart else { return }
            if isFirst, !word.hasInnerDot, ends(.sentence) {
                cut(&found)
            } else {
                waiting = .forMore(.sentence)
            }
        case "。", "！", "？", "｡":
            if isFirst, ends(.sentence) { cut(&found) } else { waiting = .forMore(.sentence) }
        case "．": waiting = .forNumber(.sentence)
        case ",", ";":
            let isPlain = previous?.properties.isAlphabetic == true && !word.isAddress
            if isPlain, !word.hasInnerDot, ends(.clause) { cut(&found) }
        case "、", "，", "；", "：":
            if previous?.isDigit == true {
                waiting = .forNumber(.clause)
            } else if ends(.clause) {
                cut(&found)
            }
        case "—": waiting = previous?.isDigit == true ? .forNumber(.clause) : .forMore(.clause)
        case "…": waiting = .forMore(.clause)
        default: break
        }
    }

    private func ends(_ strength: Strength) -> Bool {
        hasWords && (strength == .sentence || length >= limits.mark)
    }

    // MARK: - White space

    private mutating func space(_ scalar: Unicode.Scalar, _ found: inout [String]) {
        if scalar.isNewline {
            cut(&found)
            beginsLine = true
            return
        }
        guard let last = text.last, !last.properties.isWhitespace else { return }
        word = Word()
        if !scalar.isNonBreaking {
            let ending = ending()
            switch ending {
            case .mark(let strength): if ends(strength) { return cut(&found) }
            case .markUnlessNumber(let strength): waiting = .forNumber(strength)
            case .held, .word: break
            }
            let mayPause = ending != .held && waiting == nil
            if mayPause, hasWords, length >= limits.space { return cut(&found) }
        }
        text.append(scalar.isNonBreaking ? scalar : " ")
        length += 1
    }

    /// What the clause in hand ends in.
    private func ending() -> Ending {
        var end = text.count
        while end > 0, text[end - 1].isClosing || text[end - 1].isNonBreaking { end -= 1 }
        guard end > 0 else { return .word }
        let isAlone = end == 1 || text[end - 2].properties.isWhitespace
        switch text[end - 1] {
        case ".": return stop(at: end - 1)
        case "…", ",", ";", ":", "、", "，", "；", "：": return .mark(.clause)
        case "-" where isAlone: return .markUnlessNumber(.clause)
        case "–", "—": return isAlone ? .markUnlessNumber(.clause) : .mark(.clause)
        case let last where last.isSentenceMark: return .mark(.sentence)
        case let last where last.isDigit: return .held
        default: return .word
        }
    }

    /// What the full stop at `index` is.
    private func stop(at index: Int) -> Ending {
        if index > 0, text[index - 1] == "." || text[index - 1] == "…" { return .mark(.clause) }
        var start = index
        while start > 0, !text[start - 1].properties.isWhitespace { start -= 1 }
        let word = text[start..<index].drop { !$0.isLetterOrDigit }
        return rules.ending(ofStopBehind: word, beginsLine: beginsLine && start == 0)
    }

    // MARK: - Cutting

    private mutating func cut(_ found: inout [String]) { cut(at: text.count, &found) }

    /// Gives what is before `end` and forgets the rest.
    private mutating func cut(at end: Int, _ found: inout [String]) {
        var clause = text[..<end]
        while clause.last?.properties.isWhitespace == true { clause.removeLast() }
        if !clause.isEmpty { found.append(String(scalars: clause)) }
        if hasWords { isFirst = false }
        text.removeAll(keepingCapacity: true)
        length = 0
        hasWords = false
        beginsLine = false
        word = Word()
        waiting = nil
    }

    /// Cuts at the last white space, or, where there is none, between two characters.
    private mutating func cutAnywhere(_ found: inout [String]) {
        var end = text.lastIndex { $0.properties.isWhitespace && !$0.isNonBreaking } ?? 0
        if end == 0 {
            // More may belong to the last character, unless it is endless itself.
            let last = String(scalars: text[...]).last?.unicodeScalars.count ?? 0
            end = last < text.count ? text.count - last : text.count
        }
        let rest = Array(text[end...])
        cut(at: end, &found)
        for scalar in rest { take(scalar, &found) }
    }
}

extension String {
    fileprivate init(scalars: ArraySlice<Unicode.Scalar>) {
        var view = UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
