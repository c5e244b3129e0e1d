import Glibc
public import Linux
import Synchronization
public import Voice

/// Where a server's certificate is kept: the owner's `own.crt` and `own.key`, if they are there, else
/// `device.crt` and `device.key`, which the device makes for itself and renews in time.
public final class CertificateFolder: Sendable {
    private let path: String
    private let log: Log
    private let state = Mutex(State())

    private struct State {
        /// Made, but there was nowhere to keep it.
        var unkept: ServerCertificate?
        var lastComplaint: String?
    }

    private static let largest = 65_536
    private static let day: Int64 = 86_400
    /// Apple's systems take no certificate that is good for longer than 825 days.
    static let lifetime = 820 * day
    static let renewal = 30 * day
    /// For a device whose clock was never set: there was no Pressel before, and whoever asks for its
    /// certificate knows what time it is.
    static let earliest: Int64 = 1_767_225_600  // 2026-01-01 00:00 UTC

    /// - Parameter path: of the folder, which is made when it is needed.
    public init(_ path: String, log: Log = .silent) {
        self.path = path
        self.log = log
    }

    /// What is to be shown from now on: the same as long as nothing changes, so ask again from time
    /// to time.
    ///
    /// - Parameters:
    ///   - names: the device's DNS names.
    ///   - addresses: as it has them now. A certificate that is good for none of them, while there
    ///     are some, is made anew; one for each address that a router gives would ask everybody for
    ///     their trust again.
    ///   - unixTime: nil while the clock was never set.
    public func certificate(
        for names: [String], at addresses: [String], unixTime: Int64?
    ) throws(ServerCertificate.Failure) -> ServerCertificate {
        if let own = owners(unixTime) { return own }
        let now = unixTime ?? Self.earliest
        let kept = state.withLock { $0.unkept } ?? (try? load("device"))
        if let kept, Self.isGood(kept, for: names, at: addresses, now, isSure: unixTime != nil) {
            return kept
        }
        let new = try ServerCertificate.selfSigned(
            for: names + addresses, from: now - Self.day, to: now + Self.lifetime)
        log.info("made a certificate for \(names.joined(separator: ", ")), in \(path)")
        do throws(SystemError) {
            try keep(new)
            state.withLock { $0.unkept = nil }
        } catch {
            state.withLock { $0.unkept = new }
            complain("\(error); the certificate will be another one after the next start")
        }
        return new
    }

    static func isGood(
        _ certificate: ServerCertificate, for names: [String], at addresses: [String],
        _ now: Int64, isSure: Bool
    ) -> Bool {
        let known = Set(certificate.names)
        guard names.allSatisfy(known.contains),
            addresses.isEmpty || addresses.contains(where: known.contains)
        else { return false }
        let left = certificate.expires - now
        // One that lasts for longer than any was made when the clock was wrong.
        return !isSure || (left > renewal && left <= lifetime + day)
    }

    private func owners(_ unixTime: Int64?) -> ServerCertificate? {
        guard sizeOfFile("\(path)/own.crt") != nil || sizeOfFile("\(path)/own.key") != nil else {
            return nil
        }
        do {
            let own = try load("own")
            if let unixTime, own.expires < unixTime {
                complain("the certificate \(path)/own.crt has expired; replace it")
            } else {
                complain(nil)
            }
            return own
        } catch {
            complain("\(error); put both into \(path) as own.crt and own.key; using one of my own")
            return nil
        }
    }

    private func load(_ name: String) throws -> ServerCertificate {
        func text(_ kind: String) throws(SystemError) -> String {
            let bytes = try readFile("\(path)/\(name).\(kind)", atMost: Self.largest)
            return String(decoding: bytes, as: UTF8.self)
        }
        return try ServerCertificate(chain: try text("crt"), key: try text("key"))
    }

    /// The key first: a power cut in between leaves a pair that does not fit, which is made anew.
    private func keep(_ certificate: ServerCertificate) throws(SystemError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw SystemError("make", path, code: errno)
        }
        try replaceFile("\(path)/device.key", with: Array(certificate.key.utf8))
        try replaceFile("\(path)/device.crt", with: Array(certificate.chain.utf8))
    }

    /// Each once, until it is another.
    private func complain(_ complaint: String?) {
        let isNew = state.withLock { state in
            defer { state.lastComplaint = complaint }
            return state.lastComplaint != complaint
        }
        if isNew, let complaint { log.warning(complaint) }
    }
}
