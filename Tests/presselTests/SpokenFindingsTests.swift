import Testing
import VoiceLoop

@testable import pressel

struct SpokenFindingsTests {
    static let cases: [(findings: [Finding], said: String)] = [
        ([.works(.speaker, "")], "Everything works."),
        ([.works(.sound, "")], "Everything works. I can hear myself well."),
        ([.note(.button, "none")], "Everything works."),
        ([.note(.microphone, "")], "The microphone is muted. Everything else works."),
        (
            [.note(.network, ""), .note(.clock, ""), .works(.sound, "")],
            "I do not know what time it is. There is no network. Everything else works."
                + " I can hear myself well."
        ),
        (
            [.fails(.services, "", ""), .fails(.state, "", ""), .fails(.services, "", "")],
            "There is a problem with my memory. There is a problem with a service that I use."
        ),
        (
            [.fails(.speaker, "", ""), .note(.network, "")],
            "There is a problem with the speaker. There is no network."
        ),
    ]

    @Test("What somebody should know is said, and that all is well only if it is", arguments: cases)
    func said(findings: [Finding], said: String) {
        #expect(SpokenFindings(.english).words(findings) == said)
    }

    @Test(
        "Every language has its words for every part",
        arguments: [SpokenLanguage.english, .german, .french, .spanish])
    func languages(language: SpokenLanguage) {
        let spoken = SpokenFindings(language)
        let failing = Finding.Part.allCases.map { spoken.words([.fails($0, "", "")]) }
        #expect(Set(failing).count == failing.count)
        // A part without a name would go by its English one.
        if language != .english {
            #expect(!failing.contains { $0.contains("settings") || $0.contains("services") })
        }
        let notes = [Finding.Part.microphone, .sound, .clock, .network]
        #expect(Set(notes.map { spoken.words([.note($0, "")]) }).count == notes.count)
    }
}
