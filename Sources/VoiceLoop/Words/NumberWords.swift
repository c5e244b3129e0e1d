/// Whole numbers in words, both ways.
struct NumberWords: Sendable {
    /// What a number is said for: a noun that follows may bend its last word.
    enum Form: CaseIterable, Sendable { case alone, masculine, feminine }

    /// What can be said: years included.
    static let range = 0...9999
    /// What is understood in words. Digits are understood up to six.
    static let understood = 0...999

    let language: SpokenLanguage
    /// By the words; numbers that are said in several ways stand here several times.
    private let numbers: [[String]: Int]
    private let longest: Int

    static subscript(language: SpokenLanguage) -> NumberWords {
        switch language {
        case .english: english
        case .german: german
        case .french: french
        case .spanish: spanish
        }
    }
    private static let english = NumberWords(.english)
    private static let german = NumberWords(.german)
    private static let french = NumberWords(.french)
    private static let spanish = NumberWords(.spanish)

    private init(_ language: SpokenLanguage) {
        self.language = language
        var numbers: [[String]: Int] = [:]
        for number in Self.understood {
            for text in Set(Form.allCases.map { Self.words(for: number, $0, in: language) }) {
                for spelling in Self.spellings(of: number, text, in: language) {
                    numbers[Words.of(spelling)] = number
                }
            }
        }
        self.numbers = numbers
        longest = numbers.keys.map(\.count).max() ?? 0
    }

    /// - Parameter number: in `range`.
    func words(for number: Int, _ form: Form = .alone) -> String {
        precondition(Self.range.contains(number), "\(number) is not said in words")
        return Self.words(for: number, form, in: language)
    }

    /// The numbers with which `words` may begin and how many words each takes, the longest first.
    func readings(of words: ArraySlice<String>) -> [(number: Int, count: Int)] {
        guard let first = words.first else { return [] }
        if first == "minus" {
            return readings(of: words.dropFirst()).map { (-$0.number, $0.count + 1) }
        }
        if let number = Int(first), first.utf8.count <= 6 { return [(number, 1)] }
        return stride(from: min(longest, words.count), to: 0, by: -1).compactMap { count in
            numbers[Array(words.prefix(count))].map { ($0, count) }
        }
    }

    // MARK: - Languages

    private static func words(for number: Int, _ form: Form, in language: SpokenLanguage) -> String
    {
        switch language {
        case .english: EnglishNumbers.words(for: number)
        case .german: GermanNumbers.words(for: number, form)
        case .french: FrenchNumbers.words(for: number, form)
        case .spanish: SpanishNumbers.words(for: number, form)
        }
    }

    /// Other ways to say `text`, itself among them.
    private static func spellings(
        of number: Int, _ text: String, in language: SpokenLanguage
    ) -> [String] {
        switch language {
        case .english: EnglishNumbers.spellings(of: number, text)
        case .german: GermanNumbers.spellings(of: number, text)
        case .french: FrenchNumbers.spellings(of: number, text)
        case .spanish: SpanishNumbers.spellings(of: number, text)
        }
    }
}

enum EnglishNumbers {
    static func words(for number: Int) -> String {
        switch number {
        case ..<20: return small[number]
        case ..<100:
            let ones = number % 10
            return tens[number / 10] + (ones == 0 ? "" : "-\(small[ones])")
        case ..<1000:
            let rest = number % 100
            return "\(small[number / 100]) hundred" + (rest == 0 ? "" : " and \(words(for: rest))")
        default:
            let rest = number % 1000
            let link = rest < 100 ? " and " : " "
            return "\(words(for: number / 1000)) thousand"
                + (rest == 0 ? "" : link + words(for: rest))
        }
    }

    static func spellings(of number: Int, _ text: String) -> [String] {
        guard number >= 100 else { return [text] }
        let rest = number % 100
        let heads = ["\(small[number / 100]) hundred"] + (number < 200 ? ["a hundred"] : [])
        guard rest > 0 else { return heads }
        return heads.flatMap { ["\($0) \(words(for: rest))", "\($0) and \(words(for: rest))"] }
    }

    /// 1...31: "twenty-first".
    static func ordinal(_ number: Int) -> String {
        if number < 20 { return ordinals[number] }
        if number % 10 == 0 { return number == 20 ? "twentieth" : "thirtieth" }
        return "\(tens[number / 10])-\(ordinals[number % 10])"
    }

    private static let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
        "nineteen",
    ]
    private static let tens = [
        "", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ]
    private static let ordinals = [
        "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
        "seventeenth", "eighteenth", "nineteenth",
    ]
}

enum GermanNumbers {
    static func words(for number: Int, _ form: NumberWords.Form) -> String {
        switch (number, form) {
        case (1, .masculine): "ein"
        case (1, .feminine): "eine"
        default: words(for: number)
        }
    }

    private static func words(for number: Int) -> String {
        switch number {
        case ..<20: return small[number]
        case ..<100:
            let ones = number % 10
            return (ones == 0 ? "" : "\(stem(ones))und") + tens[number / 10]
        case ..<1000:
            let rest = number % 100
            return "\(stem(number / 100))hundert" + (rest == 0 ? "" : words(for: rest))
        default:
            let rest = number % 1000
            return "\(stem(number / 1000))tausend" + (rest == 0 ? "" : words(for: rest))
        }
    }

