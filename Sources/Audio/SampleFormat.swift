import CALSA

/// How a card wants its samples: sound here has 16 bits, and a card that takes only wider ones
/// gets them with zeros below. In the machine's byte order, which is the little-endian one on all
/// boards we know.
enum SampleFormat: CaseIterable {
    /// In the order of our liking.
    case bits16, bits32
    /// 24 bits in the lower three of four bytes.
    case bits24
    /// 24 bits in three bytes.
    case bits24Packed

    var alsa: snd_pcm_format_t {
        switch self {
        case .bits16: SND_PCM_FORMAT_S16_LE
        case .bits32: SND_PCM_FORMAT_S32_LE
        case .bits24: SND_PCM_FORMAT_S24_LE
        case .bits24Packed: SND_PCM_FORMAT_S24_3LE
        }
    }

    var bytes: Int {
        switch self {
        case .bits16: 2
        case .bits24Packed: 3
        case .bits24, .bits32: 4
        }
    }

    /// Writes `sample` at the place of number `index` in a card's memory.
    func store(_ sample: Int16, at index: Int, in memory: UnsafeMutableRawPointer) {
        let place = memory + index * bytes
        switch self {
        case .bits16: place.storeBytes(of: sample, as: Int16.self)
        case .bits32: place.storeBytes(of: Int32(sample) << 16, as: Int32.self)
        case .bits24: place.storeBytes(of: Int32(sample) << 8, as: Int32.self)
        case .bits24Packed:
            place.storeBytes(of: 0, as: UInt8.self)
            (place + 1).storeBytes(of: sample, as: Int16.self)
        }
    }

    /// The upper 16 bits of so many samples of a card's memory.
    func load(_ count: Int, from memory: UnsafeRawPointer) -> [Int16] {
        [Int16](unsafeUninitializedCapacity: count) { samples, initialized in
            for index in 0..<count {
                let place = memory + index * bytes
                samples[index] =
                    switch self {
                    case .bits16: place.loadUnaligned(as: Int16.self)
                    case .bits32: (place + 2).loadUnaligned(as: Int16.self)
                    case .bits24, .bits24Packed:
                        // The fourth byte, where there is one, is anything.
                        (place + 1).loadUnaligned(as: Int16.self)
                    }
            }
            initialized = count
        }
    }
}
