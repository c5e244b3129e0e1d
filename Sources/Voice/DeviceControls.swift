/// The device, as its own skills reach it. Whatever cannot be done is thrown, with a reason for
/// the log; the person is told that it could not be done.
public protocol DeviceControls: Sendable {
    /// The name under which the local network finds the device, without `.local`.
    var name: String { get }

    /// The device's addresses on its local networks, the one it is best reached by first; empty
    /// without a network.
    func addresses() async -> [String]

    /// 0...100.
    func volume() async -> Int

    /// Sets the volume, 0...100, from the next sound on, and keeps it.
    func setVolume(_ volume: Int) async throws

    /// Closes the microphone until its owner opens it again, elsewhere: nobody can be asked by
    /// voice any more.
    func muteMicrophone() async throws

    /// Speaks more slowly from the next sentence on.
    ///
    /// - Returns: false if it was as slow as it gets already.
    func speakSlower() async -> Bool

    /// Forgets the exchanges of the conversation in which this is asked, the one in hand
    /// included.
    func forgetConversation() async throws

    /// Keeps a timer that rings after `duration`, also if the device was restarted meanwhile.
    ///
    /// - Parameters:
    ///   - duration: more than none, at most a day.
    ///   - name: what it is for, in the person's own words.
    /// - Throws: if it cannot be kept, when it will not ring either.
    func setTimer(for duration: Duration, named name: String?) async throws

    /// The timers that have not rung, the soonest first.
    func timers() async -> [RunningTimer]

    /// Takes back timers by their numbers; those that are gone by now are passed over.
    func cancelTimers(_ numbers: [Int64]) async throws
}

/// A timer that has not rung yet.
public struct RunningTimer: Equatable, Sendable {
    /// Whatever the store tells it by.
    public let number: Int64
    public let name: String?
    /// As it was asked for.
    public let duration: Duration
    public let remaining: Duration

    public init(number: Int64, name: String?, duration: Duration, remaining: Duration) {
        self.number = number
        self.name = name
        self.duration = duration
        self.remaining = remaining
    }
}
