/// A part of a form, to be sent.
public struct FormPart: Sendable {
    public let name: String
    public let bytes: [UInt8]
    public let file: String?

    public init(_ name: String, _ text: String, file: String? = nil) {
        self.init(name, Array(text.utf8), file: file)
    }

    public init(_ name: String, _ bytes: [UInt8], file: String? = nil) {
        self.name = name
        self.bytes = bytes
        self.file = file
    }
}

/// A form as `multipart/form-data`.
public enum FormBody {
    private static let boundary = "----boundary-of-a-test"
    public static let type = "multipart/form-data; boundary=\(boundary)"

    public static func bytes(_ parts: [FormPart]) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            let file = part.file.map { "; filename=\"\($0)\"" } ?? ""
            body += Array("--\(boundary)\r\n".utf8)
            body += Array(
                "Content-Disposition: form-data; name=\"\(part.name)\"\(file)\r\n\r\n".utf8)
            body += part.bytes + Array("\r\n".utf8)
        }
        return body + Array("--\(boundary)--\r\n".utf8)
    }
}
