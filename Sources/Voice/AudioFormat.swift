/// How samples lie in time: how many frames a second, and how many samples make a frame.
public struct AudioFormat: Hashable, Sendable, CustomStringConvertible {
    /// Frames a second; 8 000 to 48 000 on the devices and services we meet.
    public let framesPerSecond: Int
    /// 1 for mono, 2 for stereo.
    public let channels: Int

    public init(framesPerSecond: Int, channels: Int) {
        self.framesPerSecond = framesPerSecond
        self.channels = channels
    }

    /// What every recognizer here takes and every microphone here gives: 16 kHz, mono.
    public static let speech = AudioFormat(framesPerSecond: 16_000, channels: 1)

    /// How many whole frames fit into `duration`.
    public func frames(in duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * framesPerSecond
            + Int(attoseconds / 1_000_000_000) * framesPerSecond / 1_000_000_000
    }

    /// How long `frames` last, to the nanosecond; also those of years.
    public func duration(ofFrames frames: Int) -> Duration {
        // As nanoseconds, the frames of a week would not fit.
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: framesPerSecond)
        return .seconds(seconds) + .nanoseconds(rest * 1_000_000_000 / framesPerSecond)
    }

    public var description: String {
        "\(framesPerSecond) Hz, \(channels == 1 ? "mono" : "\(channels) channels")"
    }
}
