import Store
import Synchronization
import TestSupport
import Testing
import Voice
import VoiceLoop

@testable import pressel

struct VoiceChainsTests {
    private struct Speaker: SpeechSynthesizer {
        func speech(for text: String) async throws(ProviderError) -> AudioStream {
            AudioStream { $0.finish() }
        }
    }

    private final class Maker: Sendable {
        let made = Mutex<[Settings.Link]>([])

        func make(_ link: Settings.Link) -> (any SpeechSynthesizer)? {
            guard ["openai", "elevenlabs"].contains(link.provider) else { return nil }
            made.withLock { $0.append(link) }
            return Speaker()
        }
    }

    private let maker = Maker()

    private func chains() -> VoiceChains {
        var first = Settings.Link(provider: "openai")
        first.model = "the model"
        first.voice = "usual"
        let usual = Failover<any SpeechSynthesizer>(
            [.init("openai", Speaker()), .init("espeak-ng", Speaker())], clock: InstantClock(),
            log: .silent)
        return VoiceChains(usual, links: [first]) { [maker] in maker.make($0) }
    }

    static let choices: [(text: String, provider: String?, voice: String)] = [
        ("nova", nil, "nova"), ("elevenlabs:abc", "elevenlabs", "abc"),
        ("nobody:abc", nil, "nobody:abc"), ("openai:a:b", "openai", "a:b"), (":", nil, ":"),
    ]

    @Test("A voice is one of who leads, or of who stands before it", arguments: choices)
    func choice(text: String, provider: String?, voice: String) {
        let choice = chains().choice(text)
        #expect(choice == VoiceChains.Choice(provider: provider, voice: voice))
    }

    @Test("Another voice is asked first, and all else is as it was set up")
    func chain() {
        let chains = chains()
        #expect(chains.chain(nil).providers.map(\.name) == ["openai", "espeak-ng"])
        let own = chains.chain(chains.choice("nova"))
        #expect(own.providers.map(\.name) == ["openai", "openai", "espeak-ng"])
        #expect(maker.made.withLock { $0.last?.voice } == "nova")
        #expect(maker.made.withLock { $0.last?.model } == "the model")
        let other = chains.chain(.init(provider: "elevenlabs", voice: "abc"))
        #expect(other.providers.map(\.name) == ["elevenlabs", "openai", "espeak-ng"])
        // One that nobody can be made of is the usual one.
        let none = chains.chain(.init(provider: "nobody", voice: "abc"))
        #expect(none.providers.count == 2)
    }

    @Test("A chain is made once")
    func once() {
        let chains = chains()
        let choice = VoiceChains.Choice(provider: "openai", voice: "nova")
        let before = maker.made.withLock { $0.count }
        #expect(chains.chain(choice) === chains.chain(choice))
        #expect(maker.made.withLock { $0.count } == before + 1)
    }
}
