import Linux
import Synchronization
import Voice

/// The page that the device's owner meets, at `/`, and its files below `/page`: plain ones, as they
/// are in the repository, kept in the program. They hold nothing of the device; what they show,
/// they ask the API for.
public struct PageAPI: Sendable {
    public init() {}

    /// A file as it is sent.
    private struct Sent: Sendable {
        let bytes: [UInt8]
        let tag: String

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            let letters = Digest.sha256(bytes).prefix(12).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            tag = "\"\(letters.joined())\""
        }
    }

    /// Compressed, which takes a small board a moment, once: 60 KB are kept for as long as the
    /// program runs.
    private final class Compressed: Sendable {
        private let file: PageFile
        private let made = Mutex<Sent?>(nil)

        init(_ file: PageFile) { self.file = file }

        /// Nil if it cannot be.
        var sent: Sent? {
            made.withLock { made in
                made = made ?? gzipped(file.bytes()).map { Sent($0) }
                return made
            }
        }
    }

    public func add(to api: inout API) {
        for file in PageFile.all {
            let compressed = Compressed(file)
            api.add(
                "GET", file.path, file.summary, scope: nil,
                describe: { operation in
                    operation.parameter(
                        "If-None-Match", in: .header, "The ETag of what is there already.",
                        JSONSchema.text)
                    operation.answers[200] = (
                        "A file.",
                        Operation.Content(file.mediaType, schema: ["type": "string"])
                    )
                    operation.answers[304] = ("The same as is there already.", nil)
                },
                answer: { request, _ in Self.response(with: file, compressed, to: request) })
        }
    }

    /// A browser may keep the file, if it asks each time whether it is still the same: another
    /// version of the program brings others.
    private static func response(
        with file: PageFile, _ compressed: Compressed, to request: Request
    ) -> Response {
        let zipped = takesGZip(request["Accept-Encoding"] ?? "") ? compressed.sent : nil
        let sent = zipped ?? Sent(file.bytes())
        var headers = [
            Header("ETag", sent.tag), Header("Cache-Control", "no-cache"),
            Header("Vary", "Accept-Encoding"),
        ]
        let known = request["If-None-Match"] ?? ""
        if known == "*" || known.split(separator: ",").contains(where: { isTag($0, sent.tag) }) {
            return Response(304, headers: headers)
        }
        headers.append(Header("Content-Type", "\(file.mediaType); charset=utf-8"))
        if zipped != nil { headers.append(Header("Content-Encoding", "gzip")) }
        return Response(headers: headers, body: .bytes(sent.bytes))
    }

    /// By the header `Accept-Encoding` (RFC 9110, 12.5.3): a weight of 0 is a no.
    private static func takesGZip(_ accepted: String) -> Bool {
        accepted.split(separator: ",").contains { entry in
            let parts = entry.split(separator: ";").map { String($0).trimmingSpaces().lowercased() }
            guard parts.first == "gzip" || parts.first == "x-gzip" else { return false }
            return !parts.dropFirst().contains {
                $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0
            }
        }
    }

    /// Whoever hands an answer on may mark its tag as weak.
    private static func isTag(_ given: Substring, _ tag: String) -> Bool {
        let given = String(given).trimmingSpaces()
        return given == tag || given == "W/\(tag)"
    }
}
