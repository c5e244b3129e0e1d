import FoundationEssentials
import Glibc
import Linux
import TestSupport
import Testing
import Voice

@testable import Providers
@testable import sandbox

/// `pressel run` with an archive: the stand-in, or the server that the environment names.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ArchiveRunTests {
    private let sandbox: Sandbox
    private let folder = TemporaryFolder()

    init() throws { sandbox = try Sandbox() }

    private struct Place {
        let endpoint, region, accessKey, secretKey: String
    }

    /// Another server with a bucket "turns": its URL, an access key and a secret key, with spaces
    /// between them, and a file for the signed URLs of what was stored there.
    private static let other = getenv("PRESSEL_TEST_S3").map {
        String(cString: $0).split(separator: " ").map(String.init)
    }

    private var place: Place {
        Self.other.map {
            Place(endpoint: $0[0], region: "us-east-1", accessKey: $0[1], secretKey: $0[2])
        }
            ?? Place(
                endpoint: sandbox.archiveURL, region: S3.region, accessKey: S3.accessKey,
                secretKey: S3.secretKey)
    }

    private func setting(_ place: Place, _ endpoint: String? = nil) -> String {
        """
        "history": {"keepAudio": true, "archive": {
            "endpoint": "\(endpoint ?? place.endpoint)", "bucket": "turns",
            "region": "\(place.region)", "prefix": "test/run"}},
        """
    }

    private func withKeys<Result>(
        _ place: Place, _ body: () async throws -> Result
    ) async rethrows -> Result {
        setenv("AWS_ACCESS_KEY_ID", place.accessKey, 1)
        setenv("AWS_SECRET_ACCESS_KEY", place.secretKey, 1)
        setenv("PROXY_API_KEY", "key-of-the-api", 1)
        defer {
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "PROXY_API_KEY"] {
                unsetenv(name)
            }
        }
        return try await body()
    }

    private func device(_ place: Place, endpoint: String? = nil, port: Int = 0) async throws
        -> Device
    {
        let device = try await withKeys(place) {
            try Device(
                settings: setting(place, endpoint), port: port, state: folder.path + "/state")
        }
        try await device.says("recording from")
        try await device.says("serving on")
        return device
    }

    private func object(_ path: String, at place: Place) async throws -> [UInt8]? {
        let client = HTTPClient()
        let credentials = S3Credentials(accessKey: place.accessKey, secretKey: place.secretKey)
        let bucket = S3Bucket(
            endpoint: place.endpoint, bucket: "turns", region: place.region,
            credentials: credentials, client: client, unixTime: { SystemWallClock.unixTime })
        let url = try #require(bucket.presignedURL(for: path, expires: .seconds(60)))
        var request = HTTPRequest(method: .get, url: url)
        if let other = Self.other {
            // It checks signatures in headers only; the URLs are tried later.
            let plain = S3URL(endpoint: place.endpoint, ["turns", path])
            request.url = plain.text
            request.headers = SigV4(credentials: credentials, region: place.region).headers(
                "GET", plain, headers: [], payload: SigV4.unsignedPayload,
                at: UTCTime(unixTime: Int64(time(nil))))
            let file = try #require(fopen(other[3], "a"))
            fputs("\(path) \(url)\n", file)
            fclose(file)
        }
        let answer = try await client.send(request)
        guard answer.status == 200 else { return nil }
        return try await answer.body.read(atMost: 16 << 20, within: .seconds(10))
    }

    @Test("A turn is in the bucket, words and sound, also one from when nobody was there")
    func archived() async throws {
        let place = place
        let port = try freePort()
        let first = try await device(place, endpoint: "http://127.0.0.1:9", port: port)
        try await first.ask(try await spoken("What time is it?"))
        try await first.says("turn 1: answered")
        try await first.says("turns wait on the device")
        let headers = ["x-api-key": "key-of-the-api"]
        let status = try await ask(port: port, "GET", "/api/status", headers: headers).text
        #expect(status.contains(#""archive":{"problem":"cannot reach bucket turns"#), "\(status)")
        let metrics = try await ask(port: port, "GET", "/metrics", headers: headers).text
        #expect(metrics.contains("pressel_archive_waiting 3\n"), "\(metrics)")
        #expect(metrics.contains("pressel_archive_up 0\n"))
        let (code, duration) = await first.end(by: SIGTERM)
        #expect(code == 0 && duration < .seconds(1))

        let names = names(inFolder: folder.path + "/state/archive")
        let id = try #require(names.first)
        let second = try await device(place, port: port)
        for _ in 0..<500 {
            let metrics = try await ask(port: port, "GET", "/metrics", headers: headers).text
            if metrics.contains("pressel_archive_waiting 0\n") { break }
            try await second.sleep(20)
        }
        _ = await second.end(by: SIGTERM)

        let day = UTCTime(unixTime: Int64(time(nil))).folders
        let base = "test/run/\(day)/\(id)"
        let words = try #require(try await object("\(base)/turn.json", at: place))
        let text = String(decoding: words, as: UTF8.self)
        #expect(text.contains("\"id\":\"\(id)\"") && text.contains("\"reply\":\"It is "))
        let kept = folder.path + "/state/audio/\(id)"
        for name in ["question.wav", "reply.wav"] {
            let sound = try await object("\(base)/\(name)", at: place)
            #expect(try sound == readFile("\(kept)/\(name)", atMost: 16 << 20))
        }
        for log in [first.log, second.log] { #expect(!log.contains(S3.secretKey)) }
    }

    @Test("The doctor says whether the bucket takes objects, and what to do if it does not")
    func doctor() async throws {
        let card = try testCard()
        let place = place
        func examine(_ place: Place, _ archive: String) async throws -> String {
            let file = folder.file(
                "owner.json",
                Array(
                    """
                    {\(archive) "button": {"source": "none"}, "audio": {
                     "captureDevice": "\(card.device)", "playbackDevice": "\(card.device)"}}
                    """.utf8))
            return try await withKeys(place) {
                try await Command(
                    ["doctor", "--settings", file, "--state", folder.path + "/state"], errors: true
                ).output
            }
        }
        #expect(try await !examine(place, "").contains("archive"))
        let fine = try await examine(place, setting(place))
        #expect(fine.contains("takes objects"), "\(fine)")
        #expect(try await object("test/run/doctor.txt", at: place) != nil)
        let nobody = try await examine(place, setting(place, "http://127.0.0.1:9"))
        #expect(nobody.contains("archive     FAILS cannot reach bucket turns at 127.0.0.1:9"))
        let keyless = Place(endpoint: "", region: place.region, accessKey: "", secretKey: "")
        let output = try await examine(keyless, setting(place))
        #expect(output.contains("FAILS there are no keys for the archive"), "\(output)")
        #expect(output.contains("→ set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))
    }
}
