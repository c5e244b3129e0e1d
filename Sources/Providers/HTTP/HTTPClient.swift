import CCurl
import Linux
import Synchronization
import Voice

/// Talks to HTTP servers, over connections that it keeps open for whoever asks next: one thread,
/// however many exchanges. Certificates are always verified; proxies are taken from the environment
/// (`https_proxy`, `no_proxy` …), as every program here does.
public final class HTTPClient: Sendable {
    let work: HTTPWork
    private let isClockSet: @Sendable () -> Bool

    /// - Parameters:
    ///   - caFile: an extra certificate authority, PEM, beside the system's.
    ///   - isClockSet: is asked before every exchange that a certificate secures: a certificate is
    ///     good for a time, and where nobody knows the time anybody could show an old one.
    public init(caFile: String? = nil, isClockSet: @escaping @Sendable () -> Bool) {
        self.isClockSet = isClockSet
        work = HTTPWork(caFile: caFile)
        let work = work
        startThread("http") { HTTPThread(work).run() }
    }

    /// One that goes by the system's clock.
    public convenience init(caFile: String? = nil) {
        self.init(caFile: caFile, isClockSet: { SystemWallClock.unixTime != nil })
    }

    deinit { work.demand([.end]) }

    /// Sends a request and returns when the head of the answer is there, whatever its status: a
    /// redirect is an answer too.
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        try checkClock(for: request)
        let transfer = work.transfer(request)
        work.demand([.begin(transfer)])
        return try await response(of: transfer)
    }

    /// - Throws: if the server could not be told from another.
    func checkClock(for request: HTTPRequest) throws(HTTPFailure) {
        let isSecured = request.url.prefix(6).lowercased() == "https:"
        guard isSecured, !isClockSet() else { return }
        throw .clockNotSet(host: request.host)
    }

    private func response(of transfer: Transfer) async throws(HTTPFailure) -> HTTPResponse {
        // From here on, letting go of the body hangs up.
        let body = HTTPBody(transfer)
        let (status, headers) = try await transfer.response()
        return HTTPResponse(status: status, headers: headers, body: body)
    }

    /// Sees that there are `count` connections to the server of `url`, ready for the next requests;
    /// returns at once. It costs the server a request for no content each.
    func warm(_ url: String, connections count: Int = 1) {
        var request = HTTPRequest(method: .head, url: url)
        request.limits.firstByte = .seconds(5)
        guard (try? checkClock(for: request)) != nil else { return }
        // Begun at once, or a quick server would have the same connection for all.
        let transfers = (0..<count).map { _ in work.transfer(request) }
        work.demand(transfers.map { .begin($0) })
        for transfer in transfers {
            Task {
                // Whoever needs the connection learns why there is none.
                let answer = try? await response(of: transfer)
                _ = await answer?.body.whatComes(atMost: 1, within: .seconds(1))
            }
        }
    }
}

extension HTTPClient {
    /// Returns when whoever is at `url` answers, whatever it be.
    func reach(_ url: String) async throws(HTTPFailure) {
        var request = HTTPRequest(method: .head, url: url)
        request.limits.firstByte = .seconds(5)
        let answer = try await send(request)
        _ = await answer.body.whatComes(atMost: 1, within: .seconds(1))
    }
}

/// What the tasks want of the thread, and what wakes it.
final class HTTPWork: Sendable {
    enum Demand: Sendable {
        case begin(Transfer)
        case goOn(Transfer)
        case hangUp(Transfer)
        case end
    }

    let caFile: String?
    private let demands = Mutex<[Demand]>([])
    /// Libcurl's, which only the thread uses; but any thread may wake it.
    let multi: Multi

    init(caFile: String?) {
        self.caFile = caFile
        multi = Multi()
    }

    func demand(_ new: [Demand]) {
        demands.withLock { $0 += new }
        multi.wake()
    }

    /// One that has not begun yet.
    func transfer(_ request: HTTPRequest) -> Transfer {
        Transfer(request) { [self] transfer, wish in
            switch wish {
            case .goOn: demand([.goOn(transfer)])
            case .hangUp: demand([.hangUp(transfer)])
            }
        }
    }

    func takeDemands() -> [Demand] {
        demands.withLock { demands in
            defer { demands = [] }
            return demands
        }
    }
}

/// Owns libcurl's set of transfers, and with it the connections.
///
/// Sendable though it is a pointer, since only the client's thread touches what it points to; the
/// one call that another thread makes is `curl_multi_wakeup`, which libcurl allows.
final class Multi: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    /// A turn has three providers, and two clauses ahead; the API's turns come on top.
    private static let connections = 16

    init() {
        Self.start
        pointer = curl_multi_init()!  // fails only for want of memory
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, Self.connections)
        // On a connection that several answers shared, one that waits for its reader would hold up
        // the others (HTTP/2 in libcurl 7.88).
        _ = ccurl_multi_set_long(pointer, CURLMOPT_PIPELINING, ccurl_one_at_a_time)
    }

    deinit { curl_multi_cleanup(pointer) }

    func wake() { curl_multi_wakeup(pointer) }

    private static let start: Void = ccurl_start()
}
