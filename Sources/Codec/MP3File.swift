import Glibc
import Voice

/// A recording out of an MP3 file.
enum MP3File {
    private static let pieceBytes = 32_768

    /// As `AudioFile.read`. Where the format changes on the way, the first one counts.
    static func read(_ path: String, atMost limit: Duration) throws(AudioFile.Failure)
        -> AudioFile.Recording
    {
        guard let file = fopen(path, "re") else {
            let reason = String(cString: strerror(errno))
            throw AudioFile.Failure(description: "cannot read \(path): \(reason)")
        }
        defer { fclose(file) }
        let decoder = MP3Decoder()
        var sound: (samples: [Int16], format: AudioFormat)?
        while true {
            let bytes = [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, initialized in
                initialized = fread(buffer.baseAddress, 1, pieceBytes, file)
            }
            for chunk in try decoded(bytes, by: decoder, path) {
                let format = sound?.format ?? chunk.format
                if sound == nil { sound = ([], format) }
                sound!.samples += Resampler.convert(chunk, to: format).samples
                guard sound!.samples.count <= format.frames(in: limit) * format.channels else {
                    throw AudioFile.tooLong(path, nil, limit)
                }
            }
            if bytes.isEmpty { break }
        }
        guard let sound else {
            throw AudioFile.Failure(description: "cannot read \(path): there is no sound in it")
        }
        return AudioFile.Recording(
            sound: AudioChunk(sound.samples, format: sound.format), isTruncated: false)
    }

    /// - Parameter bytes: none at the end of the file.
    private static func decoded(
        _ bytes: [UInt8], by decoder: MP3Decoder, _ path: String
    ) throws(AudioFile.Failure) -> [AudioChunk] {
        do {
            if bytes.isEmpty { try decoder.finish() }
            return try decoder.decode(bytes)
        } catch {
            throw AudioFile.Failure(description: "cannot read \(path): \(error)")
        }
    }
}
