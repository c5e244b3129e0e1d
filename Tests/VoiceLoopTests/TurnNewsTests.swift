import TestSupport
import Testing
import Voice

@testable import VoiceLoop

/// What others learn of a turn while it goes on, and what they can change between two.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct TurnNewsTests {
    private let stage = Stage()

    private func ask() async {
        stage.press()
        stage.hear(stage.quiet(400) + stage.speech(600) + stage.quiet(400))
        stage.clock.advance(by: .milliseconds(400))
        await stage.letGo()
        stage.hear(stage.quiet(300))
    }

    @Test("A turn is told as it happens")
    func turn() async throws {
        _ = try await stage.run { _ in await ask() }
        let turn = Turn(number: 1)
        let words = stage.news.filter { if case .state = $0 { false } else { true } }
        #expect(
            words == [
                .transcript(turn, "heard"), .reply(turn, "On"), .reply(turn, "e. Tw"),
                .reply(turn, "o."),
            ])
        let states = stage.news.compactMap { if case .state(let name) = $0 { name } else { nil } }
        #expect(states.prefix(3) == ["listening", "thinking", "speaking"])
    }

    @Test("A turn in which nobody spoke tells no words")
    func silence() async throws {
        _ = try await stage.run { stage in
            stage.press()
            stage.hear(stage.quiet(1000))
            await stage.letGo()
            stage.hear(stage.quiet(300))
        }
        #expect(!stage.news.contains { if case .transcript = $0 { true } else { false } })
    }

    @Test("Other settings hold from the next turn on")
    func settings() async throws {
        var settings = LoopSettings()
        settings.rememberedTurns = 1
        let reports = try await stage.turns(3) { [settings] stage in
            for turn in 1...3 {
                await ask()
                await stage.hasFinished(turn)
                if turn == 1 { await stage.use(settings) }
            }
        }
        #expect(reports.map(\.outcome) == [.answered, .answered, .answered])
        #expect(stage.model.remembered == [0, 1, 1])
    }
}
