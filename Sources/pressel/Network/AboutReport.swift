import Glibc
import Linux
import Web

extension AboutDevice {
    /// As it is on this machine. Reads files.
    init(version: String) {
        self.init(
            version: version, system: Self.system, kernel: Self.kernel, machine: Self.machine,
            parts: Self.parts)
    }

    private static func text(_ path: String) -> String? {
        guard let bytes = try? readFile(path, atMost: 4 << 20) else { return nil }
        return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
    }

    /// What the distribution calls itself (os-release(5)).
    private static var system: String? {
        let key = "PRETTY_NAME="
        let line = text("/etc/os-release")?.split(separator: "\n").first { $0.hasPrefix(key) }
        return line.map { String($0.dropFirst(key.count).filter { $0 != "\"" }) }
    }

    private static var kernel: String? { text("/proc/sys/kernel/osrelease")?.trimmed }

    /// What boards and computers call themselves.
    private static var machine: String? {
        (text("/proc/device-tree/model") ?? text("/sys/class/dmi/id/product_name"))?.trimmed
    }

    /// What the program is made of and not of ours, by what the names of its files begin with, and
    /// under which licence Debian distributes it.
    private static let licences = [
        ("libasound.", "ALSA", "LGPL-2.1-or-later"),
        ("libc.", "GNU C Library", "LGPL-2.1-or-later"),
        ("libcurl.", "curl", "curl"), ("libgnutls.", "GnuTLS", "LGPL-2.1-or-later"),
        ("libgpiod.", "libgpiod", "LGPL-2.1-or-later"),
        ("libmicrohttpd.", "libmicrohttpd", "LGPL-2.1-or-later"),
        ("libmp3lame.", "LAME", "LGPL-2.0-or-later"), ("libmpg123.", "mpg123", "LGPL-2.1-only"),
        ("libpocketsphinx.", "PocketSphinx", "BSD-2-Clause"),
        ("libsndfile.", "libsndfile", "LGPL-2.1-or-later"), ("libsodium.", "libsodium", "ISC"),
        ("libspeexdsp.", "SpeexDSP", "BSD-3-Clause"), ("libsqlite3.", "SQLite", "blessing"),
        ("libssl.", "OpenSSL", "Apache-2.0"),
        ("libwslay.", "wslay", "MIT"),
    ]

    /// The libraries that are loaded, what is in the program itself, and the program that speaks.
    private static var parts: [Part] {
        // Maps name the files themselves, where a library's name ends with its version.
        var files: Set<Substring> = []
        for line in (text("/proc/self/maps") ?? "").split(separator: "\n") {
            if let slash = line.lastIndex(of: "/") {
                files.insert(line[line.index(after: slash)...])
            }
        }
        let loaded = licences.compactMap { prefix, name, licence in
            files.first { $0.hasPrefix(prefix) }.map {
                Part(name: name, file: String($0), licence: licence)
            }
        }
        return loaded + [
            Part(name: "Swift", file: "pressel", licence: "Apache-2.0 WITH Swift-exception"),
            Part(name: "eSpeak NG", file: "espeak-ng", licence: "GPL-3.0-or-later"),
        ]
    }
}

extension String {
    fileprivate var trimmed: String? {
        let text = split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.isEmpty ? nil : text
    }
}
