import Glibc

extension AccessControl {
    /// What a server is given: `handler`, behind the look at which name of the device the request
    /// is for, and which site it comes from. That comes before there is anything to be found, also
    /// where nothing is.
    public func guarding(_ handler: @escaping Handler) -> Handler {
        { [self] request in
            let site = try site(of: request)
            let headers = sites.headers(for: site, origin: request["Origin"])
            if request.method == "OPTIONS", request["Origin"] != nil,
                request["Access-Control-Request-Method"] != nil
            {
                let all = headers + SiteRules.preflight
                return try WholeBody(of: request, atMost: 0) { _ in Response(204, headers: all) }
            }
            guard !headers.isEmpty else { return try handler(request) }
            return try HeadedBody(headers) { try handler(request) }
        }
    }

    /// Where the request comes from.
    ///
    /// - Throws: 421 if it is for another host, 403 if it comes from a site that may do nothing.
    func site(of request: Request) throws(HTTPError) -> SiteRules.Site {
        guard let text = request["Host"], let host = Authority(text),
            sites.isOwn(host, at: request.connection.local)
        else {
            throw HTTPError(
                421, "wrong_host",
                "this device does not go by that name; add it to web.allowedHosts if it should")
        }
        // What was signed is for whoever has the URL, from wherever they ask.
        if isSigned(request) { return .anybody }
        let site = sites.site(
            origin: request["Origin"], fetchSite: request["Sec-Fetch-Site"]?.lowercased(),
            changes: !["GET", "HEAD", "OPTIONS"].contains(request.method), host: host,
            isSecure: request.connection.isSecure)
        guard site != .foreign else {
            throw HTTPError(
                403, "foreign_origin",
                "pages of that site may not use this device; add it to web.allowedOrigins if they"
                    + " should")
        }
        return site
    }

    /// The system's clock, whether it was ever set or not: both who signs and who checks go by it.
    var wallTime: Int64 { time ?? Int64(Glibc.time(nil)) }
}

/// Adds headers to whatever is answered, errors among it.
private final class HeadedBody: BodyReceiver {
    private let headers: [Header]
    private let inner: any BodyReceiver

    init(_ headers: [Header], _ make: () throws -> any BodyReceiver) throws {
        self.headers = headers
        inner = try Self.heading(headers, make)
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        try Self.heading(headers) { try inner.receive(bytes) }
    }

    func finish() throws -> Response {
        var response = try Self.heading(headers) { try inner.finish() }
        response.headers += headers
        return response
    }

    private static func heading<Result>(
        _ headers: [Header], _ work: () throws -> Result
    ) throws -> Result {
        do {
            return try work()
        } catch let error as HTTPError {
            throw HTTPError(
                error.status, error.code, error.message, field: error.field,
                headers: error.headers + headers)
        }
    }
}
