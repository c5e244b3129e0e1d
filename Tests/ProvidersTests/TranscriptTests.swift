import Testing

@testable import Providers

struct TranscriptTests {
    static let texts: [(written: String, words: String)] = [
        ("", ""), (" What time is it?\n", "What time is it?"), ("[BLANK_AUDIO]", ""),
        ("(music)", ""), ("Hello (laughs) there", "Hello there"),
        ("[_TT_120] And so, my fellow\n Americans", "And so, my fellow Americans"),
        ("Call (555) 123", "Call (555) 123"), ("a [b", "a [b"),
    ]

    @Test("What recognizers write beside the words goes", arguments: texts)
    func words(text: (written: String, words: String)) {
        #expect(Transcript.words(text.written) == text.words)
    }
}

struct ModelChoiceTests {
    private static let openAI = [
        ListedModel(id: "gpt-4o-mini", created: 10, shutdown: "2027-01-14"),
        ListedModel(id: "gpt-6-astra", created: 30), ListedModel(id: "gpt-6-luna", created: 29),
        ListedModel(id: "gpt-5.4-mini", created: 20),
        ListedModel(id: "whisper-1", created: 1, shutdown: "2027-02-26"),
        ListedModel(id: "gpt-transcribe", created: 25), ListedModel(id: "tts-1", created: 2),
        ListedModel(id: "gpt-live-transcribe", created: 40),
        ListedModel(id: "gpt-realtime-2.1-mini", created: 41),
        ListedModel(id: "text-embedding-3-small", created: 3),
    ]

    static let lists: [(models: [ListedModel], purpose: ModelChoice.Purpose, id: String?)] = [
        (openAI, .chat, "gpt-6-luna"), (openAI, .transcription, "gpt-transcribe"),
        (openAI, .speech, "tts-1"), ([], .chat, nil),
        ([ListedModel(id: "whatever")], .transcription, "whatever"),
        ([ListedModel(id: "a-tts"), ListedModel(id: "b-tts")], .chat, nil),
    ]

    @Test("Without a setting, the server's own list decides", arguments: lists)
    func chooses(list: (models: [ListedModel], purpose: ModelChoice.Purpose, id: String?)) {
        #expect(ListedModel.choose(from: list.models, for: list.purpose) == list.id)
    }
}
