import Audio
import Voice

/// Signs of life of what must not hang: the voice loop and the threads of the sound cards.
struct Vitals: Equatable {
    /// Since when the loop's actor has been asked whether it is there, and has not answered; nil if
    /// it has.
    var loopAskedSince: Moment?
    /// Since when the loop has been at one event.
    var loopBusySince: Moment?
    var microphone: AudioActivity
    var speaker: AudioActivity

    /// Longer than a card may give nothing until its thread itself gives it up (3 s), and than the
    /// loop ever waits for anything.
    static let patience = Duration.seconds(4)

    /// Of a card that is being opened: some questions of five seconds each (the limit of the
    /// kernel's USB sound driver for one), and then it is missing.
    static let openingPatience = Duration.seconds(30)

    /// Who gives no sign of life, in words for the log; empty if all do.
    func silent(at now: Moment) -> [String] {
        func isOld(_ since: Moment?, _ patience: Duration = Self.patience) -> Bool {
            since.map { now - $0 > patience } ?? false
        }
        var silent: [String] = []
        if isOld(loopAskedSince) || isOld(loopBusySince) { silent.append("the voice loop") }
        for (name, thread) in [("microphone", microphone), ("speaker", speaker)] {
            let mustMove =
                switch thread.state {
                case .opening, .working, .absent: true
                case .quiet, .closed, .muted, .retrying: false
                }
            let patience = thread.state == .opening ? Self.openingPatience : Self.patience
            if isOld(thread.calledSince, patience) || mustMove && isOld(thread.since, patience) {
                silent.append("the \(name)'s thread")
            }
        }
        return silent
    }
}
