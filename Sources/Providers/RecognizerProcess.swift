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
    ///
    /// - Parameters:
    ///   - grammar: the phrases to listen for besides, in JSGF, of words in the
    ///     dictionary, which it can ask. A phrase is believed only if the general model heard
    ///     something like it.
    ///   - isRequest: whether words are one of the phrases; the grammar has sentences too
    ///     that only begin like them, so that nobody takes those for one.
    public static func run(
        model: String, grammar: (_ knows: (String) -> Bool) -> String,
        isRequest: (_ words: String) -> Bool
    ) -> Never {
        guard let general = Decoder(model: model) else {
            tell("\(failure)the model in \(model) cannot be used")
            _exit(0)
        }
        let phrases = Decoder(model: model, grammar: grammar { general.knows($0) }, words: general)
        let input = FileDescriptor(owning: STDIN_FILENO)
        var odd: [UInt8] = []
        while let part = try? input.read(atMost: 32_768), !part.isEmpty {
            // A pipe may cut a sample in two.
            let bytes = odd + part
            let whole = bytes.count & ~1
            general.hear(bytes[..<whole])
            if let phrases { phrases.hear(bytes[..<whole]) }
            odd = Array(bytes[whole...])
        }
        alarm(seconds)
        let sentence = general.end()
        var words = sentence.words
        if let phrase = phrases?.end(), !phrase.words.isEmpty, phrase.isWhole {
            let confirmation = Confirmation(
                phrase: general.pronunciation(phrase.words),
                sentence: general.pronunciation(sentence.words), fit: phrase.fit)
            // What only begins like a phrase is told by the general model, which knows more words,
            // unless that one takes it for a phrase.
            let matters = [phrase.words, words].contains { isRequest($0.joined(separator: " ")) }
            if confirmation.isSure, matters { words = phrase.words }
        }
        tell("\(success)\(words.joined(separator: " "))")
        _exit(0)
    }

    private static func tell(_ line: String) {
        var line = line + "\n"
        line.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}

/// What a decoder made of an utterance.
private struct Hypothesis {
    let words: [String]
    /// The logarithm of how well it fits, by PocketSphinx's own measure, per hundredth of a
    /// second.
    let fit: Double
    /// Whether it goes on to the end: a grammar that does not fit may be left half way.
    let isWhole: Bool
}

/// Owns one PocketSphinx decoder, for one utterance.
private final class Decoder {
    private let pointer: OpaquePointer

    /// The second and third pass over the words would take 26 to 48 ms after the end of speech
    /// instead of 0.2 to 3, and change little in a short question.
    private static let onePass = ["-fwdflat", "no", "-bestpath", "no"]

    /// The general model.
    ///
    /// - Returns: nil if the model is not whole; PocketSphinx gives no reason but in its log.
    init?(model: String) {
        err_set_logfp(nil)
        guard
            let pointer = Self.make(
                [
                    "-hmm", "\(model)/en-us", "-lm", "\(model)/en-us.lm.bin",
                    "-dict", "\(model)/cmudict-en-us.dict",
                ] + Self.onePass)
        else { return nil }
        self.pointer = pointer
        ps_start_utt(pointer)
    }

    /// A grammar, with a dictionary of its words only: that takes 10 MB and 10 ms.
    ///
    /// - Parameter words: knows how they are pronounced.
    init?(model: String, grammar: String, words: Decoder) {
        // Fillers stand for breath and noise; cheap ones would swallow words.
        guard
            let pointer = Self.make(
                ["-hmm", "\(model)/en-us", "-fillprob", "1e-40"] + Self.onePass)
        else { return nil }
        self.pointer = pointer
        let body = grammar.split(separator: "\n").dropFirst(2).joined(separator: " ")
        for word in Set(Self.words(in: body)) {
            for (number, phones) in words.pronunciations(word).enumerated() {
                let name = number == 0 ? word : "\(word)(\(number + 1))"
                ps_add_word(pointer, name, phones, 0)
            }
        }
        guard ps_set_jsgf_string(pointer, "phrases", grammar) == 0,
            ps_set_search(pointer, "phrases") == 0
        else { return nil }
        ps_start_utt(pointer)
    }

    deinit { ps_free(pointer) }

    private static func make(_ arguments: [String]) -> OpaquePointer? {
        var strings = (["pocketsphinx"] + arguments).map { strdup($0) }
        defer { for string in strings { free(string) } }
        guard
            let configuration = cmd_ln_parse_r(
                nil, ps_args(), CInt(strings.count), &strings, 1)
        else { return nil }
        defer { cmd_ln_free_r(configuration) }
        return ps_init(configuration)
    }

    /// The words of a grammar's right sides.
    private static func words(in grammar: String) -> [String] {
        var words: [String] = []
        var isRule = false
        var word = ""
        for character in grammar + " " {
            if character == "<" { isRule = true }
            if !isRule, character.isLetter || character == "'" {
                word.append(character)
            } else {
                if !word.isEmpty, word != "public" { words.append(word) }
                word = ""
            }
            if character == ">" { isRule = false }
        }
        return words
    }

    func hear(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { bytes in
            let samples = bytes.bindMemory(to: Int16.self)
            _ = ps_process_raw(pointer, samples.baseAddress, samples.count, 0, 0)
        }
    }

    func knows(_ word: String) -> Bool { !pronunciations(word).isEmpty }

    /// Every way in which the dictionary has `word` pronounced, phones with spaces between them.
    private func pronunciations(_ word: String) -> [String] {
        var found: [String] = []
        for number in 1...4 {
            guard let phones = ps_lookup_word(pointer, number == 1 ? word : "\(word)(\(number))")
            else { break }
            found.append(String(cString: phones))
            free(phones)
        }
        return found
    }

    /// The phones of `words`, as each is pronounced as a rule.
    func pronunciation(_ words: [String]) -> [String] {
        words.flatMap { word in
            pronunciations(word).first?.split(separator: " ").map(String.init) ?? []
        }
    }

    /// What was heard. The decoder is not taken down yet: giving its 94 MB back takes longer,
    /// 50 ms, than all else at the end.
    func end() -> Hypothesis {
        ps_end_utt(pointer)
        var score: CInt = 0
        let text = ps_get_hyp(pointer, &score).map { String(cString: $0) } ?? ""
        let frames = max(1, Int(ps_get_n_frames(pointer)))
        var last: CInt = 0
        var segment = ps_seg_iter(pointer)
        while let current = segment {
            var first: CInt = 0
            ps_seg_frames(current, &first, &last)
            segment = ps_seg_next(current)
        }
        // The name of a pronunciation that is not the first ends with its number.
        let words = text.split(separator: " ").map { word in
            String(word.prefix { $0 != "(" })
        }
        return Hypothesis(
            words: words, fit: Double(score) / Double(frames), isWhole: Int(last) >= frames - 5)
    }
}
