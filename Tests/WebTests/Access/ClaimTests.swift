import Testing
import Voice

@testable import Web

private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

struct ClaimTests {
    private let one: [UInt8] = [1]
    private let two: [UInt8] = [2]
    private let code: [UInt8] = [4, 8]

    private func asked(_ proof: Claim.Proof = .button) -> Claim {
        var claim = Claim()
        #expect(claim.ask(token: one, from: "a", proof: proof, at: at(0)) == .ask(1))
        return claim
    }

    @Test("Asked, agreed, and then a password may be set")
    func agreed() {
        var claim = asked()
        #expect(claim.standing(of: one, at: at(1)) == .waiting(.button))
        #expect(claim.isWaiting(at: at(1)) == true)
        claim.consent(to: 1, isGiven: true, at: at(119))
        #expect(claim.standing(of: one, at: at(418)) == .agreed)
        #expect(claim.standing(of: two, at: at(418)) == .unknown)
        #expect(claim.standing(of: one, at: at(419)) == .unknown)
    }

    @Test("Not agreed, it is refused, until somebody asks again")
    func refused() {
        var claim = asked()
        claim.consent(to: 1, isGiven: false, at: at(5))
        #expect(claim.standing(of: one, at: at(6)) == .refused)
        claim.consent(to: 1, isGiven: true, at: at(7))
        #expect(claim.standing(of: one, at: at(8)) == .refused)
        #expect(claim.ask(token: two, from: "b", proof: .button, at: at(9)) == .ask(2))
        // The answer to an earlier question is none to this one.
        claim.consent(to: 1, isGiven: true, at: at(10))
        #expect(claim.standing(of: two, at: at(10)) == .waiting(.button))
        #expect(claim.standing(of: one, at: at(10)) == .unknown)
    }

    @Test("A request that nobody answers is over, and an answer comes too late")
    func expired() {
        var claim = asked()
        claim.consent(to: 1, isGiven: true, at: at(120))
        #expect(claim.standing(of: one, at: at(120)) == .unknown)
        #expect(claim.isWaiting(at: at(120)) == false)
    }

    @Test("One request at a time: another waits, wherever it comes from")
    func busy() {
        var claim = asked()
        #expect(
            claim.ask(token: two, from: "b", proof: .button, at: at(20)) == .busy(.seconds(100)))
        #expect(
            claim.ask(token: two, from: "a", proof: .button, at: at(30)) == .busy(.seconds(90)))
        claim.consent(to: 1, isGiven: true, at: at(40))
        #expect(claim.standing(of: one, at: at(40)) == .agreed)
        #expect(
            claim.ask(token: two, from: "b", proof: .button, at: at(50)) == .busy(.seconds(290)))
        // What was agreed to is not handed to whoever comes from the same place.
        #expect(claim.ask(token: two, from: "a", proof: .button, at: at(60)) == .ask(2))
        #expect(claim.standing(of: one, at: at(60)) == .unknown)
    }

    @Test("A code agrees; five wrong ones refuse")
    func codes() {
        var claim = asked(.code(code))
        claim.consent(to: 1, isGiven: true, at: at(1))
        #expect(claim.standing(of: one, at: at(1)) == .waiting(.code(code)))
        #expect(claim.enter(code: code, token: two, at: at(1)) == .unknown)
        for _ in 1...4 {
            #expect(claim.enter(code: [9], token: one, at: at(2)) == .waiting(.code(code)))
        }
        var lucky = claim
        #expect(lucky.enter(code: code, token: one, at: at(3)) == .agreed)
        #expect(lucky.enter(code: [9], token: one, at: at(3)) == .agreed)
        #expect(claim.enter(code: [9], token: one, at: at(3)) == .refused)
        #expect(claim.enter(code: code, token: one, at: at(3)) == .refused)
        var late = asked(.code(code))
        #expect(late.enter(code: code, token: one, at: at(120)) == .unknown)
        // Where a button is asked, no code helps.
        var held = asked()
        #expect(held.enter(code: code, token: one, at: at(1)) == .waiting(.button))
    }

    @Test("A page that was loaded again gets another code")
    func anotherCode() {
        var claim = asked(.code(code))
        #expect(claim.ask(token: two, from: "a", proof: .code([7]), at: at(1)) == .ask(2))
        #expect(claim.enter(code: code, token: two, at: at(2)) == .waiting(.code([7])))
        #expect(claim.enter(code: [7], token: two, at: at(2)) == .agreed)
    }

    @Test("Once the device is claimed nothing goes on")
    func ended() {
        var claim = asked()
        claim.consent(to: 1, isGiven: true, at: at(1))
        claim.end()
        #expect(claim.standing(of: one, at: at(2)) == .unknown)
    }
}
