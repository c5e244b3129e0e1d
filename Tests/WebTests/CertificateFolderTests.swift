import Glibc
import Linux
import TestSupport
import Testing
import Web

/// Which certificate a server shows.
struct CertificateFolderTests {
    private let state = TemporaryFolder()
    private let book = LogBook()
    private let names = ["kitchen.local", "localhost"]
    private static let now: Int64 = 1_800_000_000
    private static let day: Int64 = 86_400

    private var path: String { state.path + "/tls" }

    /// As after a new start.
    private func certificate(
        named: [String]? = nil, at addresses: [String] = ["192.168.1.20"], _ time: Int64? = now
    ) throws -> ServerCertificate {
        try CertificateFolder(path, log: book.log).certificate(
            for: named ?? names, at: addresses, unixTime: time)
    }

    private func save(_ certificate: ServerCertificate, as name: String) throws {
        mkdir(path, 0o700)
        try writeFile(certificate.chain, to: "\(path)/\(name).crt")
        try writeFile(certificate.key, to: "\(path)/\(name).key")
    }

    @Test("It is made once, and kept where only its owner reads it")
    func made() throws {
        let first = try certificate()
        #expect(first.names == names + ["192.168.1.20"])
        #expect(first.expires == Self.now + 820 * Self.day)
        for file in ["", "/device.crt", "/device.key"] {
            var status = stat()
            #expect(stat(path + file, &status) == 0)
            #expect(status.st_mode & 0o777 == (file.isEmpty ? 0o700 : 0o600))
        }
        #expect(try certificate() == first)
        #expect(book.count("made a certificate for kitchen.local, localhost") == 1)
    }

    static let later: [(days: Int64?, address: [String], names: [String], isSame: Bool)] = [
        (0, ["192.168.1.20"], ["kitchen.local"], true), (789, ["192.168.1.20"], [], true),
        (791, ["192.168.1.20"], [], false), (900, ["192.168.1.20"], [], false),
        (-2, ["192.168.1.20"], [], false), (nil, ["192.168.1.20"], [], true),
        (0, ["10.0.0.7", "192.168.1.20"], [], true), (0, ["10.0.0.7"], [], false),
        (0, [], [], true), (0, ["192.168.1.20"], ["bath.local"], false),
    ]

    @Test("It is made anew when it has to be, and only then", arguments: later)
    func renewed(days: Int64?, addresses: [String], named: [String], isSame: Bool) throws {
        let first = try certificate()
        let second = try certificate(
            named: named.isEmpty ? nil : named, at: addresses,
            days.map { Self.now + $0 * Self.day })
        #expect((first == second) == isSame)
        // Whatever is shown is what is kept.
        #expect(
            try certificate(
                named: named.isEmpty ? nil : named, at: addresses,
                days.map { Self.now + $0 * Self.day }) == second)
    }

    @Test("A device that does not know the time has one, and another when it does")
    func clockless() throws {
        let early = try certificate(nil)
        #expect(try certificate(nil) == early)
        #expect(early.expires > Self.now + 300 * Self.day)
        #expect(try certificate(Self.now) == early)
        let late = try certificate(Self.now + 500 * Self.day)
        #expect(late.expires == Self.now + 1320 * Self.day)
    }

    @Test("The owner's goes first, also when it was put there later")
    func owners() throws {
        let folder = CertificateFolder(path, log: book.log)
        func shown() throws -> ServerCertificate {
            try folder.certificate(for: names, at: [], unixTime: Self.now)
        }
        let device = try shown()
        let own = try ServerCertificate.selfSigned(
            for: ["pressel.example"], from: Self.now - 10, to: Self.now + 10)
        try save(own, as: "own")
        #expect(try shown() == own)
        #expect(book.count("warning") == 0)
        let expired = try ServerCertificate.selfSigned(
            for: ["pressel.example"], from: Self.now - 10, to: Self.now - 5)
        try save(expired, as: "own")
        #expect(try shown() == expired && shown() == expired)
        #expect(book.count("own.crt has expired; replace it") == 1)
        for file in ["own.crt", "own.key"] { unlink("\(path)/\(file)") }
        #expect(try shown() == device)
    }

    @Test("An owner's that cannot be used is named, and the device's own shown instead")
    func unusable() throws {
        let device = try certificate()
        try save(try .selfSigned(for: ["a"], from: 0, to: Self.now * 2), as: "own")
        try writeFile(device.key, to: "\(path)/own.key")
        #expect(try certificate() == device)
        #expect(book.count("the private key is not that of the certificate; put both into") == 1)
        unlink("\(path)/own.key")
        #expect(try certificate() == device)
        #expect(book.count("cannot open \(path)/own.key") == 1)
    }

    @Test("What a power cut left behind is made anew")
    func halves() throws {
        let first = try certificate()
        try writeFile(
            try ServerCertificate.selfSigned(for: ["a"], from: 0, to: Self.now * 2).key,
            to: "\(path)/device.key")
        let second = try certificate()
        #expect(first != second)
        try writeFile("", to: "\(path)/device.crt")
        #expect(try certificate() != second)
    }

    @Test("Where nothing can be kept, there is one all the same, the same until the end")
    func unwritable() throws {
        try writeFile("in the way", to: path)
        let folder = CertificateFolder(path, log: book.log)
        let first = try folder.certificate(for: names, at: [], unixTime: Self.now)
        #expect(try folder.certificate(for: names, at: [], unixTime: Self.now) == first)
        #expect(book.count("will be another one after the next start") == 1)
    }

    static let hosts: [(name: String, names: [String])] = [
        ("pressel", ["pressel.local", "pressel", "localhost"]),
        ("Kitchen Radio!", ["kitchen-radio.local", "kitchen-radio", "localhost"]),
        ("--a__b", ["a-b.local", "a-b", "localhost"]),
        ("Küche", ["k-che.local", "k-che", "localhost"]),
        ("", ["pressel.local", "pressel", "localhost"]),
    ]

    @Test("A device's name makes a host's name", arguments: hosts)
    func local(name: String, names: [String]) {
        #expect(localNames(of: name) == names)
        #expect(localNames(of: String(repeating: "a", count: 99))[1].count == 63)
    }

    static let urls: [(url: String, host: String?)] = [
        ("https://Pressel.example", "pressel.example"), ("http://a:8080/b?c", "a"),
        ("https://user:word@a.b#c", "a.b"), ("https://[FD00::1]:8443/", "fd00::1"),
        ("https://", nil), ("nonsense", nil), ("https:///a", nil), ("https://:80", nil),
    ]

    @Test("The host of a URL", arguments: urls)
    func host(url: String, host: String?) { #expect(hostName(ofURL: url) == host) }
}
