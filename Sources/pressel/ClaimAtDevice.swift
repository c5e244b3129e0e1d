import Linux
import Panel
import Synchronization
import Voice
import VoiceLoop
import Web

/// Whoever stands before the device, as its page asks them.
final class ClaimAtDevice: ClaimWitness {
    private let button: LineButton?
    private let sentences: Sentences
    private let conversation = Mutex<Conversation?>(nil)

    init(button: LineButton?, sentences: Sentences) {
        self.button = button
        self.sentences = sentences
    }

    /// The conversation is made after this.
    func attach(_ conversation: Conversation) { self.conversation.withLock { $0 = conversation } }
    func detach() { conversation.withLock { $0 = nil } }

    var hasButton: Bool { button?.works ?? false }

    func agrees(toClaimFrom address: String) async -> Bool {
        guard let conversation = conversation.withLock({ $0 }) else { return false }
        return await conversation.consents(to: sentences.claimQuestion(Self.spoken(address)))
    }

    /// Not through the log of the other parts: what they tell can be read over the network too, by
    /// whoever may see what the device is, and this makes its reader the owner.
    func tell(code: String, toClaimFrom address: String) {
        let half = code.index(code.startIndex, offsetBy: code.count / 2)
        LogWriter.write(
            .info, "web",
            "a browser at \(address) wants to manage this device; if that is you, enter the code"
                + " \(code[..<half]) \(code[half...]) there")
    }

    /// An address as one says it: the numbers of IPv4, or the end of IPv6, character by character.
    static func spoken(_ address: String) -> String {
        guard address.contains(":") else {
            return address.split(separator: ".").joined(separator: " ")
        }
        let end = address.split(separator: ":").suffix(2).joined()
        return end.map(String.init).joined(separator: " ")
    }
}
