import Codec
import Glibc
import Testing

struct SoundPipeTests {
    static let beginnings: [[UInt8]] = [
        [], Array("RIFF".utf8), Array("this is no sound at all".utf8),
    ]

    @Test(
        "What carries no sound is told, and its descriptor stays its owner's",
        arguments: beginnings)
    func noSound(bytes: [UInt8]) throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        try #require(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        #expect(throws: AudioFile.Failure.self) { _ = try SoundPipe(reading: ends[0]).format }
        #expect(fcntl(ends[0], F_GETFD) >= 0)
    }
}
