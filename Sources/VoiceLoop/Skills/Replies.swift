/// What the skills say, in one language. Short, since somebody has to listen to it to the end.
protocol Replies: Sendable {
    var noClock: String { get }
    var nothingSaidYet: String { get }
    var nothingAskedYet: String { get }
    func lastQuestion(_ question: String) -> String
    var forgotten: String { get }
    var cannotForget: String { get }

    func volume(_ volume: Int) -> String
    var loudest: String { get }
    var softest: String { get }
    var volumeRange: String { get }
    var cannotChangeVolume: String { get }
    var slowest: String { get }
    /// When there is no answer to repeat.
    var slowerNow: String { get }
    var muted: String { get }
    var cannotMute: String { get }

    func timerSet(_ duration: String, name: String?) -> String
    func timerSet(at time: String, name: String?) -> String
    var timerRange: String { get }
    var cannotKeepTimer: String { get }
    func remaining(_ duration: String, label: TimerLabel) -> String
    var noTimers: String { get }
    var noSuchTimer: String { get }
    /// Several run, and none was named; what they are follows.
    var whichTimer: String { get }
    func cancelled(_ label: TimerLabel) -> String
    var cancelledAll: String { get }
    var cannotCancelTimer: String { get }

    /// - Parameter address: its four numbers; nil without a network.
    func identity(_ name: String, _ address: [String]?) -> String
    var online: String { get }
    var offline: String { get }
    var abilities: String { get }
    /// To whatever is no skill's: why nobody can answer it, and what can be asked instead.
    func refusal(online: Bool) -> String
}

extension SpokenLanguage {
    var replies: any Replies {
        switch self {
        case .english: EnglishReplies()
        case .german: GermanReplies()
        case .french: FrenchReplies()
        case .spanish: SpanishReplies()
        }
    }

    func number(_ number: Int) -> String { NumberWords[self].words(for: number) }
}
