import FoundationEssentials
import Glibc
import Linux
import Testing

@testable import Providers

/// Signatures against those of botocore 1.44.5, Amazon's own.
struct SigV4Tests {
    private static let time = UTCTime(unixTime: 1_767_323_045)  // 2026-01-02 03:04:05

    private static func signer(token: String? = nil) -> SigV4 {
        SigV4(
            credentials: S3Credentials(
                accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                sessionToken: token),
            region: "us-east-1")
    }

    private static let amazon = "https://examplebucket.s3.us-east-1.amazonaws.com"
    private static let home = "http://192.168.1.5:9000"
    private static let hello = SigV4.hash(of: Array("hello world".utf8))

    @Test("A day's key is made of the secret, the day, the region and the service")
    func signingKey() {
        #expect(
            SigV4.hexadecimal(Self.signer().signingKey(Self.time))
                == "800caa73b73676f285e7d2e8c7fcb1e6f8815b32c9950c0f621c2e2cacf3885e")
    }

    @Test("The request that is signed, line by line")
    func canonical() {
        let url = S3URL(endpoint: Self.amazon, ["rec/2026-01-02/turn 1+a.wav"])
        let (text, names) = Self.signer().canonicalRequest(
            "PUT", url, query: [],
            headers: [
                ("x-amz-date", "20260102T030405Z"), ("Content-Type", " audio/wav "),
                ("x-amz-content-sha256", Self.hello),
            ], payload: Self.hello)
        #expect(
            text == """
                PUT
                /rec/2026-01-02/turn%201%2Ba.wav

                content-type:audio/wav
                host:examplebucket.s3.us-east-1.amazonaws.com
                x-amz-content-sha256:\(Self.hello)
                x-amz-date:20260102T030405Z

                content-type;host;x-amz-content-sha256;x-amz-date
                \(Self.hello)
                """)
        #expect(names == "content-type;host;x-amz-content-sha256;x-amz-date")
        #expect(
            SigV4.hash(of: Array(text.utf8))
                == "05c1c2aafdef598b4ee2db2346a4fca9570236b78e11db9ab4fe1150c33709f9")
    }

    static let puts: [(endpoint: String, parts: [String], signature: String)] = [
        (
            amazon, ["rec/2026-01-02/turn 1+a.wav"],
            "5ca7817df4bfc11b0060c62a7bae9ebe7ab9539a235b41b94eeeb5c6e3699774"
        ),
        (
            home, ["bucket", "rec/x.wav"],
            "7abbf8d2b522fa29bd2e0086908111468e5aa28ae9b644993a46f5e836405a8b"
        ),
    ]

    @Test("A PUT is signed with its type and its content", arguments: puts)
    func put(endpoint: String, parts: [String], signature: String) {
        let headers = Self.signer().headers(
            "PUT", S3URL(endpoint: endpoint, parts), headers: [("Content-Type", "audio/wav")],
            payload: Self.hello, at: Self.time)
        #expect(
            headers.last?.value
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, "
                + "Signature=\(signature)")
        #expect(headers.contains { $0 == ("x-amz-content-sha256", Self.hello) })
        #expect(headers.contains { $0 == ("x-amz-date", "20260102T030405Z") })
    }

    static let gets:
        [(endpoint: String, parts: [String], expires: Int, token: String?, signature: String)] = [
            (
                amazon, ["rec/2026-01-02/turn 1+a.wav"], 3600, nil,
                "55f544fadc004013b746caa8944976866eee659420b9a633b215db512c6e47c8"
            ),
            (
                home, ["bucket", "rec/x.wav"], 600, nil,
                "360bc580f7923f3551a04934a2d2c1c1133d8fd47624e2aa3f0cf0adc29733c0"
            ),
            // Sorts after Expires and before SignedHeaders.
            (
                amazon, ["x.wav"], 600, "TOK/EN+1=",
                "4ed1fb5b92370bd1490cdf14c54b06db81890fd3497b4b3b9b879b90a9cfbe28"
            ),
        ]

    @Test("A URL is signed for a time", arguments: gets)
    func presigned(
        endpoint: String, parts: [String], expires: Int, token: String?, signature: String
    ) {
        let url = S3URL(endpoint: endpoint, parts)
        let signed = Self.signer(token: token).presigned(url, expires: expires, at: Self.time)
        let tokenPart = token == nil ? "" : "X-Amz-Security-Token=TOK%2FEN%2B1%3D&"
        #expect(
            signed == url.text
                + "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20260102T030405Z&X-Amz-Expires=\(expires)&\(tokenPart)"
                + "X-Amz-SignedHeaders=host&X-Amz-Signature=\(signature)")
    }

    static let urls: [(endpoint: String, parts: [String], text: String)] = [
        ("https://S3.Example.com", ["b", "k"], "https://s3.example.com/b/k"),
        ("https://s3.example.com:443/", ["b", "k"], "https://s3.example.com/b/k"),
        ("http://s3.example.com:80", ["b"], "http://s3.example.com/b"),
        ("HTTP://nas:9000/s3/", ["b", "a/ö ~.wav"], "http://nas:9000/s3/b/a/%C3%B6%20~.wav"),
        ("http://[::1]:9000", ["b"], "http://[::1]:9000/b"),
    ]

    @Test("A URL is what a client sends", arguments: urls)
    func url(endpoint: String, parts: [String], text: String) {
        #expect(S3URL(endpoint: endpoint, parts).text == text)
    }

    // MARK: - Many

    /// As `Tests/sdk/signatures.py` writes them.
    private struct Case: Decodable {
        let endpoint, bucket, key, region, accessKey, secretKey, type, body: String
        let token: String?
        let unixTime: Int64
        let expires: Int
        let authorization, presignedSignature: String
    }

    private static let file = getenv("PRESSEL_TEST_SIGNATURES").map { String(cString: $0) }

    @Test(
        "Keys, dates, regions and tokens at random are signed as by botocore",
        .enabled(if: file != nil, "scripts/check-sdk has botocore sign them"))
    func many() throws {
        let bytes = try readFile(try #require(Self.file), atMost: 16 << 20)
        let cases = try JSONDecoder().decode([Case].self, from: Data(bytes))
        #expect(cases.count >= 100)
        for one in cases {
            let signer = SigV4(
                credentials: S3Credentials(
                    accessKey: one.accessKey, secretKey: one.secretKey, sessionToken: one.token),
                region: one.region)
            let url = S3URL(endpoint: one.endpoint, [one.bucket, one.key])
            let time = UTCTime(unixTime: one.unixTime)
            let headers = signer.headers(
                "PUT", url, headers: [("Content-Type", one.type)],
                payload: SigV4.hash(of: Array(one.body.utf8)), at: time)
            #expect(headers.last?.value == one.authorization, "\(one)")
            let signed = signer.presigned(url, expires: one.expires, at: time)
            #expect(signed.hasSuffix("&X-Amz-Signature=\(one.presignedSignature)"), "\(one)")
        }
    }
}
