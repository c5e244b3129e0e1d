import Testing
import VoiceLoop

@testable import pressel

struct SpokenCommandsTests {
    private let parser = RequestParser(.english)

    @Test("Every command that the benchmark speaks is one, as it is written")
    func commands() {
        for (sentence, request) in SpokenCommands.commands {
            #expect(parser.request(in: sentence) == request, "\"\(sentence)\"")
        }
        #expect(SpokenCommands.commands.count >= 44)
    }

    @Test("In the grammar of what is spoken, hours and minutes together agree with their numbers")
    func agreement() throws {
        let rules = SpokenGrammar.english { _ in true }.split(separator: "\n")
        let lengths = try #require(rules.first { $0.hasPrefix("<duration> = ") })
        #expect(lengths.contains("((one | an) hour | <few> hours)"))
        #expect(!lengths.contains("(hour | hours)") && !lengths.contains("(minute | minutes)"))
        let few = try #require(rules.first { $0.hasPrefix("<few> = ") })
        #expect(few.hasPrefix("<few> = two | three |"))
    }

    @Test("None of its other sentences asks for anything")
    func others() {
        for sentence in SpokenCommands.others {
            #expect(parser.request(in: sentence) == nil, "\"\(sentence)\"")
        }
        #expect(SpokenCommands.others.count >= 40)
        #expect(SpokenCommands.recordings.count == 13)
    }
}
