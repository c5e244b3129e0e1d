import Testing

@testable import Web

struct ByteRangeTests {
    static let cases: [(header: String?, count: Int, range: ByteRange)] = [
        (nil, 10, .whole), ("bytes=0-", 10, .part(0..<10)), ("bytes=0-3", 10, .part(0..<4)),
        ("bytes=4-100", 10, .part(4..<10)), ("bytes=9-9", 10, .part(9..<10)),
        ("Bytes= 2-3 ", 10, .part(2..<4)), ("bytes=-3", 10, .part(7..<10)),
        ("bytes=-30", 10, .part(0..<10)), ("bytes=10-", 10, .none), ("bytes=-0", 10, .none),
        ("bytes=0-", 0, .none), ("bytes=-1", 0, .none),
        ("bytes=99999999999999999999-", 10, .none),
        ("bytes=1-99999999999999999999", 10, .part(1..<10)),
        // What is none, or several, asks for the whole.
        ("bytes=3-2", 10, .whole), ("bytes=-", 10, .whole), ("bytes=", 10, .whole),
        ("bytes", 10, .whole), ("items=0-3", 10, .whole), ("bytes=0-1,4-5", 10, .whole),
        ("bytes=a-b", 10, .whole), ("bytes=+1-2", 10, .whole), ("bytes=1-2-3", 10, .whole),
        ("", 10, .whole),
    ]

    @Test("A range is what RFC 9110 says", arguments: cases)
    func range(header: String?, count: Int, range: ByteRange) {
        #expect(ByteRange(header, of: count) == range)
    }
}
