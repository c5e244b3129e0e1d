public import Voice

/// Makes sound into bytes as it arrives, for whoever listens while it is still being made. For
/// one stream and one caller at a time.
public protocol AudioEncoder: AnyObject {
    /// The Internet media type of the bytes.
    static var mediaType: String { get }

    /// What is sent on for `chunk`, which has the encoder's format; may be empty while the encoder
    /// collects enough for a frame.
    func encode(_ chunk: AudioChunk) -> [UInt8]

    /// What is left when no more sound comes. Nothing may be encoded after it.
    func finish() -> [UInt8]
}
