import Codec
import Glibc
import Linux
import Store
import TestSupport
import Testing
import Voice

@testable import pressel

struct KeptAnswersTests {
    private let folder = TemporaryFolder()

    private func answers(_ change: (inout KeptAnswers.Limits) -> Void = { _ in }) -> KeptAnswers {
        var limits = KeptAnswers.Limits()
        change(&limits)
        return KeptAnswers(in: StateFolder(path: folder.path), limits: limits)
    }

    private static let sound = TestSound.noise(lasting: .milliseconds(100), amplitude: 0.2)

    /// Keeps an answer, and makes it so many seconds old.
    private func keep(_ answers: KeptAnswers, age: Int = 0) throws -> String {
        let answer = try answers.begin(TurnID())
        let encoder = WAVEncoder(format: .speech)
        try answer.append(encoder.encode(Self.sound))
        try answer.append(encoder.finish())
        try answer.finish()
        let then = timeval(tv_sec: time(nil) - age, tv_usec: 0)
        utimes("\(folder.path)/answers/\(answer.name)", [then, then])
        return answer.name
    }

    private func bytes(_ next: (() throws -> [UInt8]?)?) throws -> [UInt8]? {
        guard let next else { return nil }
        var bytes: [UInt8] = []
        while let piece = try next() { bytes += piece }
        return bytes
    }

    @Test("An answer is fetched as a file whose header knows how long it is")
    func whole() throws {
        let answers = answers()
        let name = try keep(answers)
        #expect(try bytes(answers.read(name)) == WAVEncoder.file(of: Self.sound))
        #expect(try answers.bytes(name) == WAVEncoder.file(of: Self.sound))
    }

    @Test("One that is not complete is nowhere, and nothing of it stays")
    func incomplete() throws {
        let answers = answers()
        var answer: KeptAnswers.NewAnswer? = try answers.begin(TurnID())
        let name = answer!.name
        try answer!.append([1, 2, 3])
        #expect(answers.read(name) == nil)
        answer = nil
        #expect(sizeOfFile("\(folder.path)/answers/\(name).new") == nil)
    }

    @Test("After an hour it is gone")
    func old() throws {
        let answers = answers()
        let name = try keep(answers, age: 3601)
        #expect(answers.read(name) == nil)
        #expect(answers.read(try keep(answers, age: 3500)) != nil)
        answers.prune()
        #expect(sizeOfFile("\(folder.path)/answers/\(name)") == nil)
    }

    @Test("The oldest make room", arguments: ["count", "bytes"])
    func room(which: String) throws {
        let answers = answers { limits in
            if which == "count" { limits.count = 2 } else { limits.bytes = 7000 }
        }
        let names = try [30, 20, 10].map { try keep(answers, age: $0) }
        answers.prune()
        #expect(names.map { answers.read($0) != nil } == [false, true, true])
    }

    static let names = [
        "", "x", ".wav", "../secrets.json", "0123456789abcdef", "0123456789ABCDEF.wav",
        "0123456789abcdef.wav/..", "../0123456789abcde.wav", "0123456789abcdef.wav.new",
    ]

    @Test("What is no name of an answer finds nothing", arguments: names)
    func strange(name: String) { #expect(answers().read(name) == nil) }
}
