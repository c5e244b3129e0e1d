/// A chunk from the microphone and when its first frame was in the air.
public struct CapturedChunk: Sendable {
    public let chunk: AudioChunk
    public let began: Moment

    public init(_ chunk: AudioChunk, began: Moment) {
        self.chunk = chunk
        self.began = began
    }
}

/// The owner does not want anything to be heard.
public struct MicrophoneMuted: Error, CustomStringConvertible {
    public let description = "the microphone is muted by the setting audio.muted"
    public init() {}
}

/// Hears the room.
public protocol Microphone: Sendable {
    /// Sound in `AudioFormat.speech` from `moment` on, which may lie in the past as far as the
    /// pre-roll reaches, until the stream is dropped or its reader cancelled. Without a working
    /// device the stream throws at once. A reader that falls ten seconds behind loses the oldest.
    func listen(from moment: Moment) -> AsyncThrowingStream<CapturedChunk, any Error>

    /// Hands out what has been captured up to this very moment without waiting for the device's
    /// next period; called when the button is let go.
    func catchUp()
}

/// Makes itself heard. There is one speaker, and one playback that may use it at a time.
public protocol Speaker: Sendable {
    /// Begins a playback, and opens the device ahead of its use; failing is reported by the
    /// `play` that follows. An earlier playback is over from now on.
    func begin() -> any Playback

    /// Silence, now, and the end of the playback: whoever waits in it gets a `CancellationError`,
    /// as does whoever tries to go on with it. Returns when nothing can be heard any more, with
    /// the moment the last sound was, or nil if there never was one.
    func stop() async -> Moment?
}

/// One stretch of sound, of chunks that follow each other without a gap.
public protocol Playback: Sendable {
    /// Plays `chunk` right after what was played before. Returns when all of it was handed to the
    /// device, with the moment the first frame was; never more than a fraction of a second ahead
    /// of what is being heard, which is the back-pressure on whoever makes the sound.
    ///
    /// - Throws: what the device said, or `CancellationError` when the playback is over.
    func play(_ chunk: AudioChunk) async throws -> Moment

    /// Waits until the last frame has been heard, and returns when that was.
    func drain() async throws -> Moment
}

/// A playback for somebody who hears MP3 anyhow.
public protocol MP3Playback: Playback {
    /// As `play(_:)`, of bytes that belong behind those of the call before.
    func play(mp3 bytes: [UInt8]) async throws -> Moment
}

/// The clock on the wall, and whether it can be believed.
public protocol WallClock: Sendable {
    /// The time in the owner's time zone, or nil while the clock was never set: a board without
    /// a battery starts in the past.
    func now() -> LocalTime?
}

/// What the device knows of the network without asking anybody.
public protocol Network: Sendable {
    /// Whether there is a route to the world. Nothing is sent to find out.
    var isConnected: Bool { get }
}
