import Store
import Voice
import VoiceLoop

/// What the device has to say of itself. The memory and the timers have something to say before
/// there is anything to say it, so it waits here, the newest hundred.
struct Announcements: Sendable {
    private let sentences: Sentences
    private let waiting: AsyncStream<Announcement>
    private let post: AsyncStream<Announcement>.Continuation

    private struct Announcement: Sendable {
        let utterance: Utterance
        var then: @Sendable () -> Void = {}
    }

    init(in sentences: Sentences) {
        self.sentences = sentences
        (waiting, post) = AsyncStream.makeStream(
            of: Announcement.self, bufferingPolicy: .bufferingNewest(100))
    }

    func say(_ sentence: String) { post.yield(Announcement(utterance: .announcement(sentence))) }

    /// - Parameters:
    ///   - late: by how much, if it is.
    ///   - then: called when it was heard.
    func ring(_ timer: RunningTimer, late: Duration?, then: @escaping @Sendable () -> Void) {
        let sentence = sentences.timerRings(after: timer.duration, named: timer.name, late: late)
        post.yield(Announcement(utterance: .alarm(sentence), then: then))
    }

    /// What happens to the memory, where it is a person's business.
    func tell(_ event: MemoryEvent) {
        if let sentence = event.sentence(sentences) { say(sentence) }
    }

    /// The owner of a device in a corner reads no log.
    func tell(_ complaints: [SettingsComplaint]) {
        guard let first = complaints.first else { return }
        let key = first.key.split(separator: ".").joined(separator: ", ")
        say(sentences.settingWrong(key, complaints.count > 1))
    }

    /// Has `conversation` say them, until the task is cancelled.
    func run(_ conversation: Conversation) async {
        for await announcement in waiting {
            await conversation.say(announcement.utterance, then: announcement.then)
        }
    }
}
