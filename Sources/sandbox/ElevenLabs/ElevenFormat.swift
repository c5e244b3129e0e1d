import Codec
import FoundationEssentials
import Voice
import Web

/// A kind of sound, by the name that ElevenLabs gives it. Of the MP3 ones the rate alone is as
/// asked; others are not made here.
struct ElevenFormat: Equatable {
    let name: String
    let framesPerSecond: Int

    private static let rates = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
    private static let bitRates =
        ["22050_32", "24000_48"]
        + ["32", "64", "96", "128", "192"].map {
            "44100_\($0)"
        }

    init(_ name: String) throws(VendorError) {
        let parts = name.split(separator: "_")
        let rate = parts.count > 1 ? Int(parts[1]) : nil
        let isKnown =
            Self.rates.contains { name == "pcm_\($0)" }
            || Self.bitRates.contains { name == "mp3_\($0)" }
        guard isKnown, let rate else {
            throw VendorError(
                400, "\(name) is no output format that this server has",
                code: "invalid_output_format")
        }
        self.name = name
        framesPerSecond = rate
    }

    var isMP3: Bool { name.hasPrefix("mp3") }
    var mediaType: String { isMP3 ? "audio/mpeg" : "audio/pcm" }
    var format: AudioFormat { AudioFormat(framesPerSecond: framesPerSecond, channels: 1) }
}

/// What stands behind the question mark of a request for speech.
struct ElevenQuery {
    let format: ElevenFormat
    private let values: [String: String]

    private static let everywhere: Set<String> = ["output_format", "enable_logging"]

    init(_ request: Request, allowing names: Set<String>) throws(VendorError) {
        var values: [String: String] = [:]
        for (name, value) in request.query {
            guard names.contains(name) || Self.everywhere.contains(name) else {
                throw VendorError.unknown(name).ofElevenLabs
            }
            values[name] = value
        }
        self.values = values
        format = try ElevenFormat(values["output_format"] ?? "mp3_44100_128")
    }

    subscript(name: String) -> String? { values[name] }

    func bool(_ name: String) throws(VendorError) -> Bool {
        switch values[name] {
        case nil, "false": return false
        case "true": return true
        default: throw VendorError.wrong(name, "true or false").ofElevenLabs
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>, or usual: Int) throws(VendorError)
        -> Int
    {
        guard let text = values[name] else { return usual }
        guard let number = Int(text), range.contains(number) else {
            throw VendorError.wrong(name, "a whole number in \(range)").ofElevenLabs
        }
        return number
    }
}

/// A voice's sound: tones, a chord a word.
struct ElevenSound {
    let speed: Double
    let format: ElevenFormat
    let fault: Fault?

    static let pieceBytes = 4096

    /// What `text` sounds like, in pieces as they come over a network.
    func pieces(of text: String) -> some IteratorProtocol<[UInt8]> {
        let encoder: (any AudioEncoder)? =
            switch fault {
            case .wav: WAVEncoder(format: format.format)
            case .mp3: MP3Encoder(format: format.format)
            default: format.isMP3 ? MP3Encoder(format: format.format) : nil
            }
        let words = ToneCode.words(of: text)
        let isEndless = fault == .endless && !words.isEmpty
        var index = 0
        var isOver = false
        var waiting: [UInt8] = []
        return AnyIterator {
            while waiting.count < Self.pieceBytes, !isOver {
                if isEndless || index < words.count {
                    let sound = ToneCode.sound(
                        ofWord: words[index % words.count], speed: speed, format: format.format)
                    waiting += encoder?.encode(sound) ?? sound.littleEndianBytes
                    index += 1
                } else {
                    waiting += encoder?.finish() ?? []
                    isOver = true
                }
            }
            guard !waiting.isEmpty else { return nil }
            defer { waiting.removeFirst(min(Self.pieceBytes, waiting.count)) }
            return Array(waiting.prefix(Self.pieceBytes))
        }
    }
}

extension AudioChunk {
    fileprivate var littleEndianBytes: [UInt8] {
        samples.map(\.littleEndian).withUnsafeBytes(Array.init)
    }
}
