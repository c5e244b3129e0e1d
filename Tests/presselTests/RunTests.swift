import Codec
import Glibc
import Linux
import TestSupport
import Testing
import Voice

/// `pressel run` as its user meets it: a finger, a voice, a loudspeaker.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RunTests {
    @Test("Held: the time is asked, and the right hour is heard")
    func held() async throws {
        let began = hourInGreenwich
        // A zone in which it is five now, an hour that PocketSphinx makes out in any sentence.
        let offset = (41 - began) % 24
        let zone = offset <= 12 ? "Etc/GMT-\(offset)" : "Etc/GMT+\(24 - offset)"
        let device = try Device(settings: "\"timeZone\": \"\(zone)\",")
        try await device.says("recording from")
        try await device.sleep(400)
        try await device.ask(try await spoken("What time is it?"))
        try await device.says("turn 1: answered")
        let heard = Resampler.convert(try device.card.heard(), to: .speech)
        let words = try await recognized(heard).split(separator: " ")
        // The hour may have struck meanwhile.
        let hours: [Substring] = hourInGreenwich == began ? ["five"] : ["five", "six"]
        #expect(words.contains(where: hours.contains), "heard \(words)")
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    private var hourInGreenwich: Int {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        return Int(parts.tm_hour)
    }

    @Test("Tapped: the end of speech ends the question")
    func tapped() async throws {
        let device = try Device()
        try await device.says("recording from")
        try await device.sleep(400)
        try device.type("tap")
        try await device.sleep(300)
        try device.card.speak(try await spoken("What can you do?"))
        try await device.says("turn 1: answered")
        #expect(try device.card.heard().duration > .seconds(2))
        _ = await device.end(by: SIGTERM)
    }

    @Test("Tapped in silence: a soft sound, and nothing is asked")
    func silent() async throws {
        let device = try Device(audio: "\"noSpeechSeconds\": 2,")
        try await device.says("recording from")
        try device.type("tap")
        try await device.says("turn 1: nothingHeard")
        #expect(try device.card.heard().frames == Sounds.nothingHeard.frames)
        _ = await device.end(by: SIGTERM)
    }

    @Test("Pressed while it speaks: silence at once, and the next question is answered")
    func interrupted() async throws {
        let device = try Device()
        try await device.says("recording from")
        try await device.sleep(400)
        let question = try await spoken("Tell me a story.")
        try await device.ask(question)
        try await device.says("light speaking")
        try await device.sleep(500)
        try device.type("press")
        try await device.says("turn 1: stopped")
        let before = try device.card.heard().frames
        try await device.sleep(300)
        #expect(try device.card.heard().frames == before)
        try device.card.speak(question)
        try await device.sleep(Int(question.duration.inMilliseconds) + 250)
        try device.type("release")
        try await device.says("turn 2: answered")
        #expect(try device.card.heard().frames > before)
        // The device's own voice is not in the question.
        let questions = device.log.split(separator: "\n").filter { $0.contains("heard \"") }
        #expect(questions.count == 2)
        #expect(!questions[1].contains("network") && !questions[1].contains("language"))
        _ = await device.end(by: SIGTERM)
    }

    @Test("A hundred turns in a row")
    func hundred() async throws {
        let device = try Device(speed: 8)
        try await device.says("recording from")
        try await device.sleep(300)
        let question = try await spoken("What time is it?")
        var (turns, answered) = (0, 0)
        while answered < 100 {
            turns += 1
            try await device.ask(question, speed: 8)
            try await device.says(oneOf: [
                "turn \(turns): answered", "turn \(turns): nothingHeard",
                "turn \(turns) failed: speech was heard, but no words",
            ])
            answered = device.count("answered, the answer began")
            // A card in such a hurry loses sound on a machine that stands still for a moment. What
            // was lost is asked again.
            let lost = turns - answered
            try #require(lost <= 10 && (lost == 0 || device.log.contains("overrun of")))
        }
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test(
        "SIGTERM in any phase ends it within a second",
        arguments: ["idle", "listening", "thinking", "speaking"])
    func ends(phase: String) async throws {
        let device = try Device()
        try await device.says("recording from")
        if phase != "idle" {
            try device.type("press")
            try await device.says("light listening")
        }
        if phase == "thinking" || phase == "speaking" {
            try device.card.speak(
                try People.sound("librivox/sense_and_sensibility_01_austen_64kb-0870.wav"))
            try await device.sleep(3000)
            try device.type("release")
            try await device.says("light \(phase)")
        }
        let (status, duration) = await device.end(by: SIGTERM)
        #expect(status == 0)
        #expect(duration < .seconds(1))
        #expect(device.log.contains("ended by SIGTERM"))
    }

    @Test("quit ends it; the end of its input does not")
    func input() async throws {
        let device = try Device()
        try await device.says("is ready")
        try device.type("nonsense")
        try await device.says("\"nonsense\" is no command")
        try device.type("quit")
        try await device.says("ended by quit")
    }

    @Test("Bad settings are named, said once, and it runs on")
    func settings() async throws {
        let device = try Device(
            settings: "\"nam\": 1, \"board\": \"toaster\",", audio: "\"preRollMilliseconds\": 5000,"
        )
        try await device.says(
            "setting audio.preRollMilliseconds is 5000; use a whole number in 0...2000")
        try await device.says("setting nam is unknown")
        try await device.says(
            "setting board is \"toaster\"; use one of \"generic\", \"aiy-voice-hat\"")
        try await device.says("is ready")
        try await device.sleep(1500)
        #expect(try device.card.heard().duration > .milliseconds(500))
        _ = await device.end(by: SIGTERM)
    }

    @Test("Without a microphone, a press says so aloud")
    func microphone() async throws {
        let device = try Device(capture: "no_such_device")
        try await device.says("cannot open audio device \"no_such_device\"")
        try device.type("tap")
        try await device.says("turn 1 failed")
        let words = try await recognized(
            Resampler.convert(try device.card.heard(), to: .speech))
        #expect(words.contains("microphone") || words.contains("cannot hear"), "heard \"\(words)\"")
        _ = await device.end(by: SIGTERM)
    }

    @Test("Without a speaker it listens on, and tells the log")
    func speaker() async throws {
        let device = try Device(playback: "no_such_device")
        try await device.says("recording from")
        try await device.sleep(300)
        try await device.ask(try await spoken("What time is it?"))
        try await device.says("turn 1 failed: cannot open audio device \"no_such_device\"")
        try device.type("press")
        try await device.says("light listening", times: 2)
        _ = await device.end(by: SIGTERM)
    }

    @Test("A state folder that cannot be written is named, and it runs on")
    func state() async throws {
        let device = try Device(state: "/proc/pressel")
        try await device.says("the state folder /proc/pressel")
        try await device.says("is ready")
        _ = await device.end(by: SIGTERM)
    }
}
