/// A language as Google Translate's voices are named (gTTS 2.5.4, `gtts/langs.py`).
enum TranslateLanguage {
    /// - Parameter tag: BCP 47; its country counts only where there is a voice for it.
    /// - Returns: nil for a language that Google does not speak.
    static func name(for tag: String) -> String? {
        let parts = tag.lowercased().split { $0 == "-" || $0 == "_" }.map(String.init)
        guard let first = parts.first else { return nil }
        let language = others[first] ?? first
        func has(_ part: String) -> Bool { parts.dropFirst().contains(part) }
        switch language {
        case "zh":
            if has("hk") || has("mo") { return "yue" }
            return has("tw") || has("hant") ? "zh-TW" : "zh-CN"
        case "fr" where has("ca"): return "fr-CA"
        case "pt" where has("pt"): return "pt-PT"
        default: return known.contains(language) ? language : nil
        }
    }

    /// Names that Google has kept from before, and languages that are close enough to another.
    private static let others = [
        "cmn": "zh", "fil": "tl", "he": "iw", "in": "id", "jv": "jw", "nb": "no", "nn": "no",
    ]

    private static let known = Set(
        """
        af am ar bg bn bs ca cs cy da de el en es et eu fi fr gl gu ha hi hr hu id is it iw ja jw
        km kn ko la lt lv ml mr ms my ne nl no pa pl pt ro ru si sk sq sr su sv sw ta te th tl tr
        uk ur vi yue
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
