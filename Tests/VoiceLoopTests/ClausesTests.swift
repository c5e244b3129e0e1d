import Testing

@testable import VoiceLoop

struct ClausesTests {
    /// A reply whose clauses are told apart by "¦".
    struct Reply: Sendable, CustomTestStringConvertible {
        let language: String
        let clauses: [String]
        let text: String

        init(_ language: String, _ marked: String) {
            self.language = language
            clauses = marked.split(separator: "¦").map(ClausesTests.trimmed).filter { !$0.isEmpty }
            text = marked.filter { $0 != "¦" }
        }

        var testDescription: String { "\(language): \(text.prefix(60))" }
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }

    static let plain = [
        "", "  ", "\n\n", "Yes.", "Yes.¦ No", "No¦\nwhite¦\r\nspace¦\n", ".", "...", "?!",
        "It is 3.5 degrees.¦ Cold!", "One.¦ Two.¦ Three.",
        // At once: what follows the mark belongs to the next clause.
        "Really?¦! Yes.¦ Good.", "\"Really?¦\" she said.¦ Yes.", "**Hi!¦** Hello.",
        // After the first clause there is time to wait for it.
        "So.¦ Really?!¦ Yes!!!¦ (Is it?)¦ \"It is!\"¦ **Good.**¦ Well.",
        "Yes.¦ \"He said no.\"¦ Then he left.)¦ So.", "\u{201C}Yes.\u{201D}¦ \u{201C}No.\u{201D}",
        // Marks that end no sentence.
        "See pressel.local.¦ It is there.", "Is it pressel.local?¦ Yes.",
        "Read https://a.b/c,d?e=f!g;h:i and see.¦ Done.", "At https://a.b/c.¦ So.",
        "Use example.com?a=b,¦ or x.y/z?w now.¦ Yes.", "Write to a.b@c.d,¦ or not.¦ So.",
        "That is 1.5,¦ 1,000 and 10:30.¦ Fine.", "Wait... what?¦ No.", "Hm\u{2026} so.¦ Ah.",
        "It costs 5.¦ Then 6.¦ So.", "1. One\u{A0}thing¦\n2. Another. ¦ One¦\n3) Last",
        "- One¦\n- Two, three¦\n* Four", "a != b is so.¦ True.",
        // The first clause may be less than a sentence, if it is worth it.
        "Well, yes, of course,¦ I do.",
        "Good morning,¦ how are you, dear?¦ Fine, and you, my dear?",
        "Here you go:¦ a cake; for you: a pie, and more.", "Unfortunately;¦ no.",
        "In 2026, it will be,¦ or not.", "From 2\u{2014}3 to 4\u{2013}5 and 6 - 7 of it.",
        "I think so \u{2013}¦ or not.", "I think so \u{2014}¦ or not.",
        "I do think so\u{2014}¦or not.",
        "I should say\u{2026}¦ that it is.", "\"I think so,¦\" she said, \"or so.\"",
        "**Note this well:**¦ it is so.", "Take a, b, c,¦ d, e, f, g, h, i, j, k, l.",
        "Take the 1,000 or 10:30 or e.g. that,¦ so.",
    ]

    static let english = [
        "Dr. Smith met Mr. J. R. Jones of the U.S. Army.¦ He left at 5 p.m. today.",
        "See No. 5, fig. 3 and vol. 2.¦ No.¦ I mean no.¦ Then go.", "Oh, no. 5 is it?",
        "Is it so?¦ It is no.\u{A0}5.¦ So do I.¦ You too.",
        "Use e.g. this (i.e. that) etc. and so on.",
        "Smith Jr. vs. Acme Inc. is over.¦ St. John won.", "He has a Ph.D. and an M.A. in it.",
        "It is on Jan. 5 or so.¦ Or not.",
        "It isn't.¦ I'm.¦ They've.", "That is on Dec.¦ Fine.", "World War II.¦ It ended.",
        "Use Node.js,¦ or ASP.NET.¦ Yes.", "Version 3.2.1.¦ It is new.", "Is it a?¦ b",
    ]

