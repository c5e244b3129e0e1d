import Codec
import Providers
import TestSupport
import Testing
import Voice

struct ESpeakTests {
    @Test("It speaks, and its sound comes in chunks while it is made")
    func speaks() async throws {
        var chunks = 0
        var samples: [Int16] = []
        for try await chunk in try await ESpeak(voice: "en-us").speech(for: "Hello there.") {
            chunks += 1
            samples += chunk.samples
            #expect(chunk.format == AudioFormat(framesPerSecond: 22_050, channels: 1))
            #expect(chunk.duration <= .milliseconds(20))
        }
        #expect(chunks > 20)
        #expect(Level.decibels(of: samples) > -40)
    }

    @Test("A text is never an option, nor phoneme names")
    func text() async throws {
        let speech = try await ESpeak(voice: "en-us").speech(for: "--help [[h@l'oU]]")
        var duration = Duration.zero
        for try await chunk in speech { duration += chunk.duration }
        #expect(duration > .seconds(1))
    }

    static let languages: [(tag: String, voice: String)] = [
        ("en", "en-us+klatt"), ("en-AU", "en-us+klatt"), ("en-GB", "en-gb+klatt"), ("de", "de"),
        ("de-AT", "de-at"), ("fr-CA", "fr-ca"), ("es-419", "es-419"), ("tlh", "en-us+klatt"),
    ]

    @Test("A language has a voice that espeak-ng has", arguments: languages)
    func voice(tag: String, voice: String) async throws {
        #expect(ESpeak.voice(forLanguage: tag) == voice)
        var duration = Duration.zero
        for try await chunk in try await ESpeak(voice: voice).speech(for: "192, 168") {
            duration += chunk.duration
        }
        #expect(duration > .milliseconds(500))
    }

    @Test(
        "Where there is no such voice another one speaks, and that is told",
        arguments: ["nobody", "-v", "../etc", "y\u{b}", "a+" + String(repeating: "b", count: 190)])
    func substitute(voice: String) async throws {
        let book = LogBook()
        let speaker = ESpeak(voice: voice, orElse: "en-us", log: book.log)
        var duration = Duration.zero
        for _ in 1...2 {
            for try await chunk in try await speaker.speech(for: "Hello there.") {
                duration += chunk.duration
            }
        }
        #expect(duration > .milliseconds(1000))
        #expect(book.count("cannot speak with espeak-ng's voice \"\(voice)\"") == 1)
        #expect(book.count("\"en-us\" speaks") == 1)
        await #expect(throws: ProviderError.self) {
            _ = try await ESpeak(voice: voice).speech(for: "Hello there.")
        }
    }

    @Test("A program that is not there is named, with the package that brings it")
    func missing() async {
        await #expect {
            _ = try await ESpeak(program: "/no/espeak-ng", voice: "en").speech(for: "Hello.")
        } throws: {
            "\($0)"
                == "cannot use espeak-ng: cannot start /no/espeak-ng: No such file or directory;"
                + " install the package espeak-ng"
        }
    }

    @Test("A reader that goes away does not leave it waiting")
    func dropped() async throws {
        let long = String(repeating: "This takes a long time to say. ", count: 200)
        var stream: AudioStream? = try await ESpeak(voice: "en-us").speech(for: long)
        var iterator = stream?.makeAsyncIterator()
        _ = try await iterator?.next()
        iterator = nil
        stream = nil
    }
}
