import Linux

/// Signs paths of this device, so that whoever has the URL may get what is there, until it expires.
struct URLSignature {
    static let expiryName = "expires"
    static let signatureName = "signature"

    private let key: [UInt8]

    init(key: [UInt8]) { self.key = key }

    /// The query that makes `path` a signed one.
    ///
    /// - Parameter expiry: in seconds since 1970 UTC.
    func query(for path: String, until expiry: Int64) -> String {
        "\(Self.expiryName)=\(expiry)&\(Self.signatureName)="
            + Secret.text(of: signature(of: path, until: expiry))
    }

    /// Whether the query is the one that was made for this path, and not too old. There may be
    /// nothing else in it, which nobody has signed.
    func fits(
        path: String, query: [(name: String, value: String)], at now: Int64
    ) -> Bool {
        guard query.count == 2,
            let expiry = query.first(where: { $0.name == Self.expiryName })?.value,
            let signature = query.first(where: { $0.name == Self.signatureName })?.value,
            let moment = Int64(expiry), String(moment) == expiry, now < moment
        else { return false }
        let right = Secret.text(of: self.signature(of: path, until: moment))
        return Secret.isSame(Array(right.utf8), Array(signature.utf8))
    }

    /// HMAC-SHA-256. A path is the same with and without a slash at its end.
    private func signature(of path: String, until expiry: Int64) -> [UInt8] {
        let plain = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return Digest.sha256(Array("GET \(plain) \(expiry)".utf8), key: key)
    }
}
