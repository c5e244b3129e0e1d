import Store
import Synchronization
import Voice
import VoiceLoop

/// The chains of those who want another voice than the usual one: it is asked first, and the usual
/// ones when it does not answer.
final class VoiceChains: Sendable {
    /// A voice, and who has it.
    struct Choice: Hashable, Sendable {
        /// Nil for whoever leads the usual chain.
        let provider: String?
        let voice: String

        init(provider: String?, voice: String) {
            self.provider = provider
            self.voice = voice
        }
    }

    private let usual: Failover<any SpeechSynthesizer>
    private let links: [Settings.Link]
    private let make: @Sendable (Settings.Link) -> (any SpeechSynthesizer)?
    /// Made once, since whoever speaks learns what the account has.
    private let made = Mutex<[Choice: Failover<any SpeechSynthesizer>]>([:])
    private static let mostMade = 32

    /// - Parameters:
    ///   - links: what the usual chain is made of.
    ///   - make: as the usual chain's were made.
    init(
        _ usual: Failover<any SpeechSynthesizer>, links: [Settings.Link],
        make: @escaping @Sendable (Settings.Link) -> (any SpeechSynthesizer)?
    ) {
        self.usual = usual
        // Who has a key may be of use for other stages only.
        self.links = links.filter { make($0) != nil }
        self.make = make
    }

    /// - Parameter text: a voice as a link's setting has it, after its provider and a colon if it is
    ///   not that of who leads the chain.
    func choice(_ text: String) -> Choice {
        let halves = text.split(separator: ":", maxSplits: 1).map(String.init)
        if halves.count == 2, make(Settings.Link(provider: halves[0])) != nil {
            return Choice(provider: halves[0], voice: halves[1])
        }
        return Choice(provider: nil, voice: text)
    }

    /// - Parameter choice: nil for the usual voice.
    func chain(_ choice: Choice?) -> Failover<any SpeechSynthesizer> {
        guard let choice else { return usual }
        if let chain = made.withLock({ $0[choice] }) { return chain }
        let provider = choice.provider ?? links.first?.provider ?? ""
        var link =
            links.first { $0.provider == provider } ?? Settings.Link(provider: provider)
        link.voice = choice.voice
        guard let synthesizer = make(link) else { return usual }
        let chain = usual.preferring(
            .init(provider, account: link.account, synthesizer))
        made.withLock { made in
            if made.count >= Self.mostMade { made = [:] }
            made[choice] = chain
        }
        return chain
    }
}
