import Audio
import Codec
import Linux
import TestSupport
import Testing
import Voice

@Suite(.timeLimit(.minutes(2)))
struct SimulatedCardTests {
    private func with<Result: Sendable>(
        _ card: SimulatedCard, preRoll: Duration = .milliseconds(300),
        _ body: (ALSAMicrophone, ALSASpeaker) async throws -> Result
    ) async throws -> Result {
        let microphone = ALSAMicrophone(device: card.device, preRoll: preRoll, log: .silent)
        let speaker = ALSASpeaker(device: card.device, log: .silent)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            defer { group.cancelAll() }
            return try await body(microphone, speaker)
        }
    }

    @Test("Every frame that is played is heard, once, in order, in its own time")
    func plays() async throws {
        let card = try testCard()
        let tone = TestSound.tone(
            440, lasting: .milliseconds(700), format: SimulatedCard.speakerFormat)
        try await with(card) { _, speaker in
            let playback = speaker.begin()
            var began: Moment?
            for start in stride(from: 0, to: tone.frames, by: 480) {
                let moment = try await playback.play(tone.part(start..<start + 480))
                began = began ?? moment
            }
            let end = try await playback.drain()
            #expect(end - began! >= .milliseconds(695))
        }
        #expect(try card.heard() == tone)
    }

    @Test("Sound of another rate is resampled to what the card has")
    func resamples() async throws {
        let card = try testCard()
        let format = AudioFormat(framesPerSecond: 22_050, channels: 1)
        let tone = TestSound.tone(440, lasting: .milliseconds(300), format: format)
        try await with(card) { _, speaker in
            let playback = speaker.begin()
            _ = try await playback.play(tone)
            _ = try await playback.drain()
        }
        let heard = try card.heard()
        #expect(abs(heard.frames - 7200) < 100)
        #expect(abs(Level.decibels(of: heard.samples) - Level.decibels(of: tone.samples)) < 0.5)
    }

    @Test("Stopped, it is silent at once, and whoever waits is thrown out")
    func stops() async throws {
        let card = try testCard()
        let tone = TestSound.tone(
            440, lasting: .seconds(3), format: SimulatedCard.speakerFormat)
        try await with(card) { _, speaker in
            let playback = speaker.begin()
            let waiting = Task { try await playback.play(tone) }
            while try card.heard().duration < .milliseconds(200) {
                try await MonotonicClock().sleep(for: .milliseconds(5))
            }
            #expect(await speaker.stop() != nil)
            let heard = try card.heard()
            #expect(heard.duration < .seconds(3))
            try await MonotonicClock().sleep(for: .milliseconds(100))
            #expect(try card.heard() == heard)
            await #expect(throws: CancellationError.self) { _ = try await waiting.value }
            await #expect(throws: CancellationError.self) { _ = try await playback.play(tone) }
            // It remembers when it was heard last.
            let last = await speaker.stop()
            #expect(last! < .now - .milliseconds(90))
        }
    }

    @Test("A recording reaches back before its beginning, and has every sample since")
    func records() async throws {
        let card = try testCard()
        let speech = TestSound.noise(lasting: .milliseconds(500), amplitude: 0.5)
        try await with(card) { microphone, _ in
            let clock = MonotonicClock()
            // The microphone opens, and hears a quiet room.
            var room = microphone.listen(from: .now).makeAsyncIterator()
            _ = try await room.next()
            try await clock.sleep(for: .milliseconds(400))
            let spoken = Moment.now
            try card.speak(speech)
            let slowness = Moment.now - spoken
            try await clock.sleep(for: .milliseconds(250))
            // Asked 250 ms late, for 50 ms before the speech.
            let start = spoken - .milliseconds(50)
            var heard: [Int16] = []
            for try await chunk in microphone.listen(from: start) {
                if heard.isEmpty { #expect(abs((chunk.began - start).inMilliseconds) < 1) }
                heard += chunk.chunk.samples
                if heard.count >= 16_000 * 7 / 10 { break }
            }
            let first = try #require(heard.firstIndex { abs(Int($0)) > 100 })
            // When the card takes it is as uncertain as its thread is late: some periods.
            #expect(abs(first - 800) <= 1600 + AudioFormat.speech.frames(in: slowness))
            #expect(Array(heard[first...].prefix(6_000)) == wave(speech, from: 0, 6_000))
        }
    }

    private func wave(_ sound: AudioChunk, from start: Int, _ count: Int) -> [Int16] {
        let first = sound.samples.firstIndex { abs(Int($0)) > 100 }!
        return Array(sound.samples[(first + start)...].prefix(count))
    }

    @Test("With no pre-roll to keep, the microphone is closed while nobody listens")
    func closed() async throws {
        let card = try testCard()
        let speech = TestSound.noise(lasting: .milliseconds(100), amplitude: 0.5)
        try card.speak(speech)
        try await with(card, preRoll: .zero) { microphone, _ in
            try await MonotonicClock().sleep(for: .milliseconds(300))
            // What was said before it opened is still in the FIFO: nobody has read it.
            var heard: [Int16] = []
            for try await chunk in microphone.listen(from: .now) {
                heard += chunk.chunk.samples
                if heard.count > 2_000 { break }
            }
            #expect(heard.contains { abs(Int($0)) > 1_000 })
        }
    }

    @Test("A device that is not there is named, to whoever listens and whoever plays")
    func missing() async throws {
        _ = try testCard()
        let microphone = ALSAMicrophone(
            device: "no_such_device", preRoll: .milliseconds(300), log: .silent)
        let speaker = ALSASpeaker(device: "no_such_device", log: .silent)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await microphone.run() }
            group.addTask { await speaker.run() }
            defer { group.cancelAll() }
            await #expect {
                for try await _ in microphone.listen(from: .now) {}
            } throws: {
                "\($0)" == "cannot open audio device \"no_such_device\": No such file or directory"
            }
            await #expect(throws: ALSAError.self) {
                let tone = TestSound.tone(440, lasting: .milliseconds(10))
                _ = try await speaker.begin().play(tone)
            }
        }
    }
}
