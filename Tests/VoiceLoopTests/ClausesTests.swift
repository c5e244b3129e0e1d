import Testing

@testable import VoiceLoop

struct ClausesTests {
    static let replies: [(text: String, clauses: [String])] = [
        ("", []), ("  ", []), ("Yes.", ["Yes."]), ("Yes. No", ["Yes.", "No"]),
        ("It is 3.5 degrees. Cold!", ["It is 3.5 degrees.", "Cold!"]),
        ("Really?! Yes.\nGood.", ["Really?!", "Yes.", "Good."]),
        ("See pressel.local. It is there.", ["See pressel.local.", "It is there."]),
    ]

    @Test("A reply is cut into sentences, in whatever pieces it comes", arguments: replies, 1...7)
    func sentences(reply: (text: String, clauses: [String]), size: Int) {
        var clauses = Clauses()
        var found: [String] = []
        var rest = reply.text[...]
        while !rest.isEmpty {
            found += clauses.append(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        if let last = clauses.finish() { found.append(last) }
        #expect(found == reply.clauses)
    }
}
