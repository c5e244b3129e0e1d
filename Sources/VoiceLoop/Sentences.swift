/// What the device says of itself, in its owner's language: what is the matter, and what to do
/// where the person can do something. Nobody else has to work for them to be said.
public struct Sentences: Sendable {
    // When a turn fails.
    public let microphoneMissing: String
    public let microphoneMuted: String
    public let notUnderstood: String
    public let noRecognizer: String
    public let noAnswer: String
    /// The recognizer on the device knows no language but English; only said in others.
    public let onlyEnglishOffline: String
    public let noNetwork: String
    public let keyRefused: String
    public let creditUsedUp: String
    public let providerDown: String
    /// The clock was never set, so nobody elsewhere can be trusted.
    public let clockNotSet: String
    /// It had begun to answer, and did not go on.
    public let brokenOff: String
    /// Nobody has claimed the device or given it a key yet.
    public let notSetUp: String

    // The conversation.
    public let forgetQuestion: String
    public let forgotten: String
    /// Nobody agreed.
    public let notForgotten: String

    // What happens to the device.
    public let settingWrong: @Sendable (_ key: String, _ others: Bool) -> String
    public let storeDamaged: String
    public let storeNewer: String
    public let storeUnwritable: String
    /// It is kept where it is gone when the power is.
    public let storeInMemoryOnly: String
    public let buttonStuck: String
    /// The page's password was cleared.
    public let recoveryDone: String
    /// A request to manage the device: from which address, as it is spoken.
    public let claimQuestion: @Sendable (_ address: String) -> String
    public let claimAgreed: String
    /// Nobody held the button.
    public let claimRefused: String

    private let timer: @Sendable (_ duration: String, _ name: String?) -> String
    private let lateTimer: @Sendable (_ duration: String, _ name: String?, _ ago: String) -> String
    private let language: SpokenLanguage

    public init(_ language: SpokenLanguage) {
        self =
            switch language {
            case .english: .english
            case .german: .german
            case .french: .french
            case .spanish: .spanish
            }
    }

    init(
        _ language: SpokenLanguage, microphoneMissing: String, microphoneMuted: String,
        notUnderstood: String, noRecognizer: String, noAnswer: String,
        onlyEnglishOffline: String, noNetwork: String, keyRefused: String, creditUsedUp: String,
        providerDown: String, clockNotSet: String, brokenOff: String, notSetUp: String,
        forgetQuestion: String,
        forgotten: String,
        notForgotten: String,
        settingWrong: @escaping @Sendable (_ key: String, _ others: Bool) -> String,
        storeDamaged: String, storeNewer: String, storeUnwritable: String,
        storeInMemoryOnly: String, buttonStuck: String, recoveryDone: String,
        claimQuestion: @escaping @Sendable (_ address: String) -> String,
        claimAgreed: String, claimRefused: String,
        timer: @escaping @Sendable (_ duration: String, _ name: String?) -> String,
        lateTimer:
            @escaping @Sendable (_ duration: String, _ name: String?, _ ago: String)
            -> String
    ) {
        self.language = language
        self.microphoneMissing = microphoneMissing
        self.microphoneMuted = microphoneMuted
        self.notUnderstood = notUnderstood
        self.noRecognizer = noRecognizer
        self.noAnswer = noAnswer
        self.onlyEnglishOffline = onlyEnglishOffline
        self.noNetwork = noNetwork
        self.keyRefused = keyRefused
        self.creditUsedUp = creditUsedUp
        self.providerDown = providerDown
        self.clockNotSet = clockNotSet
        self.brokenOff = brokenOff
        self.notSetUp = notSetUp
        self.forgetQuestion = forgetQuestion
        self.forgotten = forgotten
        self.notForgotten = notForgotten
        self.settingWrong = settingWrong
        self.storeDamaged = storeDamaged
        self.storeNewer = storeNewer
        self.storeUnwritable = storeUnwritable
        self.storeInMemoryOnly = storeInMemoryOnly
        self.buttonStuck = buttonStuck
        self.recoveryDone = recoveryDone
        self.claimQuestion = claimQuestion
        self.claimAgreed = claimAgreed
        self.claimRefused = claimRefused
        self.timer = timer
        self.lateTimer = lateTimer
    }

    /// A timer rings.
    ///
    /// - Parameters:
    ///   - duration: as it was asked for.
    ///   - late: how long ago it should have rung, while the device was off; nil on time.
    public func timerRings(
        after duration: Duration, named name: String?, late: Duration? = nil
    ) -> String {
        let spoken = SpokenDuration(language)
        let length = spoken.words(for: duration)
        guard let late else { return timer(length, name) }
        return lateTimer(length, name, spoken.roughly(late))
    }
}
