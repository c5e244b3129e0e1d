/// A few of the voices that there are.
struct AzureVoice {
    let name: String
    let status: String

    /// The best is not the first, so that whoever chooses has to look.
    static let all = [
        ("en-GB-SoniaNeural", "GA"), ("en-US-SandboxPreviewNeural", "Preview"),
        ("en-US-JennyNeural", "GA"), ("en-US-GuyNeural", "GA"), ("de-DE-KatjaNeural", "GA"),
        ("es-ES-ElviraNeural", "GA"), ("fr-FR-DeniseNeural", "GA"), ("hi-IN-SwaraNeural", "GA"),
    ].map { AzureVoice(name: $0.0, status: $0.1) }

    private var locale: String { String(name.prefix(5)) }

    static var listing: String {
        let voices = all.map { voice in
            let display = voice.name.dropFirst(6)
            return """
                {"Name":"Microsoft Server Speech Text to Speech Voice (\(voice.locale), \(display))",\
                "DisplayName":"\(display)","LocalName":"\(display)","ShortName":"\(voice.name)",\
                "Gender":"Female","Locale":"\(voice.locale)","LocaleName":"\(voice.locale)",\
                "SampleRateHertz":"24000","VoiceType":"Neural","Status":"\(voice.status)",\
                "WordsPerMinute":"152"}
                """
        }
        return "[\(voices.joined(separator: ","))]"
    }
}
