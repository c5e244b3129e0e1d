import Testing
import Voice

@testable import Providers

struct ServiceFailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let status: Int
        let body: String
        var headers: [(String, String)] = []
        let error: ProviderError

        var testDescription: String { "\(status) \(body)" }
    }

    /// Forms of PROVIDERS' facts: OpenAI's own, then those of compatible servers.
    static let answers = [
        Case(
            status: 401,
            body: #"{"error":{"message":"Wrong key","type":"invalid_request_error","code":"x"}}"#,
            error: .keyRefused(provider: "p", reason: "status 401, Wrong key")),
        Case(
            status: 429,
            body: #"{"error":{"message":"Slow down","type":"rate_limit_error","code":null}}"#,
            headers: [("Retry-After", "7")],
            error: .busy(provider: "p", retryAfter: .seconds(7))),
        Case(
            status: 429,
            body:
                #"{"error":{"message":"No credit","type":"insufficient_quota","code":"credit_balance_exhausted"}}"#,
            error: .creditUsedUp(provider: "p", reason: "status 429, No credit")),
        Case(
            status: 503,
            body: #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            error: .down(provider: "p", reason: "status 503, Loading model")),
        Case(
            status: 500, body: #"{"error":"model failed"}"#,
            error: .down(provider: "p", reason: "status 500, model failed")),
        Case(
            status: 404, body: #"{"detail":"Model 'x' is not installed locally."}"#,
            error: .refused(
                provider: "p", reason: "status 404, Model 'x' is not installed locally.")),
        Case(
            status: 422,
            body: #"{"detail":[{"loc":["body","text"],"msg":"field required","type":"missing"}]}"#,
            error: .refused(provider: "p", reason: "status 422, field required")),
        Case(
            status: 400,
            body: #"{"detail":{"error":"invalid_model","message":"No such voice","type":"t"}}"#,
            error: .refused(provider: "p", reason: "status 400, No such voice")),
        Case(
            status: 502, body: "<html><body>Bad gateway</body></html>",
            error: .down(provider: "p", reason: "status 502")),
        Case(status: 413, body: "", error: .refused(provider: "p", reason: "status 413")),
        Case(
            status: 302, body: "", headers: [("Location", "https://login.example/x?token=1")],
            error: .refused(provider: "p", reason: "status 302, it points to login.example")),
    ]

    @Test("Says why there is no answer, in whatever form the server says it", arguments: answers)
    func forms(_ answer: Case) {
        let failure = ServiceFailure(
            status: answer.status, headers: HTTPHeaders(answer.headers),
            body: Array(answer.body.utf8), key: "secret")
        #expect(failure.error(of: "p") == answer.error)
    }

    @Test("Where there was no key, that is said first", arguments: [nil, "secret"])
    func noKey(key: String?) {
        let failure = ServiceFailure(status: 401, headers: HTTPHeaders(), body: [], key: key)
        let reason = key == nil ? "status 401, no key was sent" : "status 401"
        #expect(failure.error(of: "p") == .keyRefused(provider: "p", reason: reason))
    }

    @Test(
        "A key that the server repeats is not told to anybody",
        arguments: [
            "Incorrect API key provided: top-secret.", "Wrong: sk-proj-abc***xyz, see there",
            "key=top-secret&x", "no\nline top-secret break",
        ])
    func secrets(message: String) {
        let body = "{\"error\":{\"message\":\"\(message.replacing("\n", with: "\\n"))\"}}"
        let failure = ServiceFailure(
            status: 401, headers: HTTPHeaders(), body: Array(body.utf8), key: "top-secret")
        let told = failure.error(of: "p").description
        #expect(!told.contains("secret") && !told.contains("xyz") && told.contains("…"))
        #expect(!told.contains("\n"))
    }

    @Test("A page for an answer is cut short")
    func long() {
        let body = "{\"error\":\"\(String(repeating: "x", count: 5000))\"}"
        let failure = ServiceFailure(
            status: 500, headers: HTTPHeaders(), body: Array(body.utf8), key: nil)
        #expect(failure.error(of: "p").description.count < 400)
    }
}
