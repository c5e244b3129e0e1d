struct EnglishReplies: Replies {
    let noClock = "I do not know the time yet, because my clock has not been set."
    let nothingSaidYet = "I have not said anything yet."
    let nothingAskedYet = "You have not asked me anything yet."
    func lastQuestion(_ question: String) -> String { "You asked: \(question)." }
    let forgotten = "I have forgotten our conversation."
    let cannotForget = "I am sorry, I could not forget our conversation."

    func volume(_ volume: Int) -> String {
        "My volume is \(SpokenLanguage.english.number(volume)) percent."
    }
    let loudest = "I cannot speak any louder."
    let softest = "I cannot speak any more quietly."
    let volumeRange = "I can set my volume to anything from zero to one hundred percent."
    let cannotChangeVolume = "I am sorry, I could not change my volume."
    let slowest = "I cannot speak any more slowly."
    let slowerNow = "I speak more slowly now."
    let muted = "My microphone is muted now. You can switch it on again on my page."
    let cannotMute = "I am sorry, I could not mute my microphone."

    func timerSet(_ duration: String, name: String?) -> String {
        "Your \(name.map { "\($0) " } ?? "")timer is set for \(duration)."
    }
    func timerSet(at time: String, name: String?) -> String {
        "Your \(name.map { "\($0) " } ?? "")timer will ring at \(time)."
    }
    let timerRange = "I can set a timer for anything from one second to twenty-four hours."
    let cannotKeepTimer = "I am sorry, I could not keep that timer, so it will not ring."
    func remaining(_ duration: String, label: TimerLabel) -> String {
        "\(Self.timer(label)) has \(duration) left."
    }
    let noTimers = "There is no timer."
    let noSuchTimer = "There is no such timer."
    let whichTimer = "There are several timers; tell me which one."
    func cancelled(_ label: TimerLabel) -> String { "\(Self.timer(label)) is cancelled." }
    let cancelledAll = "All timers are cancelled."
    let cannotCancelTimer = "I am sorry, I could not cancel that."

    private static func timer(_ label: TimerLabel) -> String {
        switch label {
        case .only: "Your timer"
        case .named(let name): "Your \(name) timer"
        case .lasting(let duration): "Your timer for \(duration)"
        }
    }

    func identity(_ name: String, _ address: [String]?) -> String {
        "My name is \(name). "
            + (address.map { address in
                "My page is at \(name) dot local, or \(address.joined(separator: " "))."
            } ?? "I am on no network, so nobody can see my page.")
    }
    let online = "Yes, I am connected to a network."
    let offline = "No, I am not connected to a network."
    let abilities =
        "You can ask me what time it is, what the date is, or to set a timer, to speak louder,"
        + " quieter or slower, to set my volume, to repeat what I said, what you asked, to start"
        + " over, to mute my microphone, for my address, and whether I am online."
    func refusal(online: Bool) -> String {
        let missing = online ? "a language model" : "the network"
        return "I can't reach \(missing), so I can only do a few things, such as tell the time"
            + " and the date, or set a timer. Ask me what I can do."
    }
}
