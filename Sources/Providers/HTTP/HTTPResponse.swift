/// An answer whose head is there; the body comes as it is read.
struct HTTPResponse: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: HTTPBody
}

/// The fields of a head, by names in any case.
struct HTTPHeaders: Sendable, Equatable {
    private var fields: [(name: String, value: String)] = []

    init(_ fields: [(name: String, value: String)] = []) {
        for field in fields { append(field.name, field.value) }
    }

    mutating func append(_ name: String, _ value: String) {
        fields.append((name.lowercased(), value))
    }

    subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }

    static func == (one: HTTPHeaders, other: HTTPHeaders) -> Bool {
        one.fields.elementsEqual(other.fields) { $0 == $1 }
    }
}

/// The bytes of an answer, for one reader. At most 64 KB wait to be read: a slow reader slows the
/// server. Letting go of it, or cancelling the reader, hangs up.
struct HTTPBody: AsyncSequence, Sendable {
    private let lease: Lease

    init(_ transfer: Transfer) { lease = Lease(transfer) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let lease: Lease

        func next() async throws(HTTPFailure) -> [UInt8]? { try await lease.transfer.next() }
    }

    func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    /// All of it, or its first bytes where there are more.
    func read(atMost limit: Int) async throws(HTTPFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit, let piece = try await lease.transfer.next() { bytes += piece }
        return Array(bytes.prefix(limit))
    }

    /// Nobody wants the rest. A short one is waited for without holding anybody up, so that the
    /// connection can serve the next request.
    func discardRest() { lease.transfer.discardRest() }

    fileprivate final class Lease: Sendable {
        let transfer: Transfer

        init(_ transfer: Transfer) { self.transfer = transfer }

        deinit { transfer.letGo() }
    }
}
