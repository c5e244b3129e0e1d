import Voice

/// How long the services take, beside what this machine needs.
struct Profile: Equatable {
    /// From accepting a connection to its first request's being looked at: what a handshake over a
    /// real network takes.
    var connection: Duration = .zero
    /// From the last byte of the sound to the transcript.
    var transcription: Duration = .zero
    /// From the end of the request to the first token, and from one to the next.
    var firstToken: Duration = .zero
    var token: Duration = .zero
    /// From the end of the request to the first sound.
    var speech: Duration = .zero
    /// Bits per second of a request's body; nil for as many as come.
    var uplink: Int?

    static let instant = Profile()
    static let fast = Profile(
        connection: .milliseconds(20), transcription: .milliseconds(150),
        firstToken: .milliseconds(150), token: .milliseconds(8), speech: .milliseconds(100))
    static let typical = Profile(
        connection: .milliseconds(80), transcription: .milliseconds(350),
        firstToken: .milliseconds(400), token: .milliseconds(15), speech: .milliseconds(250))
    static let slow = Profile(
        connection: .milliseconds(150), transcription: .milliseconds(800),
        firstToken: .milliseconds(900), token: .milliseconds(30), speech: .milliseconds(600),
        uplink: 2_000_000)

    static let named = ["instant": instant, "fast": fast, "typical": typical, "slow": slow]
}
