import Testing

@testable import Web

struct PlainSourceTests {
    static let sources: [(source: String, plain: String)] = [
        ("", ""), ("a", "a\n"), ("\n\n  a\n    b\n", "a\nb\n"),
        ("// no\na // yes\n", "a // yes\n"), ("/** One. */\na\n", "a\n"),
        ("/*\n * More.\n a\n */\n  b\n", "b\n"), ("a /* b */ c", "a /* b */ c\n"),
        ("  // ä\n  \"//\"", "\"//\"\n"),
    ]

    @Test("Comments and indentation stay at home", arguments: sources)
    func plainSource(source: String, expected: String) {
        #expect(String(decoding: plain(Array(source.utf8)), as: UTF8.self) == expected)
    }

    @Test("No text of the page's scripts goes over several lines", arguments: PageFile.all)
    func lines(file: PageFile) {
        guard file.mediaType == "text/javascript" else { return }
        for line in file.bytes().split(separator: UInt8(ascii: "\n")) {
            let marks = line.filter { $0 == UInt8(ascii: "`") }
            let text = String(decoding: line, as: UTF8.self)
            #expect(marks.count.isMultiple(of: 2), "\(file.path): \(text)")
        }
    }
}
