/// A language as Azure names it: always with a country.
enum AzureLocale {
    /// - Parameter tag: BCP 47; a script in it only decides where its country is not named.
    /// - Returns: nil for a language of which the country is not known here.
    static func complete(_ tag: String) -> String? {
        let parts = tag.split { $0 == "-" || $0 == "_" }.map(String.init)
        guard let first = parts.first?.lowercased() else { return nil }
        let language = sameLanguage[first] ?? first
        let country = parts.dropFirst().first { $0.count == 2 && $0.allSatisfy(\.isLetter) }
        if let country { return "\(language)-\(country.uppercased())" }
        if language == "zh", parts.contains(where: { $0.lowercased() == "hant" }) {
            return "zh-TW"
        }
        return countries[language].map { $0.contains("-") ? $0 : "\(language)-\($0)" }
    }

    private static let sameLanguage = ["no": "nb", "iw": "he", "in": "id", "tl": "fil", "jw": "jv"]

    /// Where most of those live who speak a language, by Unicode's likely subtags; what has a
    /// hyphen is the whole name.
    private static let countries = [
        "af": "ZA", "am": "ET", "ar": "EG", "az": "AZ", "bg": "BG", "bn": "BD", "bs": "BA",
        "ca": "ES", "cmn": "zh-CN", "cs": "CZ", "cy": "GB", "da": "DK", "de": "DE", "el": "GR",
        "en": "US", "es": "ES", "et": "EE", "eu": "ES", "fa": "IR", "fi": "FI", "fil": "PH",
        "fr": "FR", "ga": "IE", "gl": "ES", "gu": "IN", "he": "IL", "hi": "IN", "hr": "HR",
        "hu": "HU", "hy": "AM", "id": "ID", "is": "IS", "it": "IT", "ja": "JP", "jv": "ID",
        "ka": "GE", "kk": "KZ", "km": "KH", "kn": "IN", "ko": "KR", "lo": "LA", "lt": "LT",
        "lv": "LV", "mk": "MK", "ml": "IN", "mn": "MN", "mr": "IN", "ms": "MY", "mt": "MT",
        "my": "MM", "nb": "NO", "ne": "NP", "nl": "NL", "pa": "IN", "pl": "PL", "ps": "AF",
        "pt": "BR", "ro": "RO", "ru": "RU", "si": "LK", "sk": "SK", "sl": "SI", "so": "SO",
        "sq": "AL", "sr": "RS", "su": "ID", "sv": "SE", "sw": "TZ", "ta": "IN", "te": "IN",
        "th": "TH", "tr": "TR", "uk": "UA", "ur": "PK", "uz": "UZ", "vi": "VN", "yue": "zh-HK",
        "zh": "CN", "zu": "ZA",
    ]
}
