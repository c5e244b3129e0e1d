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

    @Test("None of its other sentences asks for anything")
    func others() {
        for sentence in SpokenCommands.others {
            #expect(parser.request(in: sentence) == nil, "\"\(sentence)\"")
        }
        #expect(SpokenCommands.others.count >= 40)
        #expect(SpokenCommands.recordings.count == 13)
    }
}
