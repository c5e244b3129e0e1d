import Codec
import Voice

/// The answers of a Wyoming server, an event a piece.
struct WyomingReply {
    let fault: Fault?
    /// When the first is due; what follows leaves as fast as it is taken.
    let moment: Moment

    static let mediaType = "application/x-wyoming"
    /// As Piper's middling voices have it.
    static let format = AudioFormat(framesPerSecond: 22_050, channels: 1)
    private static let framesPerChunk = 1024

    private static var sound: String {
        "{\"rate\":\(format.framesPerSecond),\"width\":2,\"channels\":\(format.channels),"
            + "\"timestamp\":null}"
    }

    private func piece(
        _ type: String, _ data: String = "", payload: [UInt8] = []
    ) -> Reply.Piece {
        Reply.Piece(moment: moment, bytes: WyomingMessage.bytes(type, data, payload: payload))
    }

    /// - Parameter streams: whether it comes piece by piece, too.
    func transcript(_ text: String, streams: Bool) -> Reply {
        let whole = piece("transcript", "{\"text\":\(text.quoted),\"language\":\"en\"}")
        if fault == .endless { return endlessTranscript(text) }
        guard streams else {
            return Reply(whole: whole.bytes, type: Self.mediaType, at: moment)
        }
        var all = [piece("transcript-start", #"{"language":"en"}"#)]
        all += tokens(of: text).map { piece("transcript-chunk", "{\"text\":\($0.quoted)}") }
        all += [whole, piece("transcript-stop")]
        return Reply(type: Self.mediaType, all)
    }

    private func endlessTranscript(_ text: String) -> Reply {
        var isFirst = true
        return Reply(
            type: Self.mediaType,
            AnyIterator {
                defer { isFirst = false }
                if isFirst { return piece("transcript-start", #"{"language":"en"}"#) }
                return piece("transcript-chunk", "{\"text\":\((text + " ").quoted)}")
            })
    }

    /// From `audio-start` to `audio-stop`, made as it is asked for.
    func speech(_ text: String) -> AnyIterator<Reply.Piece> {
        let words = ToneCode.words(of: text)
        var index = 0
        var waiting: [UInt8] = []
        var beginning: Reply.Piece? = piece("audio-start", Self.sound)
        var end: Reply.Piece? = piece("audio-stop", #"{"timestamp":null}"#)
        let size = 2 * Self.framesPerChunk
        return AnyIterator {
            if let first = beginning {
                beginning = nil
                return first
            }
            while waiting.count < size, fault == .endless ? !words.isEmpty : index < words.count {
                let word = ToneCode.sound(
                    ofWord: words[index % words.count], format: Self.format)
                waiting += word.samples.map(\.littleEndian).withUnsafeBytes(Array.init)
                index += 1
                if index == words.count, fault == .oddByte { waiting.append(0) }
            }
            guard waiting.isEmpty else {
                defer { waiting.removeFirst(min(size, waiting.count)) }
                return piece("audio-chunk", Self.sound, payload: Array(waiting.prefix(size)))
            }
            defer { end = nil }
            return end
        }
    }
}

/// A text that comes piece by piece, and is spoken sentence by sentence.
struct WyomingSentences {
    private var rest = ""

    /// - Returns: the sentences that `text` completes: those that a space follows.
    mutating func add(_ text: String) -> [String] {
        rest += text
        var sentences: [String] = []
        var start = rest.startIndex
        var isEnd = false
        for index in rest.indices {
            if isEnd, rest[index].isWhitespace {
                sentences.append(String(rest[start..<index]))
                start = index
            }
            isEnd = ".!?".contains(rest[index])
        }
        rest = String(rest[start...])
        return sentences
    }

    /// - Returns: what is left; empty if there are no words in it.
    mutating func finish() -> String {
        defer { rest = "" }
        return ToneCode.words(of: rest).isEmpty ? "" : rest
    }
}
