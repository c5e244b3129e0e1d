import Codec
import Glibc
import Linux
import TestSupport
import Testing
import Voice

/// Each row of what a finger can do, on `pressel run` in real time.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct GestureRunTests {
    private func begin(_ device: Device) async throws {
        try await device.says("recording from")
        try await device.sleep(400)
    }

    @Test("Tapped twice: the last answer is heard again, and no turn is left behind")
    func repeats() async throws {
        let device = try Device()
        try await begin(device)
        try await device.ask(try await spoken("Tell me a story."))
        try await device.says("turn 1: answered")
        let before = try device.card.heard().frames
        let asked = device.count("heard \"")
        try await device.tap()
        try await device.sleep(150)
        try await device.tap()
        try await device.says("saying \"I can't reach", times: 2)
        try await device.says("light off", times: 3)
        #expect(try device.card.heard().frames > before + 24_000)
        #expect(device.count("heard \"") == asked)
        #expect(!device.log.contains("nothingHeard") && device.count(": stopped") == 0)
        _ = await device.end(by: SIGTERM)
    }

    @Test("Tapped three times it asks, and one more tap forgets")
    func forgets() async throws {
        let device = try Device()
        try await begin(device)
        for _ in 1...3 {
            try await device.tap()
            try await device.sleep(150)
        }
        try await device.says("saying \"Shall I forget our conversation?")
        try await device.sleep(500)
        try await device.tap()
        try await device.says("saying \"I have forgotten")
        _ = await device.end(by: SIGTERM)
    }

    @Test("Tapped, then held: one turn, from the first press to the second release")
    func tappedThenHeld() async throws {
        let device = try Device()
        try await begin(device)
        try await device.tap()
        try await device.sleep(150)
        try await device.ask(try await spoken("What can you do?"))
        try await device.says("turn 1: answered")
        #expect(device.count("heard \"") == 1)
        _ = await device.end(by: SIGTERM)
    }

    @Test("A later tap ends a hands-free question")
    func cutByTap() async throws {
        let device = try Device(audio: "\"endOfSpeechMilliseconds\": 3000,")
        try await begin(device)
        try await device.tap()
        try await device.sleep(450)
        let question = try await spoken("What can you do?")
        try device.card.speak(question)
        try await device.sleep(Int(question.duration.inMilliseconds) + 300)
        try await device.tap()
        try await device.says("light thinking")
        try await device.says("turn 1: answered")
        _ = await device.end(by: SIGTERM)
    }

    @Test("A tap while it speaks just stops")
    func stops() async throws {
        let device = try Device()
        try await begin(device)
        try await device.ask(try await spoken("Tell me a story."))
        try await device.says("light speaking")
        try await device.sleep(500)
        try await device.tap()
        try await device.says("turn 1: stopped")
        try await device.says("light off")
        let heard = try device.card.heard().frames
        try await device.sleep(1000)
        #expect(try device.card.heard().frames == heard)
        #expect(!device.log.contains("turn 2: "))
        _ = await device.end(by: SIGTERM)
    }

    @Test("Toggled: a press starts, a press ends, what is let go is nothing")
    func toggles() async throws {
        let device = try Device(button: "\"mode\": \"toggle\",")
        try await begin(device)
        try await device.tap()
        try await device.sleep(300)
        let question = try await spoken("What can you do?")
        try device.card.speak(question)
        try await device.sleep(Int(question.duration.inMilliseconds) + 300)
        try await device.tap()
        try await device.says("turn 1: answered")
        _ = await device.end(by: SIGTERM)
    }

    @Test("The longest turn is answered while the button is down, and its release ignored")
    func longest() async throws {
        let device = try Device(audio: "\"longestTurnSeconds\": 5,")
        try await begin(device)
        try device.type("press")
        let story = try People.sound("librivox/sense_and_sensibility_01_austen_64kb-0880.wav")
        try device.card.speak(story)
        try device.card.speak(story)
        try await device.says("light thinking")
        try device.type("release")
        try await device.says("turn 1: answered")
        #expect(device.count("light listening") == 1)
        _ = await device.end(by: SIGTERM)
    }

    @Test("With its speaker beside its microphone it never hears itself")
    func feedback() async throws {
        let device = try Device(output: .microphone)
        try await begin(device)
        let question = try People.sound("goforward.raw")
        try await device.ask(question)
        try await device.says("light speaking")
        try await device.sleep(1500)
        try await device.ask(question)
        try await device.says("turn 1: stopped")
        try await device.says("turn 2: answered")
        let questions = device.log.split(separator: "\n").compactMap { line in
            line.firstRange(of: "heard \"").map { String(line[$0.upperBound...]) }
        }
        // Word for word what was said: nothing of the interrupted answer is in it.
        #expect(questions == Array(repeating: "go forward ten meters\"", count: 2))
        _ = await device.end(by: SIGTERM)
    }

    @Test("Muted, a press says so and nothing is recorded")
    func muted() async throws {
        let device = try Device(audio: "\"muted\": true,")
        try await device.says("is ready")
        try await device.tap()
        try await device.says("turn 1 failed: the microphone is muted")
        #expect(!device.log.contains("recording from"))
        #expect(try device.card.heard().duration > .seconds(1))
        _ = await device.end(by: SIGTERM)
    }
}
