import Testing

@testable import VoiceLoop

struct SpokenTextTests {
    static let single: [(clause: String, spoken: String?)] = [
        ("Hello, world.", "Hello, world."), ("", nil), ("  \n ", nil), ("  a \t b ", "a b"),
        // Emphasis
        ("**Hello**, *world*.", "Hello, world."),
        ("***Hello*** __world__ _there_", "Hello world there"),
        ("~~no~~ yes", "no yes"), ("This is **very** good.", "This is very good."),
        ("un*frigging*believable", "unfriggingbelievable"),
        ("**\"Hi\"**, he said", "\"Hi\", he said"),
        ("**Top 5** list", "Top 5 list"), ("**Hello, world", "Hello, world"),
        ("Hello, world**", "Hello, world"),
        ("** she said", "she said"), ("she said **", "she said"), ("_Hello", "Hello"),
        // What only looks like it
        ("2 * 3 = 6", "2 * 3 = 6"), ("2*3 and 2**3", "2*3 and 2**3"),
        ("2*x and x*2", "2*x and x*2"),
        ("(a+b)*(c+d)", "(a+b)*(c+d)"), ("a 5* hotel", "a 5* hotel"),
        ("all *.swift files", "all *.swift files"),
        ("snake_case_name", "snake_case_name"), ("C# and F♯", "C# and F♯"), ("#1 of 5", "#1 of 5"),
        ("#hashtag", "#hashtag"), ("about ~5 km", "about ~5 km"), ("A → B", "A → B"),
        ("5 > 3 < 4", "5 > 3 < 4"),
        ("-5 degrees", "-5 degrees"), ("a | b", "a, b"), ("a || b", "a || b"), ("Acme™", "Acme™"),
        (".5 of it", ".5 of it"), ("C:\\foo", "C:\\foo"), ("+", "+"), ("5 %", "5 %"),
        // Lines
        ("# Title", "Title"), ("### About C#", "About C#"), ("## Title ##", "Title"),
        ("- one", "one"),
        ("* **one**: two", "one: two"), ("+ one", "one"), ("• one", "one"), ("1. one", "1. one"),
        ("- [ ] one", "one"), ("- [x] one", "one"), ("> quoted", "quoted"),
        ("> > - quoted", "quoted"),
        ("---", nil), ("***", nil), ("* * *", nil), ("====", nil), ("-", nil), ("#", nil),
        (">", nil),
        ("| a | b |", "a, b"), ("|---|:-:|", nil), ("| a |", "a"), ("|a|b|", "a, b"),
        ("c | d |", "c, d"),
        ("One\n\n- two\n- three.\nfour", "One. two. three. four"),
        // Code
        ("Run `ls -l *.txt` now", "Run ls -l *.txt now"), ("``a`b``", "a`b"), ("a `b", "a b"),
        ("b` c", "b c"),
        ("```swift\nlet a_b = 2 * c\n```\nSo.", "let a_b = 2 * c. So."), ("```let x```", "let x"),
        // Links
        ("See [the page](https://a.b/c).", "See the page."), ("[a](b) and [c][d]", "a and c"),
        ("![a dog](dog.png) here", "a dog here"), ("So[^1].", "So."), ("[the page,", "the page,"),
        ("the page](https://a.b/c_d) is", "the page is"), ("**[bold](x)**", "bold"),
        ("[**bold**](x)", "bold"),
        ("[a [b] c](d(e)f) g", "a [b] c g"), ("see [1] and a[0]", "see [1] and a[0]"),
        ("See https://www.example.com/a/b?c=d#e.", "See example.com."),
        ("(see http://a.b:80/)", "(see a.b)"),
        ("www.example.org/x, yes", "example.org, yes"), ("<https://a.b/c>", "a.b"),
        ("https://u@a.b/", "a.b"),
        ("http://[fd00::1]:80/a", "fd00::1"), ("pressel.local", "pressel.local"),
        ("https://", "https://"),
        ("请看https://a.b/c。好", "请看a.b。好"), ("the why and how", "the why and how"),
        // Tags and escapes
        ("a<br>b <b>c</b>", "a b c"), ("List<Int>", "List<Int>"),
        ("\\*not\\* \\# it", "*not* # it"),
        // Pictures
        ("Hello 😀!", "Hello!"), ("😀", nil), ("👍🏽 yes 👩‍👩‍👧‍👦 no 🇩🇪", "yes no"), ("1️⃣ one #️⃣ *️⃣", "one"),
        ("I ❤️ it ☀ ✅ ⭐", "I it"), ("© 2026 ©️", "© 2026"), ("8 😀 8", "8 8"), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿 x", "x"),
        ("‼️ now", "now"),
        ("क्‍ष", "क्‍ष"), ("é e\u{301} 5\u{FE0F}", "é e\u{301} 5"), ("🔟", nil),
        // What another clause left
        ("\" she said.", "she said."), ("! Yes.", "Yes."), ("!! Yes", "Yes"), (") so", "so"),
        ("\"", nil),
        ("»", nil), ("\"Yes.\"", "\"Yes.\""), ("...", nil), ("... so", "so"), ("」と言った。", "と言った。"),
        ("“Yes.”", "“Yes.”"), ("¿Qué?", "¿Qué?"),
    ]

