import Codec
import TestSupport
import Testing
import Voice

struct ToneCodeTests {
    private static let text = "The quick brown fox, jumps over the the lazy dog. Größe 42 你好"

    @Test(
        "Words are heard in their order, at any rate and volume",
        arguments: [
            (24_000, 1, 1.0), (16_000, 1, 0.1), (48_000, 2, 0.5), (44_100, 1, 3), (8_000, 1, 1),
        ])
    func rates(rate: Int, channels: Int, volume: Double) {
        let sound = ToneCode.sound(of: Self.text).scaled(by: volume)
        let format = AudioFormat(framesPerSecond: rate, channels: channels)
        let heard = ToneCode.heard(in: Resampler.convert(sound, to: format))
        #expect(heard.map(\.symbol) == ToneCode.symbols(for: Self.text))
    }

    @Test("Where each word begins is told to within a few milliseconds")
    func places() {
        let pause = AudioChunk.silence(
            lasting: .milliseconds(333), format: AudioFormat(framesPerSecond: 24_000, channels: 1))
        let heard = ToneCode.heard(
            in: pause + ToneCode.sound(of: "one") + pause + ToneCode.sound(of: "two"))
        #expect(heard.map(\.symbol) == ToneCode.symbols(for: "one two"))
        for (word, frame) in zip(heard, [333 * 24, (333 + 120 + 333) * 24]) {
            #expect(abs(word.frame - frame) < 24 * 8)
        }
    }

    @Test("Words that were cut short or never played are not heard")
    func cut() {
        let sound = ToneCode.sound(of: "one two three")
        let heard = ToneCode.heard(in: sound.part(0..<(120 + 120 + 30) * 24))
        #expect(heard.map(\.symbol) == ToneCode.symbols(for: "one two"))
        #expect(ToneCode.heard(in: .silence(lasting: .seconds(1), format: .speech)).isEmpty)
        #expect(ToneCode.heard(in: AudioChunk([], format: .speech)).isEmpty)
    }

    @Test(
        "A text falls into words",
        arguments: [
            ("", []), ("One, two.", ["One", "two"]), ("don't 3.5", ["don't", "3", "5"]),
            ("你好 ok", ["你", "好", "ok"]), ("...", []),
        ])
    func words(text: String, words: [String]) {
        #expect(ToneCode.words(of: text) == words)
    }

    @Test("Common words do not sound alike")
    func chords() {
        let words = "the of and to in is you that it he was for on are as with his they at be this"
        let symbols = ToneCode.symbols(for: words)
        #expect(Set(symbols).count == symbols.count)
        #expect(ToneCode.symbol(for: "Hello") == ToneCode.symbol(for: "hello"))
    }
}
