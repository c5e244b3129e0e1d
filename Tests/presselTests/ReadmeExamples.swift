import Glibc
import Linux
import Testing

/// The requests that the README shows, with the answers that it promises.
struct ReadmeExample: Sendable {
    /// As one would type it.
    let command: String
    /// What it prints: `…` stands for anything.
    let answer: String
    /// Whether it takes somebody elsewhere.
    let needsCloud: Bool

    /// All of them, in order: blocks that are marked as `console`, a command each.
    static func all() throws -> [ReadmeExample] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let readme = String(
            decoding: try readFile("/\(root)/README.md", atMost: 1 << 20), as: UTF8.self)
        return readme.split(separator: "\n```console").dropFirst().map { block in
            let lines = block.firstRange(of: "\n```").map { block[..<$0.lowerBound] } ?? block
            let parts = lines.split(
                separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
            return ReadmeExample(
                command: String(parts[1].dropFirst(2)),
                answer: parts.count > 2 ? String(parts[2]) : "",
                needsCloud: parts[0].contains("cloud"))
        }
    }

    /// Whether `output` is what the README promises.
    func isMet(by output: String, variables: [String: String]) -> Bool {
        var answer = answer
        for (name, value) in variables { answer.replace("$\(name)", with: value) }
        return Self.matches(Self.trimmed(output)[...], answer)
    }

    /// Line ends at the end do not show.
    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars.filter { $0 != "\r" }
        while scalars.last == "\n" { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func matches(_ text: Substring, _ pattern: String) -> Bool {
        var pieces = pattern.split(separator: "…", omittingEmptySubsequences: false)[...]
        let first = pieces.removeFirst()
        guard text.hasPrefix(first) else { return false }
        guard let last = pieces.popLast() else { return text.count == first.count }
        var rest = text.dropFirst(first.count)
        for piece in pieces {
            guard
                let place = piece.isEmpty
                    ? rest.startIndex..<rest.startIndex
                    : rest.firstRange(of: piece)
            else { return false }
            rest = rest[place.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}

/// Types commands, as somebody would who reads the README.
final class Reader {
    /// What the README writes with a `$`.
    var variables: [String: String]
    private let folder: String

    init(in folder: String, _ variables: [String: String]) {
        self.folder = folder
        self.variables = variables
    }

    /// Which part of an answer is meant by a name in the commands that follow.
    private let names: [(name: String, pattern: Regex<(Substring, Substring)>)] = [
        ("CLAIM", /"claim":"([^"]+)"/), ("SESSION", /"current":false,"id":([0-9]+)/),
        ("ID", /"keys":\[\{"id":([0-9]+)/), ("URL", /"output_wav_url":"([^"]+)"/),
        ("VOICE", /"voice_id":"([^"]+)"/), ("TURN", /"failure":null,"id":"([^"]+)"/),
    ]

    /// - Returns: what it printed.
    func type(_ command: String) async throws -> String {
        let settings = variables.map { "\($0.key)=\(Self.quoted($0.value))" }
        let script =
            (["cd \(Self.quoted(folder))"] + settings + ["( \(command) ) 2>&1"])
            .joined(separator: "\n")
        let shell = try ChildProcess("/bin/bash", ["-c", script])
        shell.closeInput()
        let output = await onThread("shell") {
            var output: [UInt8] = []
            while let part = try? shell.read(atMost: 4096), !part.isEmpty { output += part }
            _ = shell.wait()
            return String(decoding: output, as: UTF8.self)
        }
        for (name, pattern) in names {
            if let found = output.firstMatch(of: pattern) { variables[name] = String(found.1) }
        }
        return output
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
