import CSndFile
import Codec
import Voice

/// Files of kinds that Pressel reads but does not write, made by libsndfile at test time.
enum FileKind: String, CaseIterable, Sendable {
    case flac, vorbis, opus, mp3, float, wide

    private var format: Int {
        switch self {
        case .flac: Int(SF_FORMAT_FLAC) | Int(SF_FORMAT_PCM_16)
        case .vorbis: Int(SF_FORMAT_OGG) | Int(SF_FORMAT_VORBIS)
        case .opus: Int(SF_FORMAT_OGG) | Int(SF_FORMAT_OPUS)
        case .mp3: Int(SF_FORMAT_MPEG) | Int(SF_FORMAT_MPEG_LAYER_III)
        case .float: Int(SF_FORMAT_WAV) | Int(SF_FORMAT_FLOAT)
        case .wide: Int(SF_FORMAT_WAV) | Int(SF_FORMAT_PCM_24)
        }
    }

    var isExact: Bool { self == .flac || self == .wide }

    func write(_ sound: AudioChunk, to path: String) throws {
        var information = SF_INFO()
        information.samplerate = CInt(sound.format.framesPerSecond)
        information.channels = CInt(sound.format.channels)
        information.format = CInt(format)
        guard let file = sf_open(path, CInt(SFM_WRITE), &information) else {
            throw AudioFileUnwritten(description: String(cString: sf_strerror(nil)))
        }
        // Whole numbers are full-scale in files of floating point too.
        sf_command(file, CInt(SFC_SET_SCALE_INT_FLOAT_WRITE), nil, CInt(SF_TRUE))
        sf_writef_short(file, sound.samples, sf_count_t(sound.frames))
        sf_close(file)
    }
}

struct AudioFileUnwritten: Error, CustomStringConvertible {
    let description: String
}
