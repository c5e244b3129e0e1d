/// What a full stop means in a language: not every one ends a sentence.
struct ClauseRules: Sendable {
    /// Lower case, without the stop. Words that end many sentences are not among them.
    private let abbreviations: Set<String>
    /// Those that are ordinary words unless a number follows.
    private let beforeNumbers: Set<String>
    /// Words of one letter, as they stand at the end of a sentence; any other letter is an initial.
    private let shortWords: Set<String>
    /// "Hauptstr. 5"
    private let compoundEnding: String?
    /// "3. Oktober"
    private let hasOrdinals: Bool
    /// "Vraiment ?"
    let marksStandApart: Bool

    /// - Parameter language: BCP 47; one that has no table goes by the words all have in common.
    init(language: String) {
        let primary = language.prefix { $0 != "-" && $0 != "_" }.lowercased()
        let own = Self.tables[primary] ?? Self.others
        abbreviations = Self.words(Self.common).union(Self.words(own.abbreviations))
        beforeNumbers = Self.words(own.beforeNumbers)
        shortWords = Self.words(own.shortWords)
        compoundEnding = primary == "de" ? "str" : nil
        hasOrdinals = Self.languagesWithOrdinals.contains(primary)
        marksStandApart = primary == "fr"
    }

    /// What a full stop is that white space follows.
    ///
    /// - Parameters:
    ///   - word: what stands before it, without quotes and brackets that open.
    ///   - beginsLine: whether the word is the first of its line.
    func ending(
        ofStopBehind word: ArraySlice<Unicode.Scalar>, beginsLine: Bool
    ) -> Clauses.Ending {
        guard let first = word.first else { return .mark(.sentence) }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        if word.allSatisfy({ $0.isDigit || $0 == "." }) {
            // A list's number, or the third of October.
            let isShort = parts.allSatisfy { $0.count <= (parts.count == 1 ? 3 : 2) }
            return isShort && (beginsLine && parts.count == 1 || hasOrdinals)
                ? .held : .mark(.sentence)
        }
        if hasOrdinals, word.count <= 5, word.allSatisfy(Self.romanDigits.contains) {
            return .held
        }
        if word.count == 1 {
            let isInitial = first.properties.isAlphabetic && !first.isWide
            return isInitial && !shortWords.contains(String(first)) ? .held : .mark(.sentence)
        }
        if parts.count > 1, parts.allSatisfy(Self.isInitials) { return .held }

        let text = word.map { String($0) }.joined().lowercased()
        // "Dipl.-Ing.", "l'art. 5"
        let last = text.split { "-/('\u{2019}".contains($0) }.last.map(String.init) ?? text
        if abbreviations.contains(text) || abbreviations.contains(last) { return .held }
        if let compoundEnding, text.hasSuffix(compoundEnding) { return .held }
        return beforeNumbers.contains(last) ? .markUnlessNumber(.sentence) : .mark(.sentence)
    }

    /// A part of "z.B", "U.S", "Ph.D", "EE.UU", "J.-C".
    private static func isInitials(_ part: ArraySlice<Unicode.Scalar>) -> Bool {
        let letters = part.drop { $0 == "-" }
        return (1...2).contains(letters.count) && letters.allSatisfy { $0.properties.isAlphabetic }
    }

    private static let romanDigits = Set("IVXLC".unicodeScalars)

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}

// MARK: - Tables

extension ClauseRules {
    private struct Table {
        var abbreviations = ""
        var beforeNumbers = ""
        var shortWords = ""
    }

    /// Titles and firms, which keep their names in any language.
    private static let common = """
        dr mr mrs ms mx prof st sr jr sgt capt lt inc ltd corp co bros vs etc tel cf al approx ibid
        """

    private static let languagesWithOrdinals: Set<String> = [
        "bs", "cs", "da", "de", "et", "fi", "hr", "hu", "is", "lv", "nb", "nn", "no", "pl", "sk",
        "sl", "sr", "tr",
    ]

    private static let others = Table(beforeNumbers: "no nr vol fig art")

    private static let tables: [String: Table] = [
        "en": english, "de": german, "fr": french, "es": spanish,
        // They have marks of their own, and English between them.
        "zh": english, "ja": english,
    ]

    private static let english = Table(
        abbreviations: """
            rev hon mt ave blvd gen col cmdr maj pvt gov sen rep pres supt messrs mme mlle esq dept
            univ assn viz resp ext misc incl excl
            """,
        beforeNumbers: """
            no nos vol vols fig figs pp sec ch chap art pt para eq jan feb mar apr jun jul aug sep
            sept oct nov dec
            """,
        shortWords: "I")

    private static let german = Table(
        abbreviations: """
            hr hrn fr dipl ing mag bzw ca usw usf evtl ggf inkl exkl einschl zzgl abzgl vgl bspw sog
            geb gest verh str nr nrn mio mrd tsd hl jh jhd jhdt allg bes betr dgl eigtl entspr gem
            ges kath ev lat mtl jährl tägl wöchentl urspr vorm nachm zw versch vllt wg zit ehem dt
            engl frz österr schweiz hrsg mind
            """,
        beforeNumbers: """
            art abs abb bd kap anm aufl max min no jan feb mär apr jun jul aug sep sept okt nov dez
            """)

    private static let french = Table(
        abbreviations: """
            mm mme mmes mlle mlles pr ste ex env av bd boul tél apr hab dép éd adj qqch qqn resp sté
            cie c.-à-d
            """,
        beforeNumbers: "art vol fig chap no nos n° nº pp janv févr avr juil sept oct nov déc")

    private static let spanish = Table(
        abbreviations: """
            sra srta sres dra dña profa lic ing arq ud uds vd vds ee uu ej av avda aprox teléf núm nº pág
            págs dpto cía gral sto sta fdo izq dcha admón
            """,
        beforeNumbers: """
            no vol fig cap art máx mín ene feb mar abr jun jul ago sep sept oct nov dic
            """,
        shortWords: "y o a e u")
}
