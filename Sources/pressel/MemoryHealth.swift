import Linux
import Store
import Synchronization

/// What is the matter with what the device remembers, for whoever asks.
final class MemoryHealth: Sendable {
    let folder: String
    /// Nothing of it outlives the power.
    let isInMemoryOnly: Bool
    private let trouble = Mutex<String?>(nil)

    /// What a state folder holds that its owner would miss.
    static let lost =
        "settings, keys and the password that were given on the page, history, timers and voices"

    init(_ folder: StateFolder) {
        self.folder = folder.path
        isInMemoryOnly = isInMemory(folder.path)
    }

    /// Nil if there is nothing the matter.
    var problem: String? {
        trouble.withLock { $0 }
            ?? (isInMemoryOnly
                ? "\(folder) is kept in memory only: \(Self.lost) are lost when it is switched off"
                : nil)
    }

    func note(_ event: MemoryEvent) {
        switch event {
        case .unusable(let error), .cannotWrite(let error):
            trouble.withLock { $0 = "\(error); \(Self.lost) are lost when the program ends" }
        case .worksAgain: trouble.withLock { $0 = nil }
        case .setAside, .archiveWaits, .archiveIsFull: break
        }
    }
}