    /// As it begins a longer word.
    private static func stem(_ digit: Int) -> String { digit == 1 ? "ein" : small[digit] }

    static func spellings(of number: Int, _ text: String) -> [String] {
        switch number {
        case 1: ["eins", "ein", "eine", "einen", "einem", "einer"]
        case 2: ["zwei", "zwo"]
        case 100...199: [text, String(text.dropFirst(3))]
        default: [text]
        }
    }

    /// 1...31: "erste", "einundzwanzigste".
    static func ordinal(_ number: Int) -> String {
        switch number {
        case 1: "erste"
        case 3: "dritte"
        case 7: "siebte"
        case 8: "achte"
        case ..<20: small[number] + "te"
        default: words(for: number) + "ste"
        }
    }

    private static let small = [
        "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
        "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn",
        "neunzehn",
    ]
    private static let tens = [
        "", "zehn", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig",
        "neunzig",
    ]
}

enum FrenchNumbers {
    static func words(for number: Int, _ form: NumberWords.Form) -> String {
        let text = words(for: number)
        // Only a last "un" bends: "vingt et une minutes", but "onze minutes".
        guard form == .feminine, number % 10 == 1, ![11, 71, 91].contains(number % 100) else {
            return text
        }
        return text + "e"
    }

    private static func words(for number: Int) -> String {
        switch number {
        case ..<17: return small[number]
        case ..<20: return "dix-\(small[number - 10])"
        case ..<70:
            let ones = number % 10
            let ten = tens[number / 10]
            return ones == 0 ? ten : ones == 1 ? "\(ten) et un" : "\(ten)-\(small[ones])"
        case 71: return "soixante et onze"
        case ..<80: return "soixante-\(words(for: number - 60))"
        case 80: return "quatre-vingts"
        case ..<100: return "quatre-vingt-\(words(for: number - 80))"
        case ..<1000:
            let (hundreds, rest) = (number / 100, number % 100)
            let head = hundreds == 1 ? "cent" : "\(small[hundreds]) cent"
            return rest == 0
                ? head + (hundreds > 1 ? "s" : "") : "\(head) \(words(for: rest))"
        default:
            let (thousands, rest) = (number / 1000, number % 1000)
            let head = thousands == 1 ? "mille" : "\(words(for: thousands)) mille"
            return rest == 0 ? head : "\(head) \(words(for: rest))"
        }
    }

    /// With and without the plural's letter, and as in Belgium and Switzerland.
    static func spellings(of number: Int, _ text: String) -> [String] {
        var spellings = [text]
        if number == 1 { spellings += ["un", "une"] }
        if text.hasSuffix("vingts") || text.hasSuffix("cents") {
            spellings.append(String(text.dropLast()))
        }
        if (70..<80).contains(number) || (90..<100).contains(number) {
            let ten = number < 80 ? "septante" : "nonante"
            let ones = number % 10
            spellings.append(
                ones == 0 ? ten : ones == 1 ? "\(ten) et un" : "\(ten)-\(small[ones])")
        }
        return spellings
    }

    private static let small = [
        "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
        "onze", "douze", "treize", "quatorze", "quinze", "seize",
    ]
    private static let tens = [
        "", "dix", "vingt", "trente", "quarante", "cinquante", "soixante",
    ]
}

enum SpanishNumbers {
    static func words(for number: Int, _ form: NumberWords.Form) -> String {
        let text = words(for: number)
        guard number % 10 == 1, number % 100 != 11 else {
            let isBent = form == .feminine && number >= 200 && number < 1000
            return isBent ? feminineHundreds(text) : text
        }
        switch form {
        case .alone: return text
        case .masculine:
            // The accent of a last syllable that has to stay the loud one.
            return number % 100 == 21 ? "\(text.dropLast(3))ún" : "\(text.dropLast())"
        case .feminine: return feminineHundreds("\(text.dropLast())a")
        }
    }

    private static func feminineHundreds(_ text: String) -> String {
        text.replacing("ientos", with: "ientas")
    }

    private static func words(for number: Int) -> String {
        switch number {
        case ..<30: return small[number]
        case ..<100:
            let ones = number % 10
            return tens[number / 10] + (ones == 0 ? "" : " y \(small[ones])")
        case 100: return "cien"
        case ..<1000:
            let rest = number % 100
            return hundreds[number / 100] + (rest == 0 ? "" : " \(words(for: rest))")
        default:
            let (thousands, rest) = (number / 1000, number % 1000)
            let head = thousands == 1 ? "mil" : "\(words(for: thousands)) mil"
            return rest == 0 ? head : "\(head) \(words(for: rest))"
        }
    }

    static func spellings(of number: Int, _ text: String) -> [String] {
        number == 100 ? [text, "ciento"] : [text]
    }

    private static let small = [
        "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
        "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho",
        "diecinueve", "veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro",
        "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve",
    ]
    private static let tens = [
        "", "diez", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta",
        "noventa",
    ]
    private static let hundreds = [
        "", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos",
        "setecientos", "ochocientos", "novecientos",
    ]
}
