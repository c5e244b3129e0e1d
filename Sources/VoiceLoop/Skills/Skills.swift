public import Voice

/// What the device can do by itself: the last link of the language models' chain, which answers
/// without a network.
public struct Skills: LanguageModel {
    private let language: SpokenLanguage
    private let wallClock: any WallClock
    private let network: any Network
    private var device: any DeviceControls
    private let parser: RequestParser
    private let replies: any Replies
    private let log: Log

    /// How far "up" and "down" go.
    private static let volumeStep = 10
    private static let longestTimer = Duration.seconds(24 * 3600)

    public init(
        language: SpokenLanguage, wallClock: any WallClock, network: any Network,
        device: any DeviceControls, log: Log
    ) {
        self.language = language
        self.wallClock = wallClock
        self.network = network
        self.device = device
        self.log = log
        parser = RequestParser(language)
        replies = language.replies
    }

    /// Does what is asked and says so, or says that it cannot be done; never throws.
    public func reply(to prompt: Prompt) async throws(ProviderError) -> TextStream {
        let reply =
            if let request = parser.request(in: prompt.question) {
                await within(prompt.device).answer(to: request, after: prompt.repeatable)
            } else if let failure = prompt.failures.first {
                Sentences(language).sentence(for: failure)
            } else {
                replies.refusal(online: network.isConnected)
            }
        return TextStream { continuation in
            if !reply.isEmpty { continuation.yield(reply) }
            continuation.finish()
        }
    }

    /// The same, for who reaches only what `device` does; nil for no such bounds.
    func within(_ device: (any DeviceControls)?) -> Skills {
        guard let device else { return self }
        var skills = self
        skills.device = device
        return skills
    }

    /// Does what is asked and says so, or says that it cannot be done; nothing after "stop".
    func answer(to request: Request, after exchanges: [Exchange]) async -> String {
        switch request {
        case .time:
            return wallClock.now().map(SpokenTime(language).sentence(for:)) ?? replies.noClock
        case .date:
            return wallClock.now().map(SpokenTime(language).sentence(forDateOf:))
                ?? replies.noClock
        case .volume(let volume): return await change(volume)
        case .again: return exchanges.last?.reply ?? replies.nothingSaidYet
        case .slower: return await slower(after: exchanges)
        case .lastQuestion:
            // Not that it was asked what was asked.
            let question = exchanges.last { parser.request(in: $0.question) != .lastQuestion }
            return question.map { replies.lastQuestion($0.question) } ?? replies.nothingAskedYet
        case .startOver:
            return await attempt("forget the conversation", or: replies.cannotForget) {
                try await device.forgetConversation()
                return replies.forgotten
            }
        case .stop: return ""
        case .mute:
            return await attempt("mute the microphone", or: replies.cannotMute) {
                try await device.muteMicrophone()
                return replies.muted
            }
        case .timer(.set(let duration, let name)):
            return await set(duration, name) {
                replies.timerSet(SpokenDuration(language).words(for: duration), name: name)
            }
        case .timer(.setAt(let time, let name)):
            guard let now = wallClock.now() else { return replies.noClock }
            let duration = time.next(after: now)
            return await set(duration, name) {
                let then = now.after(duration)
                let words = SpokenTime(language).words(hour: then.hour, minute: then.minute)
                return replies.timerSet(at: words, name: name)
            }
        case .timer(.remaining): return remaining(of: await device.timers())
        case .timer(.cancel(let which)): return await cancel(which)
        case .identity:
            return replies.identity(device.name, Self.speakable(await device.addresses()))
        case .online: return network.isConnected ? replies.online : replies.offline
        case .abilities: return replies.abilities
        }
    }

    /// Why something cannot be done is told in the log; that it cannot, aloud.
    private func attempt(
        _ deed: String, or excuse: String, _ work: () async throws -> String
    ) async -> String {
        do {
            return try await work()
        } catch {
            log.error("cannot \(deed): \(error)")
            return excuse
        }
    }

