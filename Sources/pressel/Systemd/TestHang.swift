import Glibc
import Linux
import VoiceLoop

/// Part of the program that is to hang, to see whether what watches over it does: at SIGUSR1, if
/// `PRESSEL_TEST_HANG` names it in the environment of the service. Nothing else leads here.
enum TestHang: String {
    /// The microphone's thread.
    case audio
    case speaker
    /// The actor of the conversation.
    case loop

    static let signal = SIGUSR1

    /// To be made before the threads it is about; nil where the environment names none.
    init?() {
        guard let name = environment("PRESSEL_TEST_HANG") else { return nil }
        self.init(rawValue: name)
        allowHangingThreads()
    }

    func hang(_ conversation: Conversation) {
        switch self {
        case .audio: hangThread(named: "microphone")
        case .speaker: hangThread(named: "speaker")
        case .loop: Task { await Self.occupy(conversation) }
        }
    }

    private static func occupy(_ conversation: isolated Conversation) {
        while true { pause() }
    }
}