    static let german = [
        "Das ist z. B. so,¦ d. h. gut.¦ Ja.", "Am 3. Oktober um 10.30 Uhr bzw. am 4. 11. ist es.",
        "Herr Dr. Müller wohnt Hauptstr. 5,¦ Nr. 7. Er ist da.", "Im 19. Jahrhundert war es so.",
        "Ludwig XIV. war König.¦ Ja.", "Es war 1989.¦ Dann kam 1990.¦ Gut.",
        "Diese Art.¦ Art. 5 nicht.",
        "Ca. 5 Mio. Euro usw. sind ggf. da.", "Er sagte: \u{201E}Ja.\u{201C}¦ Dann ging er.",
        "Es kostet 3,50 Euro,¦ also wenig.¦ Ja.", "Der Dipl.-Ing. kommt.¦ Gut.", "Max.¦ Max. 5.",
        "Das sind 1.000.000 Euro.¦ Viel.",
    ]

    static let french = [
        "Vraiment ?¦ Oui !¦ Bon.", "Bonjour\u{A0}!¦ Ça va\u{202F}?¦ Oui\u{A0}!¦ Non.",
        "Ça, c.-à-d. p. ex. M. Dupont et Mme. Curie,¦ vont bien.",
        "Il est né av. J.-C. à Rome.¦ Bien.",
        "Il y en a 3.¦ C'est tout.", "C'est l'art. 5.¦ J'aime l'art.¦ Oui.",
        "Bien sûr : c'est ça.¦ Voilà ; c'est fini.", "Je pense donc :¦ je suis ; voilà.",
    ]

    static let spanish = [
        "¡Hola!¦ ¿Qué tal?¦ Bien.", "El Sr. García y la Dra. Ruiz viven,¦ p. ej., en EE. UU. hoy.",
        "Son las 5 p. m. en EE.UU. ahora.¦ Sí.", "Dijo que no.¦ Es el no. 5.¦ Ya.",
        "Ud. tiene aprox. 5 pág. más.¦ Bien.",
    ]

    static let chinese = [
        "你好。¦今天天气很好！¦你呢？¦好。", "你好，我是小王，¦很高兴认识你。¦好", "现在是10:30，¦温度是25.5度，很热。",
        "今天是星期六，¦二十一号。¦你要1，000吗？", "他说：「你好。¦」我说：「好！」¦是。", "嗯\u{2026}\u{2026}好的。¦行。",
        "请看pressel.local，¦然后再说。¦好。", "我觉得很好——¦真的。", "好！¦真的吗？！¦是的。”¦对。",
        "我在Apple Inc. 上班。¦你呢？",
    ]

    static let japanese = [
        "はい。¦今日は、土曜日です。¦そうですか？¦はい！", "こんにちは、¦元気ですか。¦「はい。」¦と言った。",
        "3．5度です．¦寒い。", "温度は25.5度、¦湿度は40%です。",
    ]

    static let replies =
        plain.map { Reply("en", $0) } + english.map { Reply("en-GB", $0) }
        + german.map { Reply("de", $0) } + french.map { Reply("fr-CA", $0) }
        + spanish.map { Reply("es", $0) } + chinese.map { Reply("zh-Hans", $0) }
        + japanese.map { Reply("ja", $0) }

    @Test("A reply is cut where it should be, in whatever pieces it comes", arguments: replies)
    func cuts(reply: Reply) {
        for size in [1, 2, 3, 4, 5, 6, 7, .max] {
            let found = Clauses.cut(reply.text, language: reply.language, pieces: size)
            #expect(found == reply.clauses, "in pieces of \(size)")
        }
    }

    static let moments: [(language: String, before: String, last: String)] = [
        ("en", "Yes", "!"), ("en", "Is it", "?"), ("en", "Well, of course", ","),
        ("en", "It is so.", " "), ("en", "It is so", "\n"), ("en", "This is the way:", " "),
        ("fr", "Vraiment ", "?"), ("zh", "你好", "。"), ("zh", "你好小王", "，"), ("ja", "そうです", "。"),
    ]

    @Test("The first clause is cut with the character that makes it certain", arguments: moments)
    func atOnce(language: String, before: String, last: String) {
        var clauses = Clauses(language: language)
        #expect(clauses.append(before).isEmpty)
        #expect(clauses.append(last).count == 1)
        #expect(clauses.finish() == nil)
    }

