/// What a language model may send: the first two bytes say in which language and in what pieces,
/// the rest is the text, valid or not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 2 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let languages = ["en", "de", "fr", "es", "zh", "ja", "xx"]
    let language = languages[Int(bytes[0]) % languages.count]
    var text = String(decoding: bytes[2...], as: UTF8.self)
    // One in some hundreds is repeated, so that more than linear time runs into the time-out.
    let isRepeated = bytes.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) } % 499 == 0
    if isRepeated { text = String(repeating: text, count: max(1, (1 << 17) / count)) }

    let whole = Clauses.cut(text, language: language, pieces: .max)
    let pieces = Clauses.cut(text, language: language, pieces: Int(bytes[1] % 16) + 1)
    precondition(whole == pieces, "how the text comes makes a difference")
    precondition(Clauses.visible(whole.joined()) == Clauses.visible(text), "something is lost")
    precondition(whole.allSatisfy { $0.unicodeScalars.count <= 600 }, "a clause is too long")

    var spoken = SpokenText()
    for clause in whole {
        guard let said = spoken.spoken(clause) else { continue }
        precondition(!said.isEmpty && said.first != " " && said.last != " ", "white space is said")
        precondition(said.unicodeScalars.count <= clause.unicodeScalars.count * 2, "it grows")
    }
    var all = SpokenText()
    _ = all.spoken(text)
    return 0
}
