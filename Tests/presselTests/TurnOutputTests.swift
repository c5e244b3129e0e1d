import TestSupport
import Testing
import Voice
import Web

@testable import pressel

@Suite(.timeLimit(.minutes(1)))
struct TurnOutputTests {
    private let output = TurnOutput()

    @Test("What comes of a turn is taken in order; sound that waits together, together")
    func order() async throws {
        output.note(.transcript("a"))
        output.note(.reply("b"))
        try await output.send([1])
        try await output.send([2])
        output.note(.reply("c"))
        output.noteReplyComplete()
        try await output.send([3])
        output.end { $0.outcome = .answered }
        var events: [TalkEvent] = []
        while let event = await output.next() { events.append(event) }
        #expect(
            events == [
                .transcript("a"), .reply("b"), .sound([1, 2]), .reply("c"), .sound([3]),
            ])
        #expect(output.facts.reply == "bc" && output.facts.transcript == "a")
        #expect(output.facts.outcome == .answered)
    }

    @Test("Whoever makes sound waits for who takes it")
    func pressure() async throws {
        let sent = Counter()
        let writing = Task { [output] in
            for _ in 0..<10 {
                try await output.send([UInt8](repeating: 1, count: 40_000))
                sent.increment()
            }
            try await output.drain()
            output.end { _ in }
        }
        try await Task.sleep(for: .milliseconds(50))
        #expect(sent.value == 1)
        var bytes = 0
        while let event = await output.next() {
            if case .sound(let sound) = event { bytes += sound.count }
        }
        #expect(bytes == 400_000)
        try await writing.value
    }

    @Test("Milestones are waited for, and the end is one of each")
    func milestones() async throws {
        let reply = Task { [output] in await output.gets(to: .reply) }
        let sound = Task { [output] in await output.gets(to: .sound) }
        output.noteReplyComplete()
        await reply.value
        output.end { $0.failure = HTTPError(502, "no_answer", "nobody") }
        await sound.value
        await output.gets(to: .sound)
        #expect(output.facts.failure?.status == 502)
        #expect(await output.next() == nil)
    }

    @Test("When nobody takes it any more, nobody waits any more")
    func abandoned() async throws {
        let writing = Task { [output] in
            do {
                while true { try await output.send([UInt8](repeating: 1, count: 40_000)) }
            } catch {
                return error is CancellationError
            }
        }
        let ending = Task { [output] in await output.ends() }
        try await Task.sleep(for: .milliseconds(20))
        output.abandon()
        #expect(await writing.value)
        #expect(await output.next() == nil)
        output.end { $0.outcome = .stopped }
        await ending.value
    }

    @Test("A reader that is cancelled stops waiting")
    func cancelled() async throws {
        let reading = Task { [output] in await output.next() }
        let waiting = Task { [output] in await output.ends() }
        try await Task.sleep(for: .milliseconds(10))
        reading.cancel()
        waiting.cancel()
        #expect(await reading.value == nil)
        await waiting.value
    }
}
