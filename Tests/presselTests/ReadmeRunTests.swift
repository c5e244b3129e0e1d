import Audio
import Codec
import FoundationEssentials
import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import sandbox

/// What the README tells of the API, tried out as it stands there.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ReadmeRunTests {
    private let folder = TemporaryFolder()
    private let state = TemporaryFolder()
    private static let key = "key-of-the-readers"
    private static let planted = [
        "OPENAI_API_KEY": "planted-openai", "ELEVENLABS_API_KEY": "planted-eleven",
        "MICROSOFT_SPEECH_KEY": "planted-azure", "AWS_SECRET_ACCESS_KEY": "planted-aws",
    ]
    private static let transcript = "what time is it"
    private static let reply = "It is four."

    /// Files that an example wrote, since they were looked at last.
    private func newSound(_ seen: inout [String: Int]) throws -> [(name: String, AudioChunk)] {
        var found: [(String, AudioChunk)] = []
        for name in names(inFolder: folder.path).sorted()
        where name.hasSuffix(".wav") || name.hasSuffix(".mp3") {
            let path = "\(folder.path)/\(name)"
            let size = sizeOfFile(path) ?? 0
            var status = stat()
            stat(path, &status)
            let stamp = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
            guard seen.updateValue(stamp, forKey: name) != stamp else { continue }
            #expect(size > 0, "\(name)")
            found.append((name, try AudioFile.read(path, atMost: .seconds(60)).sound))
        }
        return found
    }

    private func start(_ settings: String) async throws -> (Device, port: Int) {
        // Where there are settings, they say where those who want a key are; else nobody is asked.
        var secrets = settings.isEmpty ? [:] : Self.planted
        secrets["PROXY_API_KEY"] = Self.key
        let file = try JSONEncoder().encode(secrets)
        try writeFile(
            String(decoding: file, as: UTF8.self), to: state.path + "/secrets.json")
        let port = try freePort()
        let device = try Device(
            settings: settings + #""history": {"keepAudio": true},"#, port: port,
            state: state.path)
        try await device.says("serving on")
        try await device.says("recording from")
        return (device, port)
    }

    /// A device that starts anew is not there for a moment.
    private func isThere(_ port: Int) async -> Bool {
        for _ in 0..<500 {
            let answer = try? await ask(port: port, "GET", "/health")
            if answer?.status == 200 { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Nothing is tested while somebody talks.
    private func becomesIdle(_ port: Int) async throws {
        for _ in 0..<1000 {
            let status = try await ask(
                port: port, "GET", "/api/status", headers: ["x-api-key": Self.key])
            if status.text.contains(#""state":"idle""#) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Tries out every example.
    ///
    /// - Parameter hears: whether the sound of an answer says what it should.
    private func readOut(
        _ device: Device, port: Int, hasCloud: Bool,
        hears: @Sendable (AudioChunk) async throws -> Bool
    ) async throws {
        let question = WAVEncoder.file(of: try await spoken("what time is it"))
        _ = folder.file("question.wav", question)
        let voice = TestSound.noise(lasting: .seconds(12), amplitude: 0.2)
        _ = folder.file("anna.wav", WAVEncoder.file(of: voice))
        var seen: [String: Int] = [:]
        _ = try newSound(&seen)
        let reader = Reader(
            in: folder.path,
            ["PRESSEL": "http://127.0.0.1:\(port)", "KEY": Self.key, "VOICE": "voice-0"])
        let examples = try ReadmeExample.all()
        #expect(examples.count > 45)
        var answers = 0
        var told = ""
        for example in examples {
            if example.command.contains("$CODE") {
                try await device.says("enter the code")
                let codes = device.log.matches(of: /enter the code (\d{4} \d{4}) there/)
                reader.variables["CODE"] = codes.last.map { String($0.1) }
            }
            if example.command.contains("$SESSION"), reader.variables["SESSION"] == nil {
                Issue.record("no session to end")
            }
            #expect(await isThere(port))
            if example.command.contains("/api/test/") { try await becomesIdle(port) }
            let output = try await reader.type(example.command)
            told += output
            guard hasCloud || !example.needsCloud else {
                #expect(
                    output.contains(#""code":"no_cloning""#) || output.contains("not_found"),
                    "\(example.command)\n\(output)")
                continue
            }
            #expect(
                example.isMet(by: output, variables: reader.variables),
                "\(example.command)\n\(output)\n\(example.answer)")
            for (name, sound) in try newSound(&seen) where !name.hasPrefix("question") {
                answers += 1
                #expect(try await hears(sound), "\(example.command): \(name)")
            }
        }
        #expect(answers == 6)
        // One that is asked to start again answers until it does, and may be asked twice before.
        try await device.sleep(1500)
        try await device.says("is ready", times: device.count("ended by a restart") + 1)
        #expect(await isThere(port))
        told += device.log
        for path in ["\(folder.path)/pressel.backup", "\(folder.path)/heads"]
            + ["cmdline", "environ"].map({ "/proc/\(device.id)/\($0)" })
        {
            told += String(decoding: try readFile(path, atMost: 1 << 26), as: UTF8.self)
        }
        for secret in Self.planted.values + [Self.key, "a quiet afternoon"] {
            #expect(!told.contains(secret), "\(secret)")
        }
        let limits = try readFile("/proc/\(device.id)/limits", atMost: 65_536)
        #expect(
            String(decoding: limits, as: UTF8.self).contains(
                #/Max core file size +0 +0 /#))
    }

    @Test("Every request answers as the README says, where nobody else is asked")
    func embedded() async throws {
        let (device, port) = try await start("")
        try await readOut(device, port: port, hasCloud: false) { sound in
            try await recognized(Resampler.convert(sound, to: .speech)).contains("it is")
        }
        #expect(await device.end(by: SIGTERM).status == 0)
    }

    @Test("Every request answers as the README says, where others answer")
    func elsewhere() async throws {
        var script = Script()
        script.transcript = Self.transcript
        script.reply = Self.reply
        let sandbox = try Sandbox(script)
        let openAI = "{\"provider\": \"openai\", \"baseURL\": \"\(sandbox.baseURL)\"}"
        let root = sandbox.baseURL.dropLast("/v1".count)
        let (device, port) = try await start(
            """
            "speechToText": [\(openAI)], "languageModel": [\(openAI)],
            "textToSpeech": [\(openAI), {"provider": "elevenlabs", "baseURL": "\(root)"}],
            """)
        try await readOut(device, port: port, hasCloud: true) { sound in
            ToneCode.heard(in: sound).map(\.symbol) == ToneCode.symbols(for: Self.reply)
        }
        #expect(await device.end(by: SIGTERM).status == 0)
    }
}