    @Test("Without marks, the first clause is cut between words after some eighty characters")
    func unmarked() {
        let words = Array(repeating: "word", count: 200).joined(separator: " ")
        let clauses = Clauses.cut(words, pieces: 3)
        #expect((80...90).contains(clauses[0].count))
        #expect(clauses.dropFirst().dropLast().allSatisfy { (250...260).contains($0.count) })
        #expect(clauses.joined(separator: " ") == words)
    }

    @Test("A sentence without end is cut at its commas, no earlier than it has to be")
    func endless() {
        let words = Array(repeating: "this, that", count: 200).joined(separator: " ")
        let clauses = Clauses.cut(words, pieces: 3)
        #expect(clauses[0] == "this, that this,")
        #expect(
            clauses.dropFirst().dropLast().allSatisfy {
                (200...250).contains($0.count) && $0.hasSuffix(",")
            })
    }

    @Test("Numbers that are counted up are not cut through, nor an abbreviation from its name")
    func held() {
        let numbers = (1...2000).map(String.init).joined(separator: " ")
        #expect(Clauses.cut(numbers, pieces: 7).joined(separator: " ") == numbers)
        let names = "So. " + Array(repeating: "Dr. Who and", count: 200).joined(separator: " ")
        #expect(Clauses.cut(names, pieces: 7).allSatisfy { !$0.hasSuffix("Dr.") })
    }

    static let solid = [
        "x", "é", "e\u{301}", "🏳️‍🌈", "🇩🇪", "👩‍👩‍👧‍👦", "語", "*", "\u{200D}", "ก็", "한", "1️⃣",
    ]

    @Test("What has no spaces is cut too, but not within a character", arguments: solid)
    func withoutSpaces(character: String) {
        let text = String(repeating: character, count: 3000)
        let clauses = Clauses.cut(text, pieces: 11)
        #expect(clauses.joined() == text)
        #expect(clauses.allSatisfy { $0.unicodeScalars.count <= 600 })
        // A character that is endless itself is cut anywhere.
        guard text.count > 1 else { return }
        #expect(clauses.dropLast().allSatisfy { $0.count * character.unicodeScalars.count >= 180 })
        #expect(clauses.reduce(0) { $0 + $1.count } == text.count)
    }

    static let endlessParts = ["a, "] + ["a", "a ", "\"", "!", " ", "1", "Dr. ", "a.b/", "("]

    @Test(
        "A long reply without a full stop takes no longer than its length",
        .timeLimit(.minutes(1)), arguments: endlessParts)
    func long(part: String) {
        // A megabyte once; time that grows with the square of it would be long enough for less.
        let size = part == Self.endlessParts[0] ? 1 << 20 : 1 << 17
        let text = String(repeating: part, count: size / part.utf8.count)
        let length = Clauses.cut(text, pieces: 50).reduce(0) { $0 + $1.utf8.count }
        #expect(length <= text.utf8.count)
    }

    @Test("Nothing but white space is lost, whatever comes, and no split makes a difference")
    func nothingIsLost() {
        let parts = [
            "a", "Dr", "word", "5", "No", "z", ".", ".", ",", "!", "?", "…", "—", " ", " ", "\n",
            "\r\n", "\u{A0}", "\"", ")", "*", "。", "，", "你", "は", "/", ":", "-", "😀", "\u{301}",
            "https://", "\u{0}", "\u{FFFD}",
        ]
        var random = SplitMix(state: 1)
        for language in ["en", "de", "fr", "es", "zh", "ja", "xx"] {
            for _ in 0..<300 {
                let count = Int.random(in: 0...400, using: &random)
                let text = (0..<count).map { _ in parts.randomElement(using: &random)! }.joined()
                let whole = Clauses.cut(text, language: language, pieces: .max)
                #expect(Clauses.visible(whole.joined()) == Clauses.visible(text))
                let size = Int.random(in: 1...9, using: &random)
                #expect(Clauses.cut(text, language: language, pieces: size) == whole)
            }
        }
    }

    @Test("After its end, another reply begins")
    func again() {
        var clauses = Clauses()
        #expect(clauses.append("Yes. And then, some time,") == ["Yes."])
        #expect(clauses.finish() == "And then, some time,")
        #expect(clauses.append("And then, some time,") == ["And then, some time,"])
        #expect(clauses.finish() == nil)
    }
}

/// Numbers that look random, the same in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
