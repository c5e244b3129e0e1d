import Testing

@testable import pressel

struct StartUpTests {
    @Test(
        "How long it was held says what is wished",
        arguments: [
            (0, .nothing), (4999, .nothing), (5000, .selfTest), (9999, .selfTest),
            (10_000, .recovery), (30_000, .recovery), (30_001, .stuck),
        ] as [(Int, StartUpWish)])
    func wishes(milliseconds: Int, wish: StartUpWish) {
        #expect(StartUpWish(heldFor: .milliseconds(milliseconds)) == wish)
    }
}
