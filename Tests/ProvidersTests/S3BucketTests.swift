import Linux
import Synchronization
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// Our side of S3 against a server that checks every signature by itself.
@Suite(.timeLimit(.minutes(1)))
struct S3BucketTests {
    private let sandbox: Sandbox
    private let client = HTTPClient()

    init() throws { sandbox = try Sandbox() }

    private static let wave = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    private func bucket(
        _ name: String = S3.bucket, endpoint: String? = nil, region: String = S3.region,
        accessKey: String = S3.accessKey, secretKey: String = S3.secretKey, token: String? = nil,
        off seconds: Int64 = 0, timeout: Duration = .seconds(5)
    ) -> S3Bucket {
        S3Bucket(
            endpoint: endpoint ?? sandbox.archiveURL, bucket: name, region: region,
            credentials: S3Credentials(
                accessKey: accessKey, secretKey: secretKey, sessionToken: token),
            client: client, timeout: timeout,
            unixTime: { SystemWallClock.unixTime.map { $0 + seconds } })
    }

    private func failure(_ bucket: S3Bucket, at key: String = "a/b.wav") async -> S3Failure? {
        do {
            try await bucket.put(Self.wave, at: key, type: "audio/wav")
            return nil
        } catch {
            return error
        }
    }

    private func get(_ url: String) async throws -> (status: Int, body: [UInt8]) {
        let response = try await client.send(HTTPRequest(method: .get, url: url))
        return (
            response.status, try await response.body.read(atMost: 1 << 20, within: .seconds(5))
        )
    }

    @Test(
        "What is stored can be had by a URL that was signed for a time",
        arguments: ["a/2026/01/02/x.wav", "a b+c/ö.wav", "~-_.!*'();:@&=$,[]"], [nil, "TOK/EN+1="])
    func stored(key: String, token: String?) async throws {
        let bucket = bucket(token: token)
        try await bucket.put(Self.wave, at: key, type: "audio/wav")
        #expect(sandbox.objects[key] == .init(type: "audio/wav", bytes: Self.wave))
        let url = try #require(bucket.presignedURL(for: key, expires: .seconds(60)))
        let (status, body) = try await get(url)
        #expect(status == 200 && body == Self.wave)
        #expect(try await get(url + "0").status == 403)
        #expect(try await get(url.replacing("Expires=60", with: "Expires=61")).status == 403)
    }

    @Test("A URL expires, and is never signed for more than a week")
    func expiry() async throws {
        try await bucket().put(Self.wave, at: "k", type: "audio/wav")
        for (age, status) in [(Int64(-55), 200), (-70, 403), (3600, 403)] {
            let url = bucket(off: age).presignedURL(for: "k", expires: .seconds(60))
            #expect(try await get(try #require(url)).status == status)
        }
        let long = bucket().presignedURL(for: "k", expires: .seconds(86_400 * 30))
        #expect(long?.contains("X-Amz-Expires=604800&") == true)
        #expect(try await get(try #require(long)).status == 200)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let cure: S3Failure.Cure
        let sort: String
        var testDescription: String { fault.rawValue }
    }

    static let refusals = [
        Refusal(fault: .badRequest, cure: .owner, sort: "refused"),
        Refusal(fault: .unauthorized, cure: .owner, sort: "keyRefused"),
        Refusal(fault: .forbidden, cure: .owner, sort: "keyRefused"),
        Refusal(fault: .notFound, cure: .owner, sort: "refused"),
        // RequestTimeout, which has status 400.
        Refusal(fault: .timeout, cure: .time, sort: "down"),
        Refusal(fault: .conflict, cure: .owner, sort: "refused"),
        Refusal(fault: .tooLarge, cure: .none, sort: "refused"),
        Refusal(fault: .unprocessable, cure: .time, sort: "down"),
        Refusal(fault: .rateLimited, cure: .time, sort: "busy"),
        Refusal(fault: .serverError, cure: .time, sort: "down"),
        Refusal(fault: .overloaded, cure: .time, sort: "busy"),
        Refusal(fault: .redirect, cure: .owner, sort: "refused"),
        Refusal(fault: .silence, cure: .time, sort: "timedOut"),
    ]

