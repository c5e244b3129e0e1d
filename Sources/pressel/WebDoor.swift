import Linux
import Voice
import Web

/// One port that the server listens on.
struct WebDoor: Sendable {
    let address: String
    /// 0 if it is to stay closed.
    let port: Int
    /// For HTTPS; nil for plain HTTP.
    let identity: WebIdentity?
    let limits: ServerLimits
    /// How long what is being answered may take when it is closed.
    let patience: Duration
    /// Is told of the server while it runs.
    let open: OpenDoors
    let log: Log
    let handler: Handler

    private static let pause = Duration.seconds(30)
    /// A certificate may have to be renewed, or its owner may have put another in its place.
    private static let glance = Duration.seconds(3600)

    /// Serves until the task is cancelled. A port that somebody else has is tried again.
    func run(_ clock: some MomentClock) async {
        guard port != 0 else { return }
        var complaint = ""
        while !Task.isCancelled {
            do {
                let certificate = try identity?.certificate()
                let server = try start(certificate)
                complaint = ""
                let scheme = certificate == nil ? "" : "HTTPS "
                log.info("serving \(scheme)on \(address), port \(server.port)")
                open.add(server)
                await wait(clock, whileFit: certificate)
                open.remove(server)
                // It waits for its threads.
                await onThread("web end") { server.stop(within: patience) }
            } catch {
                if complaint != "\(error)" {
                    complaint = "\(error)"
                    let key = identity == nil ? "web.port" : "web.tlsPort"
                    log.error("\(error); set web.listen and \(key); trying again")
                }
                try? await clock.sleep(for: Self.pause)
            }
        }
    }

    private func start(_ certificate: ServerCertificate?) throws(SystemError) -> Server {
        try Server(
            address: address, port: port, limits: limits,
            certificate: certificate.map(Server.Certificate.init(_:)),
            headers: SecurityHeaders.all, log: log, handler: handler)
    }

    /// Returns when the task is cancelled, or when another certificate is to be shown.
    private func wait(_ clock: some MomentClock, whileFit certificate: ServerCertificate?) async {
        while (try? await clock.sleep(for: Self.glance)) != nil {
            guard let identity, let next = try? identity.certificate() else { continue }
            if next != certificate { return log.info("the certificate is another one now") }
        }
    }
}

/// By what names the device shows who it is.
struct WebIdentity: Sendable {
    let name: String
    let publicURL: String?
    let folder: CertificateFolder

    func certificate() throws -> ServerCertificate {
        var names = localNames(of: name)
        if let host = publicURL.flatMap(hostName(ofURL:)), Self.canBeCertified(host),
            !names.contains(host)
        {
            names.append(host)
        }
        return try folder.certificate(
            for: names + ["127.0.0.1"], at: networkAddresses(),
            unixTime: SystemWallClock.unixTime)
    }

    /// A name as a certificate has it, which does not write it in another way.
    private static func canBeCertified(_ host: String) -> Bool {
        host.utf8.count <= 253
            && host.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
            }
    }
}
