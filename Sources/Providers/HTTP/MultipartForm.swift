import Voice

/// A form with files, as `multipart/form-data` (RFC 7578), of a length that is known.
struct MultipartForm {
    // A file is no text: nothing in it can be taken for this but by a miracle.
    private let boundary =
        "pressel-\(UInt64.random(in: 0 ... .max))-\(UInt64.random(in: 0 ... .max))"
    private var bytes: [UInt8] = []

    mutating func add(_ name: String, _ value: String) {
        begin("name=\"\(name)\"", [:])
        bytes += Array("\(value)\r\n".utf8)
    }

    mutating func add(_ name: String, _ file: VoiceSample) {
        // What would end the name and begin something else.
        let plain = file.fileName.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
        begin("name=\"\(name)\"; filename=\"\(plain)\"", ["Content-Type": file.mediaType])
        bytes += file.bytes
        bytes += Array("\r\n".utf8)
    }

    private mutating func begin(_ disposition: String, _ headers: [String: String]) {
        var head = "--\(boundary)\r\nContent-Disposition: form-data; \(disposition)\r\n"
        for (name, value) in headers { head += "\(name): \(value.filter { !$0.isNewline })\r\n" }
        bytes += Array((head + "\r\n").utf8)
    }

    var mediaType: String { "multipart/form-data; boundary=\(boundary)" }

    var upload: HTTPUpload {
        let upload = HTTPUpload()
        upload.append(bytes)
        upload.append(Array("--\(boundary)--\r\n".utf8))
        upload.finish()
        return upload
    }
}
