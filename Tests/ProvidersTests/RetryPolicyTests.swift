import Testing
import Voice

@testable import Providers

struct RetryPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let status: Int
        var headers: [(String, String)] = []
        var isQuota = false
        var retry = 0
        let pause: Duration?

        var testDescription: String { "\(status) \(headers) quota \(isQuota) retry \(retry)" }
    }

    static let answers = [
        Case(status: 400, pause: nil), Case(status: 401, pause: nil),
        Case(status: 403, pause: nil), Case(status: 404, pause: nil),
        Case(status: 408, pause: .milliseconds(500)),
        Case(status: 409, pause: .milliseconds(500)), Case(status: 413, pause: nil),
        Case(status: 422, pause: nil), Case(status: 429, pause: .milliseconds(500)),
        Case(status: 429, isQuota: true, pause: nil),
        Case(status: 500, pause: .milliseconds(500)), Case(status: 503, pause: .seconds(1)),
        Case(status: 503, retry: 1, pause: .seconds(2)), Case(status: 503, retry: 2, pause: nil),
        Case(status: 529, pause: .seconds(1)), Case(status: 529, retry: 2, pause: nil),
        Case(status: 301, pause: nil),
        Case(status: 429, headers: [("Retry-After", "3")], pause: .seconds(3)),
        Case(status: 429, headers: [("Retry-After", "0.25")], pause: .milliseconds(250)),
        Case(status: 429, headers: [("Retry-After", "120")], pause: .seconds(120)),
        Case(status: 429, headers: [("Retry-After", "121")], pause: nil),
        Case(status: 429, headers: [("Retry-After", "0")], pause: .milliseconds(500)),
        Case(status: 429, headers: [("Retry-After", "soon")], pause: .milliseconds(500)),
        Case(
            status: 503, headers: [("retry-after-ms", "70"), ("Retry-After", "3")],
            pause: .milliseconds(70)),
        Case(status: 500, headers: [("x-should-retry", "false")], pause: nil),
        Case(status: 400, headers: [("X-Should-Retry", "true")], pause: .milliseconds(500)),
    ]

    @Test("Sends again what may succeed then, after a pause", arguments: answers)
    func answer(_ answer: Case) {
        let pause = RetryPolicy().pause(
            afterStatus: answer.status, headers: HTTPHeaders(answer.headers),
            isQuota: answer.isQuota, retry: answer.retry, chance: 0)
        #expect(pause == answer.pause)
    }

    static let failures: [(failure: HTTPFailure, pause: Duration?)] = [
        (.unreachable(host: "h", reason: "r"), .milliseconds(500)),
        (.broken(host: "h", reason: "r"), .milliseconds(500)),
        (.untrusted(host: "h", reason: "r"), nil),
        (.unconnected(host: "h", after: .seconds(5)), nil),
        (.timedOut(host: "h", after: .seconds(1)), nil),
        (.cancelled, nil),
    ]

    @Test("Sends again what got lost on the way", arguments: failures)
    func failure(_ case: (failure: HTTPFailure, pause: Duration?)) {
        #expect(RetryPolicy().pause(after: `case`.failure, retry: 0, chance: 0) == `case`.pause)
        #expect(RetryPolicy().pause(after: `case`.failure, retry: 2, chance: 0) == nil)
    }

    @Test("The pause is up to a quarter shorter, so that devices do not come back together")
    func jitter() {
        let policy = RetryPolicy()
        let failure = HTTPFailure.broken(host: "h", reason: "r")
        #expect(policy.pause(after: failure, retry: 0, chance: 1) == .milliseconds(375))
        #expect(policy.pause(after: failure, retry: 1, chance: 0.5) == .milliseconds(875))
    }
}
