import Linux
import TestSupport
import Testing

struct ChannelTests {
    @Test("Everything sent arrives in order, however slow the reader")
    func order() async throws {
        let channel = Channel<Int>(holding: 3)
        startThread("writer") {
            for number in 1...1000 { _ = channel.send(number) }
            channel.finish()
        }
        var expected = 1
        for try await number in channel.stream(startingWith: 0) {
            #expect(number == expected - 1)
            expected += 1
        }
        #expect(expected == 1002)
    }

    @Test("A writer waits for the reader, and is told when there is none any more")
    func abandoned() async throws {
        let channel = Channel<Int>(holding: 2)
        let sent = Counter()
        async let end: Void = onThread("writer") {
            while channel.send(0) { sent.increment() }
        }
        do {
            var reader = channel.stream().makeAsyncIterator()
            _ = try await reader.next()
        }
        await end
        #expect(sent.value <= 4)
    }

    @Test("An error ends the stream after what was sent before it")
    func failure() async throws {
        struct Broken: Error {}
        let channel = Channel<Int>(holding: 2)
        _ = channel.send(1)
        channel.finish(throwing: Broken())
        #expect(try await channel.next() == 1)
        await #expect(throws: Broken.self) { try await channel.next() }
    }

    @Test("A reader that is cancelled while it waits stops waiting")
    func cancelled() async {
        let channel = Channel<Int>(holding: 2)
        let reader = Task { try await channel.next() }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        #expect(!channel.send(1))
    }
}
