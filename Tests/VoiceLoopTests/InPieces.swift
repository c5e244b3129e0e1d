// The fuzzer compiles this file and the clauses into one module.
#if canImport(VoiceLoop)
    @testable import VoiceLoop
#endif

extension Clauses {
    /// The clauses of a reply that comes in pieces of so many scalars, which may part what looks
    /// like one character.
    static func cut(_ text: String, language: String = "en", pieces size: Int) -> [String] {
        var clauses = Clauses(language: language)
        var found: [String] = []
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            found += clauses.append(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        if let last = clauses.finish() { found.append(last) }
        return found
    }

    /// What must come out as it went in: everything but white space.
    static func visible(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter { !$0.properties.isWhitespace }
    }
}
