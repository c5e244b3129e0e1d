import TestSupport
import Testing

@testable import sandbox

/// What the bucket does not let pass. That it takes what is right, Providers' tests show.
@Suite(.timeLimit(.minutes(1)))
struct ArchiveTests {
    private let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    static let credential = "AKIDSANDBOX/20260102/eu-sandbox-1/s3/aws4_request"

    static let unsigned: [(headers: [String: String], code: String)] = [
        ([:], "AccessDenied"),
        (["Authorization": "Bearer k"], "InvalidArgument"),
        (["Authorization": "AWS4-HMAC-SHA256 Credential"], "AuthorizationHeaderMalformed"),
        (["Authorization": "AWS4-HMAC-SHA256 Credential=a/b"], "AccessDenied"),
        (
            [
                "x-amz-date": "20260102T030405Z",
                "Authorization": "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host,"
                    + " Signature=00",
            ], "RequestTimeTooSkewed"
        ),
        (
            [
                "x-amz-date": "2026010203040506",
                "Authorization": "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host,"
                    + " Signature=00",
            ], "AuthorizationHeaderMalformed"
        ),
    ]

    @Test("What is not signed, or not as it should be, is refused in XML", arguments: unsigned)
    func refused(headers: [String: String], code: String) throws {
        let answer = try RawClient(port: sandbox.server.port).ask(
            "PUT", "/s3/turns/key", headers: headers, body: [1, 2, 3])
        #expect(answer.status == 400 || answer.status == 403)
        #expect(answer.headers["content-type"] == "application/xml")
        #expect(answer.text.contains("<Code>\(code)</Code>"), "\(answer.text)")
        #expect(sandbox.objects.keys.isEmpty)
    }
}
