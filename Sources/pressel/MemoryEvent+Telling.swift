import Store
import Voice
import VoiceLoop

extension MemoryEvent {
    func tell(_ log: Log) {
        switch self {
        case .setAside(let path, let reason):
            log.error("\(reason); the store was set aside as \(path), and a new one begun")
        case .unusable(let error):
            log.error("\(error); until then nothing is remembered beyond the end of the program")
        case .cannotWrite(let error):
            log.error(
                "\(error); until then nothing new is remembered beyond the end of the program")
        case .worksAgain: log.info("the store works again, and has what was held back")
        case .archiveWaits: break
        case .archiveIsFull:
            log.warning("too much waits for the archive: from now on the oldest is dropped")
        }
    }

    /// What is said aloud, if anything.
    func sentence(_ sentences: Sentences) -> String? {
        switch self {
        case .setAside: sentences.storeDamaged
        case .unusable(.newer): sentences.storeNewer
        case .unusable, .cannotWrite: sentences.storeUnwritable
        case .worksAgain, .archiveWaits, .archiveIsFull: nil
        }
    }
}
