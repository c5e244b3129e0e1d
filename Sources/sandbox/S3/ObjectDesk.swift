import Linux
import Synchronization
import Web

/// What the sandbox's bucket holds.
final class Objects: Sendable {
    struct Object: Equatable, Sendable {
        let type: String
        let bytes: [UInt8]
    }

    private let kept = Mutex<[String: Object]>([:])

    subscript(key: String) -> Object? { kept.withLock { $0[key] } }

    var keys: [String] { kept.withLock { $0.keys.sorted() } }

    func put(_ object: Object, at key: String) { kept.withLock { $0[key] = object } }
}

/// Takes an object, or gives one.
final class ObjectDesk: Desk {
    private let request: Request
    private let key: String
    private var body: [UInt8] = []

    private static let longest = 64 << 20

    init(_ request: Request) throws(VendorError) {
        self.request = request
        let parts = request.path.dropFirst(S3.root.count + 1)
            .split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.first == S3.bucket else {
            throw .s3(404, "NoSuchBucket", "The specified bucket does not exist")
        }
        key = parts.count > 1 ? parts[1] : ""
        guard !key.isEmpty, ["PUT", "GET", "HEAD"].contains(request.method) else {
            throw .s3(
                405, "MethodNotAllowed",
                "The specified method is not allowed against this resource.")
        }
        guard request.method != "PUT" || request["Content-Length"] != nil else {
            throw .s3(
                411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        guard body.count + bytes.count <= Self.longest else {
            throw VendorError.s3(
                400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        }
        body += bytes
    }

    func reply(to occasion: Occasion) throws -> Reply {
        occasion.note("", key)
        guard request.method == "PUT" else {
            guard let object = occasion.stage.objects[key] else {
                throw VendorError.s3(404, "NoSuchKey", "The specified key does not exist.")
            }
            return Reply(whole: object.bytes, type: object.type, at: occasion.lastByte)
        }
        let announced = request["x-amz-content-sha256"] ?? ""
        let hash = S3Signature.digits(Digest.sha256(body))
        guard announced == hash || announced == "UNSIGNED-PAYLOAD" else {
            throw VendorError.s3(
                400, "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.")
        }
        let type = request["Content-Type"] ?? "binary/octet-stream"
        occasion.stage.objects.put(.init(type: type, bytes: body), at: key)
        return Reply(whole: [], type: "application/xml", at: occasion.lastByte)
    }
}
