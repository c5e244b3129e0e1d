import CSpeexDSP
import Glibc
public import Voice

/// Tells speech from the room, frame by frame, by how far each rises above the quietest that was
/// heard lately, and by SpeexDSP's own judgement where that is a close call.
///
/// It starts afresh with every turn, over the pre-roll, from which it learns the room.
public final class SpeechDetector {
    /// A frame lasts 20 ms.
    public static let frame = 320

    /// What is told of one frame.
    public struct Verdict: Equatable, Sendable {
        /// Speech is heard in this frame.
        public let isSpeech: Bool
        /// Enough speech has been heard by now that it was no click or knock.
        public let isFound: Bool

        public init(isSpeech: Bool, isFound: Bool) {
            self.isSpeech = isSpeech
            self.isFound = isFound
        }
    }

    // All in decibels. A steady noise wavers by about 4 around its mean, so its quietest frame
    // lies that far below; speech at 10 dB over noise peaks 20 above that frame.
    private static let onset = 10.0
    private static let certain = 16.0
    private static let hold = 7.0
    private static let quietest = -66.0  // below this nobody is heard, however quiet the room
    private static let digitalSilence = -90.0
    private static let riseOfFloor = 0.04  // a frame; 2 dB a second
    private static let likely: CInt = 35  // per cent; what SpeexDSP starts a stretch of speech at
    /// So many frames of the last eight: a click is shorter than 100 ms, the shortest word longer.
    private static let needed = 5

    private let speex: OpaquePointer
    private var rest: [Int16] = []
    private var floor: Double?
    private var inSpeech = false
    private var recent: [Bool] = []
    private var found = false

    public init() {
        // Fails only for want of memory.
        speex = speex_preprocess_state_init(CInt(Self.frame), 16_000)
    }

    deinit { speex_preprocess_state_destroy(speex) }

    /// Judges the frames that `chunk`, in `AudioFormat.speech`, completes; what is left over waits
    /// for the next chunk.
    public func hear(_ chunk: AudioChunk) -> [Verdict] {
        precondition(chunk.format == .speech, "speech is detected at 16 kHz, mono")
        rest += chunk.samples
        var verdicts: [Verdict] = []
        var start = 0
        while rest.count - start >= Self.frame {
            verdicts.append(judge(Array(rest[start..<start + Self.frame])))
            start += Self.frame
        }
        rest.removeFirst(start)
        return verdicts
    }

    private func judge(_ samples: [Int16]) -> Verdict {
        let level = Level.decibels(of: samples)
        // SpeexDSP works in place and wants every frame, to follow the noise.
        var samples = samples
        speex_preprocess_run(speex, &samples)
        var probability: CInt = 0
        speex_preprocess_ctl(speex, SPEEX_PREPROCESS_GET_PROB, &probability)
        let likely = probability >= Self.likely

        // A card that just opened gives digital silence, which says nothing of the room.
        if level <= Self.digitalSilence {
            recent = recent.suffix(7) + [false]
            inSpeech = false
            return Verdict(isSpeech: false, isFound: found)
        }
        let floor = min(level, (self.floor ?? level) + Self.riseOfFloor)
        self.floor = floor
        let rise = level - floor
        inSpeech =
            level > Self.quietest
            && (rise > Self.certain || (likely && rise > Self.onset)
                || (inSpeech && rise > Self.hold))
        recent = recent.suffix(7) + [inSpeech]
        if recent.count(where: { $0 }) >= Self.needed { found = true }
        return Verdict(isSpeech: inSpeech, isFound: found)
    }
}
