import TestSupport
import Testing

@testable import VoiceLoop

struct HandoffTests {
    @Test("Values come in order, and then the end")
    func order() async throws {
        let handoff = Handoff<Int>(holding: 2)
        async let sent: Void = {
            for number in 0..<100 { try await handoff.send(number) }
            handoff.finish()
        }()
        var got: [Int] = []
        while let number = try await handoff.next() { got.append(number) }
        try await sent
        #expect(got == Array(0..<100))
        #expect(try await handoff.next() == nil)
    }

    @Test("A slow reader holds the writer back", arguments: [0, 1, 3])
    func bounded(capacity: Int) async throws {
        let handoff = Handoff<Int>(holding: capacity)
        let sent = Counter()
        let writer = Task {
            for number in 0..<10 {
                try await handoff.send(number)
                _ = sent.increment()
            }
            handoff.finish()
        }
        // One more lies there while its writer waits.
        for taken in 0..<10 {
            await until { sent.value >= min(10, taken + capacity) }
            #expect(sent.value <= taken + capacity)
            #expect(try await handoff.next() == taken)
        }
        try await writer.value
        #expect(try await handoff.next() == nil)
    }

    @Test("An error comes behind the values before it")
    func failure() async throws {
        struct Broken: Error {}
        let handoff = Handoff<Int>(holding: 5)
        try await handoff.send(1)
        handoff.finish(throwing: Broken())
        #expect(try await handoff.next() == 1)
        await #expect(throws: Broken.self) { try await handoff.next() }
    }

    @Test("Who is cancelled stops waiting, and so does the other")
    func cancelled() async throws {
        let reading = Handoff<Int>(holding: 1)
        let reader = Task { try await reading.next() }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        await #expect(throws: CancellationError.self) { try await reading.send(1) }

        let writing = Handoff<Int>(holding: 0)
        let writer = Task { try await writing.send(1) }
        writer.cancel()
        await #expect(throws: CancellationError.self) { try await writer.value }
        await #expect(throws: CancellationError.self) { try await writing.next() }
    }
}
