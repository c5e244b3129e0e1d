import Voice
import Web

/// In what form the sound is wanted: what the headers of a request for speech say.
struct AzureOutput {
    /// As the sandbox's speech knows it.
    private let kind: String
    private let type: String

    /// Those that Azure has (REST reference and its SDK 1.53); the sandbox makes the first four.
    private static let formats: [(name: String, kind: String?, type: String)] =
        [
            ("raw-24khz-16bit-mono-pcm", "pcm", "audio/basic"),
            ("riff-24khz-16bit-mono-pcm", "wav", "audio/x-wav"),
            ("audio-24khz-48kbitrate-mono-mp3", "mp3", "audio/mpeg"),
            ("audio-24khz-96kbitrate-mono-mp3", "mp3", "audio/mpeg"),
        ]
            + """
            amr-wb-16000hz audio-16khz-16bit-32kbps-mono-opus audio-16khz-32kbitrate-mono-mp3
            audio-16khz-64kbitrate-mono-mp3 audio-16khz-128kbitrate-mono-mp3
            audio-24khz-16bit-24kbps-mono-opus audio-24khz-16bit-48kbps-mono-opus
            audio-24khz-160kbitrate-mono-mp3 audio-48khz-96kbitrate-mono-mp3
            audio-48khz-192kbitrate-mono-mp3 g722-16khz-64kbps ogg-16khz-16bit-mono-opus
            ogg-24khz-16bit-mono-opus ogg-48khz-16bit-mono-opus raw-8khz-8bit-mono-alaw
            raw-8khz-8bit-mono-mulaw raw-8khz-16bit-mono-pcm raw-16khz-16bit-mono-pcm
            raw-48khz-16bit-mono-pcm raw-22050hz-16bit-mono-pcm raw-44100hz-16bit-mono-pcm
            raw-16khz-16bit-mono-truesilk raw-24khz-16bit-mono-truesilk webm-16khz-16bit-mono-opus
            webm-24khz-16bit-mono-opus webm-24khz-16bit-24kbps-mono-opus riff-8khz-8bit-mono-alaw
            riff-8khz-8bit-mono-mulaw riff-8khz-16bit-mono-pcm riff-16khz-16bit-mono-pcm
            riff-48khz-16bit-mono-pcm riff-22050hz-16bit-mono-pcm riff-44100hz-16bit-mono-pcm
            """.split(whereSeparator: \.isWhitespace).map { (String($0), nil, "") }

    init(_ request: Request) throws(VendorError) {
        guard request.contentType == "application/ssml+xml" else {
            throw Azure.error(415, "Use application/ssml+xml as Content-Type.")
        }
        guard let agent = request["User-Agent"], 1..<255 ~= agent.utf8.count else {
            throw .azure("User-Agent", "a name of less than 255 characters")
        }
        let name = request["X-Microsoft-OutputFormat"] ?? ""
        guard let format = Self.formats.first(where: { $0.name == name }) else {
            throw .azure("X-Microsoft-OutputFormat", "a format that there is, not \"\(name)\"")
        }
        guard let kind = format.kind else {
            throw Azure.error(501, "\(name) is right, but the sandbox cannot make it.")
        }
        self.kind = kind
        type = format.type
    }

    func reply(to wanted: SpeechMarkup, _ occasion: Occasion) -> Reply {
        let fault = occasion.fault
        let reply = SpeechReply(
            request: SpeechRequest(saying: wanted.text, as: kind, speed: wanted.rate),
            moment: occasion.lastByte + occasion.profile.speech)
        var answer = reply.spoken(
            as: fault == .wav || fault == .mp3 ? fault!.rawValue : kind,
            isEndless: fault == .endless)
        answer.type = type
        return answer
    }
}

extension SpeechRequest {
    /// What another vendor was asked for.
    init(saying text: String, as format: String, speed: Double) {
        model = ""
        input = text
        self.format = format
        self.speed = speed
        isEvents = false
    }
}
