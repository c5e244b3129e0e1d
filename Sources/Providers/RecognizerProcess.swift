import CPocketSphinx
import Glibc
import Linux

/// The other side of `PocketSphinx`: what this program does when it is run as the recognizer.
public enum RecognizerProcess {
    /// So long may it think after the end of speech; then the kernel ends it.
    private static let seconds: CUnsignedInt = 30

    /// What the one line of its output begins with: words follow, or what is wrong.
    static let success: Character = "="
    static let failure: Character = "!"

    /// Reads 16-bit mono samples at 16 kHz from standard input to its end, writes one line to
    /// standard output, and ends the process.
    public static func run(model: String) -> Never {
        guard let decoder = Decoder(model: model) else {
            tell("\(failure)the model in \(model) cannot be used")
            _exit(0)
        }
        let input = FileDescriptor(owning: STDIN_FILENO)
        var odd: [UInt8] = []
        while let part = try? input.read(atMost: 32_768), !part.isEmpty {
            // A pipe may cut a sample in two.
            let bytes = odd + part
            let whole = bytes.count & ~1
            decoder.hear(bytes[..<whole])
            odd = Array(bytes[whole...])
        }
        alarm(seconds)
        decoder.end { words in tell("\(success)\(words)") }
        _exit(0)
    }

    private static func tell(_ line: String) {
        var line = line + "\n"
        line.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Owns one PocketSphinx decoder, for one utterance.
private struct Decoder: ~Copyable {
    private let pointer: OpaquePointer

    /// - Returns: nil if the model is not whole; PocketSphinx gives no reason but in its log.
    init?(model: String) {
        err_set_logfp(nil)
        // The second and third pass over the words would take 26 to 48 ms after the end of
        // speech instead of 0.2 to 3, and change little in a short question.
        let arguments = [
            "pocketsphinx", "-hmm", "\(model)/en-us", "-lm", "\(model)/en-us.lm.bin",
            "-dict", "\(model)/cmudict-en-us.dict", "-fwdflat", "no", "-bestpath", "no",
        ]
        var strings = arguments.map { strdup($0) }
        defer { for string in strings { free(string) } }
        guard
            let configuration = cmd_ln_parse_r(
                nil, ps_args(), CInt(strings.count), &strings, 1)
        else { return nil }
        defer { cmd_ln_free_r(configuration) }
        guard let pointer = ps_init(configuration) else { return nil }
        self.pointer = pointer
        ps_start_utt(pointer)
    }

    deinit { ps_free(pointer) }

    func hear(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { bytes in
            let samples = bytes.bindMemory(to: Int16.self)
            _ = ps_process_raw(pointer, samples.baseAddress, samples.count, 0, 0)
        }
    }

    /// Hands the words of all that was heard to `use` while the decoder is still there: giving its
    /// 94 MB back takes longer, 50 ms, than all else at the end.
    func end(_ use: (String) -> Void) {
        ps_end_utt(pointer)
        var score: CInt = 0
        use(ps_get_hyp(pointer, &score).map { String(cString: $0) } ?? "")
    }
}
