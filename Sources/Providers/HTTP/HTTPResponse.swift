import Linux
import Voice

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
    ///
    /// - Parameters:
    ///   - time: for all of it, however lively it drips.
    ///   - isWhole: is asked with every piece whether that is all, for an answer whose request may
    ///     go on behind it.
    func read(
        atMost limit: Int, within time: Duration,
        until isWhole: ([UInt8]) -> Bool = { _ in false }
    ) async throws(HTTPFailure) -> [UInt8] {
        let (bytes, failure) = await collect(limit, time, until: isWhole)
        if let failure { throw failure }
        return bytes
    }

    /// As much of it as there is, however it ends.
    func whatComes(atMost limit: Int, within time: Duration) async -> [UInt8] {
        await collect(limit, time) { _ in false }.bytes
    }

    private func collect(
        _ limit: Int, _ time: Duration, until isWhole: ([UInt8]) -> Bool
    ) async -> (bytes: [UInt8], failure: HTTPFailure?) {
        let end = Moment.now + time
        var bytes: [UInt8] = []
        do {
            while bytes.count < limit, let piece = try await lease.transfer.next() {
                bytes += piece
                if isWhole(bytes) { break }
                guard Moment.now < end else {
                    return (bytes, .timedOut(host: lease.transfer.request.host, after: time))
                }
            }
            return (Array(bytes.prefix(limit)), nil)
        } catch {
            return (bytes, error)
        }
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
