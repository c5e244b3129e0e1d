import Audio
import Codec
import Linux
import TestSupport
import Testing
import Voice

/// What happens to cards, and what becomes of it.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct RecoveryTests {
    private let book = LogBook()

    private func rig(
        _ card: SimulatedCard, preRoll: Duration = .milliseconds(300), keepsOpen: Bool = false
    ) -> Rig {
        Rig(
            microphone: ALSAMicrophone(device: card.device, preRoll: preRoll, log: book.log),
            speaker: ALSASpeaker(device: card.device, keepsOpen: keepsOpen, log: book.log))
    }

    static let mishaps: [(SimulatedCard.Mishap, @Sendable (AudioCounters) -> Int)] = [
        (.overrun, { $0.overruns }), (.suspend, { $0.suspends }),
    ]

    @Test("After an overrun or a suspend the same recording goes on", arguments: mishaps.indices)
    func recording(index: Int) async throws {
        let (mishap, count) = Self.mishaps[index]
        let card = try testCard()
        let rig = rig(card)
        try await rig.run {
            var frames = 0
            var last: Moment?
            for try await chunk in rig.microphone.listen(from: .now) {
                if frames == 0 { try card.suffer(mishap) }
                frames += chunk.chunk.frames
                last = chunk.began
                if frames > 16_000, count(rig.microphone.counters) > 0 { break }
            }
            #expect(count(rig.microphone.counters) == 1)
            // Its time is right again, too.
            #expect(.now - last! < .milliseconds(500))
        }
        #expect(book.count("\(mishap.rawValue) of ") == 1)
        #expect(book.count("error") == 0)
    }

    static let playingMishaps: [(SimulatedCard.Mishap, @Sendable (AudioCounters) -> Int)] = [
        (.underrun, { $0.underruns }), (.suspend, { $0.suspends }),
    ]

    @Test(
        "After an underrun or a suspend the same playback goes on",
        arguments: playingMishaps.indices)
    func playback(index: Int) async throws {
        let (mishap, count) = Self.playingMishaps[index]
        let card = try testCard()
        let rig = rig(card, preRoll: .zero)
        let tone = TestSound.tone(440, lasting: .seconds(1), format: SimulatedCard.speakerFormat)
        try await rig.run {
            let playback = rig.speaker.begin()
            let playing = Task {
                _ = try await playback.play(tone)
                return try await playback.drain()
            }
            _ = try await Rig.until { try card.heard().duration > .milliseconds(200) }
            try card.suffer(mishap)
            _ = try await playing.value
            #expect(count(rig.speaker.counters) == 1)
            // What was in the card is lost; the rest is heard.
            #expect(try card.heard().duration > .milliseconds(750))
        }
        #expect(book.count("\(mishap.rawValue) of ") == 1)
        #expect(book.count("error") == 0)
    }

    @Test("A playback that is left to run dry, and the next one, are no underrun")
    func dry() async throws {
        let card = try testCard()
        let rig = rig(card)
        let tone = TestSound.tone(
            440, lasting: .milliseconds(100), format: SimulatedCard.speakerFormat)
        try await rig.run {
            _ = try await rig.speaker.begin().play(tone)
            try await Rig.sleep(300)
            let playback = rig.speaker.begin()
            _ = try await playback.play(tone)
            _ = try await playback.drain()
            #expect(rig.speaker.counters == AudioCounters())
            #expect(try card.heard() == tone + tone)
        }
    }

    @Test(
        "Unplugged in the middle of a word, whoever listens knows at once; plugged in, it is back")
    func unpluggedMicrophone() async throws {
        let card = try testCard()
        let rig = rig(card)
        try await rig.run {
            var unplugged: Moment?
            do {
                for try await _ in rig.microphone.listen(from: .now) where unplugged == nil {
                    unplugged = .now
                    try card.suffer(.unplugged)
                }
                Issue.record("the stream ended as if nothing had happened")
            } catch {
                #expect("\(error)".contains("No such device"))
            }
            #expect(.now - unplugged! < .seconds(1))
            // Who asks while it is away is told so at once, too; the log is told once.
            for _ in 0..<3 {
                await #expect(throws: ALSAError.self) {
                    for try await _ in rig.microphone.listen(from: .now) {}
                }
            }
            #expect(book.count("error") == 1)
            try card.suffer(.none)
            // A listener cuts the wait short.
            var isBack = false
            for try await _ in rig.microphone.listen(from: .now) {
                isBack = true
                break
            }
            #expect(isBack)
            #expect(rig.microphone.counters.reopenings == 1)
        }
        #expect(book.count("recording again from") == 1)
    }

    @Test("Nobody listening, the microphone comes back by itself")
    func byItself() async throws {
        let card = try testCard()
        let rig = rig(card)
        try await rig.run {
            _ = try await Rig.until { book.count("recording from") == 1 }
            try card.suffer(.unplugged)
            #expect(try await Rig.until { book.count("error") == 1 })
            try card.suffer(.none)
            let isBack = try await Rig.until { rig.microphone.counters.reopenings > 0 }
            #expect(isBack, "\(book.lines)")
        }
    }

    @Test("Unplugged in the middle of an answer, the playback throws; the next one tries again")
    func unpluggedSpeaker() async throws {
        let card = try testCard()
        let rig = rig(card, preRoll: .zero)
        let tone = TestSound.tone(440, lasting: .seconds(2), format: SimulatedCard.speakerFormat)
        try await rig.run {
            let playback = rig.speaker.begin()
            let playing = Task { try await playback.play(tone) }
            _ = try await Rig.until { try card.heard().duration > .milliseconds(100) }
            let unplugged = Moment.now
            try card.suffer(.unplugged)
            await #expect(throws: ALSAError.self) { try await playing.value }
            #expect(.now - unplugged < .seconds(1))
            await #expect(throws: ALSAError.self) {
                try await rig.speaker.begin().play(tone.part(0..<2400))
            }
            #expect(book.count("error") == 1)
            try card.suffer(.none)
            let heard = try card.heard().frames
            let next = rig.speaker.begin()
            _ = try await next.play(tone.part(0..<2400))
            _ = try await next.drain()
            #expect(try card.heard().frames == heard + 2400)
            #expect(rig.speaker.counters.reopenings == 1)
        }
        #expect(book.count("playing again on") == 1)
    }

    @Test("Unplugged while it drains, the playback throws and does not hang")
    func unpluggedDraining() async throws {
        let card = try testCard()
        let rig = rig(card, preRoll: .zero)
        let tone = TestSound.tone(
            440, lasting: .milliseconds(190), format: SimulatedCard.speakerFormat)
        try await rig.run {
            let playback = rig.speaker.begin()
            _ = try await playback.play(tone)
            try card.suffer(.unplugged)
            await #expect(throws: ALSAError.self) { try await playback.drain() }
        }
    }

    @Test("Muted, it is closed at once and forgets; unmuted, it hears again")
    func muted() async throws {
        let card = try testCard()
        let rig = rig(card)
        try await rig.run {
            await #expect(throws: MicrophoneMuted.self) {
                var isFirst = true
                for try await _ in rig.microphone.listen(from: .now) {
                    if isFirst { rig.microphone.setMuted(true) }
                    isFirst = false
                }
            }
            await #expect(throws: MicrophoneMuted.self) {
                for try await _ in rig.microphone.listen(from: .now - .seconds(1)) {}
            }
            try await Rig.sleep(100)
            // It is closed: what is said stays in the air until somebody opens it again.
            try card.speak(TestSound.tone(500, lasting: .milliseconds(200)))
            try await Rig.sleep(400)
            let unmuted = Moment.now
            rig.microphone.setMuted(false)
            var heard: [Int16] = []
            for try await chunk in rig.microphone.listen(from: unmuted - .seconds(2)) {
                if heard.isEmpty { #expect(chunk.began > unmuted - .milliseconds(50)) }
                heard += chunk.chunk.samples
                if heard.count > 8000 { break }
            }
            #expect(heard.contains { abs(Int($0)) > 5000 })
        }
        #expect(book.count("error") == 0)
    }

    // MARK: - A speaker that is kept open

    @Test("Kept open, silence runs, answers come through whole, and stop is silence at once")
    func keptOpen() async throws {
        let card = try testCard()
        let rig = rig(card, preRoll: .zero, keepsOpen: true)
        let format = SimulatedCard.speakerFormat
        let tone = TestSound.tone(440, lasting: .milliseconds(400), format: format)
        try await rig.run {
            // It is awake before anybody asks for anything.
            #expect(try await Rig.until { try card.heard().duration > .milliseconds(300) })
            for _ in 0..<2 {
                let before = try card.heard().frames
                let playback = rig.speaker.begin()
                let began = try await playback.play(tone)
                let drained = try await playback.drain()
                #expect(drained - began >= .milliseconds(395))
                #expect(drained - began < .seconds(2))
                let heard = try card.heard()
                let sound = heard.samples[before...]
                let first = try #require(sound.firstIndex { $0 != 0 })
                // The first sample did not wait behind a buffer full of silence, which is 200 ms.
                #expect(format.duration(ofFrames: first - before) < .milliseconds(150))
                // 440 Hz begins with a zero.
                #expect(Array(heard.samples[(first - 1)...].prefix(tone.frames)) == tone.samples)
                try await Rig.sleep(100)
            }
            // Stopped in the middle.
            let playback = rig.speaker.begin()
            let long = TestSound.tone(440, lasting: .seconds(3), format: format)
            let playing = Task { try await playback.play(long) }
            let idle = try card.heard().frames
            _ = try await Rig.until { try card.heard().samples.suffix(2400).contains { $0 != 0 } }
            let last = try #require(await rig.speaker.stop())
            #expect(.now - last < .milliseconds(30))
            await #expect(throws: CancellationError.self) { try await playing.value }
            let stopped = try card.heard().samples
            #expect(stopped.count > idle)
            try await Rig.sleep(200)
            let after = try card.heard().samples
            #expect(after.count > stopped.count)
            let tail = try #require(after.lastIndex { $0 != 0 })
            #expect(tail < stopped.count)
        }
    }

    @Test("Kept open and unplugged, it comes back by itself")
    func keptOpenUnplugged() async throws {
        let card = try testCard()
        let rig = rig(card, preRoll: .zero, keepsOpen: true)
        try await rig.run {
            _ = try await Rig.until { try card.heard().duration > .milliseconds(100) }
            try card.suffer(.unplugged)
            #expect(try await Rig.until { book.count("error") == 1 })
            let heard = try card.heard().frames
            try card.suffer(.none)
            #expect(try await Rig.until { try card.heard().frames > heard })
            #expect(rig.speaker.counters.reopenings == 1)
        }
        #expect(book.count("error") == 1)
    }

    @Test("Kept open, no more is played than time goes by")
    func idle() async throws {
        let card = try testCard()
        let speaker = ALSASpeaker(device: card.device, keepsOpen: true, log: .silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await speaker.run() }
            defer { group.cancelAll() }
            _ = try await Rig.until { try card.heard().duration > .milliseconds(100) }
            let frames = try card.heard().frames
            try await Rig.sleep(1000)
            // No more is played than time goes by.
            let played = try card.heard().frames - frames
            #expect(abs(played - 24_000) < 4_800)
        }
    }
}
