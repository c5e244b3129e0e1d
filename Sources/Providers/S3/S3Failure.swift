public import Voice

/// Why an object was not stored, and what may help.
public struct S3Failure: Error, Equatable, CustomStringConvertible {
    /// What is to be done about it.
    public enum Cure: Equatable, Sendable {
        /// Nothing: it is worth another try later.
        case time
        /// Its clock and ours differ by more than a quarter of an hour.
        case clock
        /// The owner changes the keys, the settings, or the bucket.
        case owner
        /// Nothing: this object will never be taken, others may be.
        case none
    }

    public let error: ProviderError
    public let cure: Cure

    public var description: String { "\(error)" }

    init(_ error: ProviderError, _ cure: Cure) {
        self.error = error
        self.cure = cure
    }

    init(_ failure: HTTPFailure, from provider: String) {
        let cure: Cure =
            switch failure {
            case .untrusted, .impossible: .owner
            case .clockNotSet: .clock
            case .unreachable, .unconnected, .timedOut, .broken, .cancelled: .time
            }
        self.init(ProviderError(failure, from: provider), cure)
    }

    /// - Parameter complaint: what the server says of it.
    init(status: Int, _ complaint: S3Complaint, from provider: String) {
        let words = [complaint.code, complaint.message].compactMap { $0 }
        var reason = (["status \(status)"] + words).joined(separator: ", ")
        if let region = complaint.region { reason += "; the bucket's region is \(region)" }
        switch (status, complaint.code) {
        case (_, "RequestTimeTooSkewed"?):
            self.init(.refused(provider: provider, reason: reason), .clock)
        case (_, "EntityTooLarge"?), (413, _):
            self.init(.refused(provider: provider, reason: reason), .none)
        case (429, _), (_, "SlowDown"?):
            self.init(.busy(provider: provider, retryAfter: nil), .time)
        // Damaged on its way, or too slow on it.
        case (_, "XAmzContentSHA256Mismatch"?), (_, "RequestTimeout"?), (408, _), (500, _),
            (502, _), (503, _), (504, _):
            self.init(.down(provider: provider, reason: reason), .time)
        case (501..., _): self.init(.down(provider: provider, reason: reason), .owner)
        case (_, "AllAccessDisabled"?), (_, "AccountProblem"?), (401, _), (403, _):
            self.init(.keyRefused(provider: provider, reason: reason), .owner)
        default: self.init(.refused(provider: provider, reason: reason), .owner)
        }
    }
}

/// What the body of a refusal says: an XML document as a rule, which is looked through and not
/// parsed, since proxies send pages of their own.
struct S3Complaint: Equatable {
    let code: String?
    let message: String?
    /// Where the bucket is, if we believed it elsewhere.
    let region: String?

    private static let longestMessage = 300

    /// - Parameter secrets: are taken out of what the server says, should it repeat them.
    init(_ body: [UInt8], hiding secrets: [String] = []) {
        let text = String(decoding: body, as: UTF8.self)
        func value(_ name: String, _ longest: Int) -> String? {
            guard let start = text.firstRange(of: "<\(name)>"),
                let end = text[start.upperBound...].firstRange(of: "</\(name)>")
            else { return nil }
            var value = String(text[start.upperBound..<end.lowerBound])
            for (entity, character) in Self.entities {
                value = value.replacing(entity, with: character)
            }
            value = value.split(whereSeparator: \.isNewline).joined(separator: " ")
            for secret in secrets where !secret.isEmpty {
                value = value.replacing(secret, with: "…")
            }
            return value.isEmpty ? nil : String(value.prefix(longest))
        }
        code = value("Code", 64)
        message = value("Message", Self.longestMessage)
        region = value("Region", 64)
    }

    /// The ampersand last, or what it stands before would be taken for one of the others.
    private static let entities = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ]
}