    @Test("A clause is spoken without what is only shown", arguments: single)
    func clause(text: String, expected: String?) {
        var spoken = SpokenText()
        #expect(spoken.spoken(text) == expected)
    }

    static let several: [(clauses: [String], spoken: [String?])] = [
        (
            ["**Hello and welcome,", "world** and *all,", "of* you"],
            ["Hello and welcome,", "world and all,", "of you"]
        ),
        (["**The top 5,", "or 6** of them"], ["The top 5,", "or 6 of them"]),
        (
            ["```python", "print(2 * x_y)  # hi", "```", "*So.*"],
            [nil, "print(2 * x_y) # hi", nil, "So."]
        ),
        (["~~~", "a", "~~~", "b"], [nil, "a", nil, "b"]),
        (["*Open", "- a 5* hotel"], ["Open", "a 5* hotel"]),
        (["See [the big page,", "here](https://a.b/c)."], ["See the big page,", "here."]),
        (["| a | b |", "|---|---|", "| c | d |"], ["a, b", nil, "c, d"]),
    ]

    @Test("What begins in a clause ends in a later one", arguments: several)
    func clauses(clauses: [String], expected: [String?]) {
        var spoken = SpokenText()
        #expect(clauses.map { spoken.spoken($0) } == expected)
    }

    @Test("A reply in Markdown, from its pieces to what is said", arguments: 1...7)
    func reply(size: Int) {
        let text = """
            ## Tea 🍵

            **Sure, here is how to make it:**

            1. Boil water (100 °C). Wait.
            2. See [this page](https://tea.example/how).

            ---
            *Enjoy!* 😀
            """
        var spoken = SpokenText()
        let said = Clauses.cut(text, pieces: size).compactMap { spoken.spoken($0) }
        #expect(
            said == [
                "Tea", "Sure, here is how to make it:", "1. Boil water (100 °C).", "Wait.",
                "2. See this page.", "Enjoy!",
            ])
    }

    @Test(
        "Whatever comes is spoken soon", .timeLimit(.minutes(1)),
        arguments: [
            "*", "a*b**", "`", "``` ", "[", "](", "[a](", "<", "<b", "_a", "# ", "> ", "| ", "h",
            "https://",
            "\\", "😀", "- ", "(", "![", "\u{301}",
        ])
    func bad(part: String) {
        var spoken = SpokenText()
        _ = spoken.spoken(String(repeating: part, count: 20_000))
        _ = spoken.spoken("So.")
    }
}