    @Test("Each refusal is taken for what it is, and asked once", arguments: refusals)
    func refused(refusal: Refusal) async throws {
        var script = Script()
        script.faults = [FaultRule(refusal.fault, at: .archive)]
        sandbox.follow(script)
        let timeout: Duration = refusal.fault == .silence ? .milliseconds(100) : .seconds(5)
        let failure = try #require(await failure(bucket(timeout: timeout)))
        #expect(failure.cure == refusal.cure)
        #expect(Self.sort(of: failure.error) == refusal.sort, "\(failure)")
        #expect(sandbox.requests.count == 1)
        for secret in [S3.accessKey, S3.secretKey] { #expect(!"\(failure)".contains(secret)) }
    }

    private static func sort(of error: ProviderError) -> String? {
        Mirror(reflecting: error).children.first?.label
    }

    @Test("Wrong keys, places and clocks are told apart, and what to do is told")
    func wrong() async throws {
        let cases: [(S3Bucket, S3Failure.Cure, String)] = [
            (bucket(secretKey: "other"), .owner, "SignatureDoesNotMatch"),
            (bucket(accessKey: "AKIDOTHER"), .owner, "InvalidAccessKeyId"),
            (bucket("other"), .owner, "NoSuchBucket"),
            (bucket(region: "us-east-1"), .owner, "the bucket's region is eu-sandbox-1"),
            (bucket(off: 16 * 60), .clock, "RequestTimeTooSkewed"),
            (bucket(off: -16 * 60), .clock, "RequestTimeTooSkewed"),
            (bucket(endpoint: "http://127.0.0.1:9"), .time, "cannot reach"),
            (bucket(endpoint: "http://no-such-host.invalid"), .time, "cannot reach"),
        ]
        for (bucket, cure, words) in cases {
            let failure = try #require(await failure(bucket))
            #expect(failure.cure == cure, "\(failure)")
            #expect("\(failure)".contains(words), "\(failure)")
            #expect(!"\(failure)".contains(S3.secretKey))
        }
        #expect(sandbox.objects.keys.isEmpty)
    }

    @Test("Without a clock that was set nothing is signed")
    func noClock() async throws {
        let bucket = S3Bucket(
            endpoint: sandbox.archiveURL, bucket: S3.bucket, region: S3.region,
            credentials: S3Credentials(accessKey: S3.accessKey, secretKey: S3.secretKey),
            client: client, unixTime: { nil })
        #expect(await failure(bucket)?.cure == .clock)
        #expect(bucket.presignedURL(for: "k", expires: .seconds(60)) == nil)
        #expect(sandbox.requests.isEmpty)
    }

    @Test("Whoever is cancelled hangs up, and nothing is stored")
    func cancelled() async throws {
        var script = Script()
        script.faults = [FaultRule(.silence, at: .archive)]
        sandbox.follow(script)
        let storing = Task { await failure(bucket(timeout: .seconds(60))) }
        while sandbox.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        storing.cancel()
        #expect(await storing.value?.error == .cancelled)
        #expect(sandbox.objects.keys.isEmpty)
    }

    // MARK: - The requests that the stand-in refuses

    static let statuses: [(status: Int, body: String, cure: S3Failure.Cure)] = [
        (502, "<html>Bad Gateway</html>", .time), (504, "", .time), (503, "", .time),
        (429, "", .time), (408, "", .time), (413, "", .none), (400, "garbage", .owner),
        (301, "<Error><Code>PermanentRedirect</Code></Error>", .owner), (501, "", .owner),
        (403, "<Error>\n<Code>RequestTimeTooSkewed</Code></Error>", .clock),
        (200, "", .owner), (412, "<Code>", .owner),
    ]

    @Test("Whatever comes with a status, the status is understood", arguments: statuses)
    func status(status: Int, body: String, cure: S3Failure.Cure) {
        let failure = S3Failure(
            status: status, S3Complaint(Array(body.utf8)), from: "bucket b at c")
        #expect(failure.cure == cure)
    }

    @Test("A complaint is found in whatever it is wrapped, in one line and without secrets")
    func complaints() {
        let complaint = S3Complaint(
            Array(
                """
                <?xml version="1.0"?><ErrorResponse xmlns="x"><Error><Type>Sender</Type>
                <Code>AccessDenied</Code><Message>AKID1 &amp;lt; may
                not &lt;write&gt; s3cret</Message></Error></ErrorResponse>
                """.utf8), hiding: ["s3cret", "AKID1", ""])
        #expect(complaint.code == "AccessDenied")
        #expect(complaint.message == "… &lt; may not <write> …")
        #expect(complaint.region == nil)
        let long = String(repeating: "x", count: 10_000)
        #expect(S3Complaint(Array("<Message>\(long)</Message>".utf8)).message?.count == 300)
        #expect(S3Complaint([0xFF, 0xFE, 0x3C]) == S3Complaint([]))
    }
}
