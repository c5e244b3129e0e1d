import Linux
import Voice

/// A bucket at Amazon's S3 or at something compatible. Objects are asked for in path style, which
/// works everywhere.
public struct S3Bucket: Sendable {
    /// For messages: the bucket and where it is.
    public let name: String
    private let endpoint: String
    private let bucket: String
    private let signer: SigV4
    private let client: HTTPClient
    private let unixTime: @Sendable () -> Int64?
    private let limits: HTTPRequest.Limits

    private static let mostErrorBytes = 64 * 1024

    /// - Parameters:
    ///   - endpoint: `http` or `https`, without the bucket.
    ///   - unixTime: seconds since 1970; nil while the clock was never set. A signature holds for a
    ///     quarter of an hour.
    ///   - timeout: how long the answer may take once the object was sent.
    public init(
        endpoint: String, bucket: String, region: String, credentials: S3Credentials,
        client: HTTPClient, timeout: Duration = .seconds(30),
        unixTime: @escaping @Sendable () -> Int64?
    ) {
        self.endpoint = endpoint
        self.bucket = bucket
        name = "bucket \(bucket) at \(S3URL(endpoint: endpoint, []).host)"
        signer = SigV4(credentials: credentials, region: region)
        self.client = client
        self.unixTime = unixTime
        var limits = HTTPRequest.Limits()
        limits.connect = min(.seconds(10), timeout)
        limits.firstByte = timeout
        limits.stall = timeout
        self.limits = limits
    }

    /// Stores an object, in the place of one of that key. Asks once; cancelling hangs up.
    ///
    /// - Parameter type: its media type.
    public func put(_ bytes: [UInt8], at key: String, type: String) async throws(S3Failure) {
        guard let now = unixTime() else { throw S3Failure(clockNotSet, .clock) }
        let url = url(of: key)
        // A thread of its own: megabytes take a small board a while.
        let hash = await onThread("archive") { SigV4.hash(of: bytes) }
        let upload = HTTPUpload()
        upload.append(bytes)
        upload.finish()
        var request = HTTPRequest(method: .put(upload), url: url.text, limits: limits)
        request.headers = signer.headers(
            "PUT", url, headers: [(name: "Content-Type", value: type)], payload: hash,
            at: UTCTime(unixTime: now))
        let response: HTTPResponse
        do {
            response = try await client.send(request)
        } catch {
            throw S3Failure(error, from: name)
        }
        guard !(200..<300).contains(response.status) else {
            return response.body.discardRest()
        }
        let body = await response.body.whatComes(
            atMost: Self.mostErrorBytes, within: limits.stall)
        let complaint = S3Complaint(body, hiding: secrets)
        throw S3Failure(status: response.status, complaint, from: name)
    }

    /// A URL by which anybody may get the object until it expires.
    ///
    /// - Parameter expires: a second to a week; what is beyond that is cut.
    /// - Returns: nil while the clock was never set.
    public func presignedURL(for key: String, expires: Duration) -> String? {
        guard let now = unixTime() else { return nil }
        let seconds = min(
            max(expires.components.seconds, Int64(SigV4.expiry.lowerBound)),
            Int64(SigV4.expiry.upperBound))
        return signer.presigned(
            url(of: key), expires: Int(seconds), at: UTCTime(unixTime: now))
    }

    private func url(of key: String) -> S3URL { S3URL(endpoint: endpoint, [bucket, key]) }

    private var clockNotSet: ProviderError {
        .unavailable(
            provider: name, reason: "the clock was never set, and no signature holds without it")
    }

    private var secrets: [String] {
        [signer.credentials.secretKey, signer.credentials.accessKey]
            + [signer.credentials.sessionToken].compactMap { $0 }
    }
}
