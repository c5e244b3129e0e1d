/// The languages in which the device itself understands requests and says what it has to say.
/// In any other it speaks English: a sentence that its owner may understand is better than none.
public enum SpokenLanguage: String, CaseIterable, Sendable {
    case english = "en"
    case german = "de"
    case french = "fr"
    case spanish = "es"

    /// - Parameter tag: BCP 47; the regions of a language are not told apart.
    /// - Returns: nil if the device has no sentences in it.
    public init?(tag: String) {
        let primary = tag.split(separator: "-").first.map { $0.lowercased() } ?? ""
        self.init(rawValue: primary)
    }
}
