/// How much history is kept.
public struct HistoryLimits: Equatable, Sendable {
    /// Older turns go, with their sound. 0: nothing that was said is ever written to the disk, and
    /// a conversation remembers until the program ends.
    public var keepDays: Int
    /// Whether questions and answers are kept as sound too.
    public var keepAudio: Bool
    /// Whether turns are queued for the archive too.
    public var archives: Bool

    /// However few the days: a turn takes some 2 KB, so that this is 40 MB.
    var mostTurns: Int64 = 20_000
    /// Of sound, in all: some seven hours.
    var mostSoundBytes: Int64 = 1 << 30
    /// With less room than this on the disk no more sound is kept.
    var leastFreeBytes: Int64 = 256 << 20

    /// Of objects that wait for the archive. What is kept beyond it is the newest.
    var mostUploads: Int64 = 10_000
    /// Of their sound, which may be in history too, and then takes its room once.
    var mostUploadBytes: Int64 = 1 << 30
    /// Of their words, which are in the database.
    var mostUploadText: Int64 = 64 << 20

    public init(keepDays: Int = 30, keepAudio: Bool = false, archives: Bool = false) {
        self.keepDays = keepDays
        self.keepAudio = keepAudio
        self.archives = archives
    }
}

extension HistoryLimits {
    /// As the owner set them.
    public init(_ settings: Settings.History) {
        self.init(
            keepDays: settings.keepDays, keepAudio: settings.keepAudio,
            archives: settings.archive != nil)
    }
}
