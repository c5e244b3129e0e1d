import CCurl
import Linux
import Synchronization
import Voice

/// Talks to HTTP servers, over connections that it keeps open for whoever asks next: one thread,
/// however many exchanges. Certificates are always verified; proxies are taken from the environment
/// (`https_proxy`, `no_proxy` …), as every program here does.
public final class HTTPClient: Sendable {
    private let work: HTTPWork

    /// - Parameter caFile: an extra certificate authority, PEM, beside the system's.
    public init(caFile: String? = nil) {
        work = HTTPWork(caFile: caFile)
        let work = work
        startThread("http") { HTTPThread(work).run() }
    }

    deinit { work.demand(.end) }

    /// Sends a request and returns when the head of the answer is there, whatever its status: a
    /// redirect is an answer too.
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let work = work
        let transfer = Transfer(request) { transfer, demand in
            switch demand {
            case .goOn: work.demand(.goOn(transfer))
            case .hangUp: work.demand(.hangUp(transfer))
            }
        }
        // From here on, letting go of the body hangs up.
        let body = HTTPBody(transfer)
        work.demand(.begin(transfer))
        let (status, headers) = try await transfer.response()
        return HTTPResponse(status: status, headers: headers, body: body)
    }

    /// Sees that there are `count` connections to the server of `url`, ready for the next requests;
    /// returns at once. It costs the server a request for no content each.
    func warm(_ url: String, connections count: Int = 1) {
        var request = HTTPRequest(method: .head, url: url)
        request.limits.firstByte = .seconds(5)
        for _ in 0..<count {
            Task { [request] in
                // Whoever needs the connection learns why there is none.
                _ = try? await send(request).body.read(atMost: 1)
            }
        }
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

    func demand(_ demand: Demand) {
        demands.withLock { $0.append(demand) }
        multi.wake()
    }

    func takeDemands() -> [Demand] {
        demands.withLock { demands in
            defer { demands = [] }
            return demands
        }
    }
}

/// Owns libcurl's set of transfers, and with it the connections.
final class Multi: @unchecked Sendable {
    // Unchecked: `curl_multi_wakeup` is the one call that another thread makes, and may.
    let pointer: UnsafeMutableRawPointer

    /// A turn has three providers, and two clauses ahead; the API's turns come on top.
    private static let connections = 16

    init() {
        Self.start
        pointer = curl_multi_init()!  // fails only for want of memory
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, Self.connections)
    }

    deinit { curl_multi_cleanup(pointer) }

    func wake() { curl_multi_wakeup(pointer) }

    private static let start: Void = ccurl_start()
}