    // MARK: - Volume and speed

    private func change(_ change: Request.Volume) async -> String {
        let now = await device.volume()
        let wanted: Int
        switch change {
        case .tell: return replies.volume(now)
        case .up:
            guard now < 100 else { return replies.loudest }
            wanted = min(100, now + Self.volumeStep)
        case .down:
            guard now > 0 else { return replies.softest }
            wanted = max(0, now - Self.volumeStep)
        case .to(let volume):
            guard (0...100).contains(volume) else { return replies.volumeRange }
            wanted = volume
        }
        return await attempt("set the volume to \(wanted)", or: replies.cannotChangeVolume) {
            try await device.setVolume(wanted)
            return replies.volume(wanted)
        }
    }

    private func slower(after exchanges: [Exchange]) async -> String {
        let isSlower = await device.speakSlower()
        let last = exchanges.last?.reply
        guard isSlower else { return replies.slowest + (last.map { " \($0)" } ?? "") }
        return last ?? replies.slowerNow
    }

    // MARK: - Timers

    private func set(
        _ duration: Duration, _ name: String?, _ confirmation: () -> String
    ) async -> String {
        guard duration > .zero, duration <= Self.longestTimer else { return replies.timerRange }
        return await attempt("keep a timer", or: replies.cannotKeepTimer) {
            try await device.setTimer(for: duration, named: name)
            return confirmation()
        }
    }

    private func remaining(of timers: [RunningTimer]) -> String {
        guard !timers.isEmpty else { return replies.noTimers }
        let spoken = SpokenDuration(language)
        return timers.map { timer in
            replies.remaining(
                spoken.roughly(timer.remaining), label: label(timer, among: timers))
        }.joined(separator: " ")
    }

    /// What tells `timer` from the others.
    private func label(_ timer: RunningTimer, among timers: [RunningTimer]) -> TimerLabel {
        if let name = timer.name { return .named(name) }
        guard timers.count > 1 else { return .only }
        return .lasting(SpokenDuration(language).words(for: timer.duration))
    }

    private func cancel(_ which: Request.Which) async -> String {
        let timers = await device.timers()
        guard !timers.isEmpty else { return replies.noTimers }
        let meant: [RunningTimer] =
            switch which {
            case .any, .all: timers
            case .named(let name):
                timers.filter { $0.name.map(Words.of) == Words.of(name) }
            case .lasting(let duration): timers.filter { $0.duration == duration }
            }
        guard let first = meant.first else { return replies.noSuchTimer }
        if which == .any, meant.count > 1 {
            return replies.whichTimer + " " + remaining(of: timers)
        }
        return await attempt("cancel a timer", or: replies.cannotCancelTimer) {
            try await device.cancelTimers(meant.map(\.number))
            return meant.count == 1
                ? replies.cancelled(label(first, among: timers)) : replies.cancelledAll
        }
    }

    // MARK: - Addresses

    /// The first address that somebody could write down while it is said: of the fourth version.
    private static func speakable(_ addresses: [String]) -> [String]? {
        addresses.lazy.map { address in
            address.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        }.first { $0.count == 4 && $0.allSatisfy { UInt8($0) != nil } }
    }
}

extension Prompt {
    /// What can be asked for again: the last exchange is never forgotten for that.
    fileprivate var repeatable: [Exchange] {
        exchanges.isEmpty ? last.map { [$0] } ?? [] : exchanges
    }
}

/// How a timer is told from others.
enum TimerLabel {
    case only
    case named(String)
    case lasting(String)
}

extension LocalTime {
    /// What the clock shows then, the day left aside.
    fileprivate func after(_ duration: Duration) -> TimeOfDay {
        let seconds = (hour * 60 + minute) * 60 + second + Int(duration.components.seconds)
        return TimeOfDay(
            hour: seconds / 3600 % 24, minute: seconds / 60 % 60, isTwelveHour: false)
    }
}
