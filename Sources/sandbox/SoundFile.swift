/// Uploaded sound, as far as OpenAI looks at it before it listens.
enum SoundFile {
    private static let extensions = [
        "flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm",
    ]

    static func check(_ bytes: [UInt8], named name: String) throws(VendorError) {
        guard bytes.count <= VendorError.longestBody else { throw .tooLarge(bytes.count) }
        let endings = endings(of: bytes)
        let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard extensions.contains(ending), let endings else {
            throw VendorError(
                400, "Invalid file format. Supported formats: \(extensions)", param: "file")
        }
        guard endings.contains(ending) else {
            throw VendorError(
                400, "Audio file might be corrupted or unsupported: \(name) is \(endings[0])",
                param: "file", code: "invalid_value")
        }
        if let seconds = seconds(bytes), seconds < 0.1 {
            throw VendorError(
                400, "Audio file is too short. Minimum audio length is 0.1 seconds.",
                param: "file", code: "audio_too_short")
        }
        if endings == ["wav"], seconds(bytes) == nil {
            throw VendorError(
                400, "Audio file might be corrupted or unsupported", param: "file",
                code: "invalid_value")
        }
    }

    /// The endings that a name may have, by the first bytes; nil for what is no sound.
    private static func endings(of bytes: [UInt8]) -> [String]? {
        func has(_ magic: String, at offset: Int = 0) -> Bool {
            bytes.count >= offset + magic.utf8.count
                && bytes[offset..<offset + magic.utf8.count].elementsEqual(magic.utf8)
        }
        if has("RIFF"), has("WAVE", at: 8) { return ["wav"] }
        if has("fLaC") { return ["flac"] }
        if has("OggS") { return ["ogg"] }
        if has("ftyp", at: 4) { return ["mp4", "m4a"] }
        if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return ["webm"] }
        if has("ID3") || bytes.count > 1 && bytes[0] == 0xFF && bytes[1] & 0xE0 == 0xE0 {
            return ["mp3", "mpeg", "mpga"]
        }
        return nil
    }

    /// How long a WAV lasts, by its header and what follows it: lengths that a stream could not
    /// know (0xFFFFFFFF, or none) mean the rest of the file. nil for a header that is broken, and
    /// for other kinds.
    static func seconds(_ bytes: [UInt8]) -> Double? {
        guard endings(of: bytes) == ["wav"] else { return nil }
        func number(_ offset: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        var offset = 12
        var byteRate: Int?
        while offset + 8 <= bytes.count {
            let name = Array(bytes[offset..<offset + 4])
            let size = number(offset + 4, 4)
            let body = offset + 8
            if name == Array("fmt ".utf8), body + 16 <= bytes.count {
                byteRate = number(body + 8, 4)
            } else if name == Array("data".utf8) {
                guard let byteRate, byteRate > 0 else { return nil }
                let isUnknown = size == 0 || size == 0xFFFF_FFFF || size == 0x7FFF_FFFF
                guard isUnknown || body + size <= bytes.count else { return nil }
                return Double(isUnknown ? bytes.count - body : size) / Double(byteRate)
            }
            offset = body + size + size % 2
        }
        return nil
    }
}
