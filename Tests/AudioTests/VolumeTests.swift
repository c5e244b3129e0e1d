import Codec
import Linux
import TestSupport
import Testing
import Voice

@testable import Audio

@Suite(.serialized, .timeLimit(.minutes(2)))
struct VolumeTests {
    static let scale: [(percent: Int, least: Double, most: Double, decibels: Double)] = [
        (100, -60, 0, 0), (0, -60, 0, -60), (50, -60, 0, -15.58), (100, -102, 4, 4),
        (70, -.infinity, 0, -9.29), (0, -.infinity, 0, -.infinity),
        (50, -20, 0, -10), (0, -20, 4, -20), (100, 0, 24, 24), (25, 0, 24, 6),
    ]

    @Test("Percentages in decibels", arguments: scale)
    func decibels(percent: Int, least: Double, most: Double, decibels: Double) {
        let found = VolumeScale.decibels(for: percent, from: least, to: most)
        #expect(found == decibels || abs(found - decibels) < 0.1)
    }

    @Test("Louder is louder, on every scale")
    func rises() {
        for least in [-102.0, -60, -24, -10, -Double.infinity] {
            let all: [Double] = (0...100).map { VolumeScale.decibels(for: $0, from: least, to: 0) }
            #expect(zip(all, all.dropFirst()).allSatisfy { $0 < $1 })
        }
        let factors = (0...100).map { VolumeScale.factor(for: $0) }
        #expect(zip(factors, factors.dropFirst()).allSatisfy { $0 < $1 })
        #expect(factors[0] == 0 && factors[100] == 1)
    }

    @Test("The gain goes over in 20 ms, from wherever it is")
    func gain() {
        var gain = Gain(1, framesPerSecond: 1000)
        gain.change(to: 0)
        #expect((0...21).map { gain.factor(after: $0) }.first == 1)
        #expect(abs(gain.factor(after: 10) - 0.5) < 0.001)
        #expect(gain.factor(after: 20) == 0 && gain.factor(after: 500) == 0)
        gain.advance(by: 10)
        gain.change(to: 1)
        #expect(abs(gain.factor(after: 0) - 0.5) < 0.001)
        gain.advance(by: 100)
        #expect(gain.factor(after: 0) == 1)
    }

    private func play(
        _ tone: AudioChunk, volume: Int, mixer: String? = nil, log: Log = .silent,
        on card: SimulatedCard, _ during: @Sendable (ALSASpeaker) async throws -> Void = { _ in }
    ) async throws {
        let speaker = ALSASpeaker(
            device: card.device, volume: volume, keepsOpen: false, mixer: mixer, log: log)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await speaker.run() }
            defer { group.cancelAll() }
            let playback = speaker.begin()
            let playing = Task {
                _ = try await playback.play(tone)
                _ = try await playback.drain()
            }
            try await during(speaker)
            try await playing.value
        }
    }

    static let gains: [(percent: Int, decibels: Double)] = [(100, 0), (70, -9.29), (50, -18.06)]

    @Test("Without a mixer the samples are made softer", arguments: gains)
    func softer(percent: Int, decibels: Double) async throws {
        let card = try testCard()
        let tone = TestSound.tone(
            440, lasting: .milliseconds(200), format: SimulatedCard.speakerFormat)
        try await play(tone, volume: percent, on: card)
        let heard = try card.heard()
        #expect(heard.frames == tone.frames)
        let difference = Level.decibels(of: heard.samples) - Level.decibels(of: tone.samples)
        #expect(abs(difference - decibels) < 0.2)
    }

    @Test("0 is silence, with a mixer and without", arguments: [false, true])
    func silence(hasMixer: Bool) async throws {
        let card = try testCard()
        let tone = TestSound.tone(
            440, lasting: .milliseconds(200), format: SimulatedCard.speakerFormat)
        try await play(tone, volume: 0, mixer: hasMixer ? card.mixer : nil, on: card)
        let heard = try card.heard()
        #expect(heard.frames == tone.frames)
        // What a new device may still be fading from lasts 20 ms.
        #expect(heard.samples.dropFirst(480).allSatisfy { $0 == 0 })
        if hasMixer { #expect(card.mixerState == (0, false)) }
    }

    @Test("Turned down while it plays, it goes over without a click")
    func running() async throws {
        let card = try testCard()
        let tone = TestSound.tone(
            100, lasting: .milliseconds(1200), format: SimulatedCard.speakerFormat)
        try await play(tone, volume: 100, on: card) { speaker in
            _ = try await Rig.until { try card.heard().duration > .milliseconds(300) }
            speaker.setVolume(30)
        }
        let heard = try card.heard()
        #expect(heard.frames == tone.frames)
        let after = Level.decibels(of: heard.samples.suffix(4800))
        #expect(abs(after - Level.decibels(of: tone.samples.suffix(4800)) + 31.37) < 0.5)
        // A wave of 100 Hz moves by 1/38 of its height a sample at most; a click jumps.
        let steps = zip(heard.samples, heard.samples.dropFirst()).map { abs(Int($0) - Int($1)) }
        #expect(steps.max()! < 9830 / 30)
    }

    @Test("With a mixer it is the card that gets louder, and the samples stay as they are")
    func mixer() async throws {
        let card = try testCard()
        let book = LogBook()
        let tone = TestSound.tone(
            440, lasting: .milliseconds(600), format: SimulatedCard.speakerFormat)
        try await play(tone, volume: 50, mixer: card.mixer, log: book.log, on: card) { speaker in
            let isOn = try await Rig.until { card.mixerState.isOn }
            #expect(isOn)
            // 60 dB in a hundred steps; half of it sounds like 15.6 dB less.
            #expect(card.mixerState.volume == 75)
            speaker.setVolume(100)
            let isFull = try await Rig.until { card.mixerState.volume == 100 }
            #expect(isFull)
        }
        #expect(try card.heard().samples.suffix(9600) == tone.samples.suffix(9600))
        #expect(book.count("control Master") == 1)
        // A machine that stands still for a moment is not what is looked at here.
        #expect(book.lines.allSatisfy { $0.hasPrefix("debug") || $0.contains("underrun") })
    }

    @Test("Without decibels the control is set evenly, and one that has no such control is told")
    func oddMixers() throws {
        let card = try testCard()
        let plain = card.mixer + ",NAME=Speaker,DECIBELS=0"
        #expect(try Mixer(of: plain).setVolume(30) == "Speaker")
        #expect(card.mixerState == (30, true))
        #expect(try Mixer(of: card.mixer + ",NAME=Odd").setVolume(1) == "Odd")
        // One percent is not silence.
        #expect(card.mixerState == (4, true))
        #expect {
            _ = try Mixer(of: "no_such_mixer").setVolume(30)
        } throws: {
            "\($0)".hasPrefix("cannot open audio device \"no_such_mixer\": ")
        }
    }

    @Test("A mixer that is missing is one line for those who debug, and no error")
    func missingMixer() async throws {
        let card = try testCard()
        let book = LogBook()
        let tone = TestSound.tone(
            440, lasting: .milliseconds(200), format: SimulatedCard.speakerFormat)
        try await play(tone, volume: 50, mixer: "no_such_mixer", log: book.log, on: card)
        #expect(book.count("samples are made softer instead") == 1)
        #expect(book.lines.allSatisfy { $0.hasPrefix("debug") })
        let heard = try card.heard()
        let difference = Level.decibels(of: heard.samples) - Level.decibels(of: tone.samples)
        #expect(abs(difference + 18.06) < 0.2)
    }
}
