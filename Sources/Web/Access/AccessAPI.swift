import Voice

/// The endpoints by which a device gets its owner, and browsers log in and out: `/api/claim`,
/// `/api/login`, `/api/logout`, `/api/sessions`, `/api/tickets`.
public struct AccessAPI: Sendable {
    private let access: AccessControl
    private let tlsPort: Int?

    /// A password, a claim and a code are short.
    private static let longestBody = 8192

    /// - Parameter tlsPort: where the device can be reached by HTTPS, if it can: whoever is about
    ///   to type a password is told.
    public init(_ access: AccessControl, tlsPort: Int? = nil) {
        self.access = access
        self.tlsPort = tlsPort
    }

    public func add(to api: inout API) {
        addClaim(to: &api)
        addLogIn(to: &api)
        addSessions(to: &api)
        addTickets(to: &api)
    }

    // MARK: - Claim

    private func addClaim(to api: inout API) {
        api.add(
            "GET", "/api/claim", "Whether the device has an owner, and how it gets one.",
            scope: nil,
            describe: { operation in
                operation.answers[200] = (
                    "How it stands.", .json(Self.claimStatusSchema)
                )
            },
            answer: { [access, tlsPort] request, _ in
                let status = try access.claimStatus(request)
                return Response(
                    json: ClaimStatusBody(
                        claimed: status.isClaimed, waiting: status.isWaiting,
                        how: status.hasButton ? "button" : "code", tlsPort: tlsPort))
            })
        api.add(
            "POST", "/api/claim",
            """
            Makes the caller the device's owner, in steps: an empty object asks, and is given a \
            claim; with the claim one learns whether somebody has agreed at the device (by holding \
            its button for three seconds, or else with a code from its log); with the claim and a \
            password the device is claimed, and the caller logged in.
            """,
            scope: nil, bodyAtMost: Self.longestBody,
            describe: { operation in
                operation.body = .json(Self.claimSchema)
                let content = Operation.Content.json(Self.claimAnswerSchema)
                operation.answers[200] = ("How the claim stands.", content)
                operation.answers[202] = ("Somebody is asked to agree.", content)
                operation.answers[409] = (
                    "The device has an owner, another asks, or nobody has agreed.", nil
                )
            },
            answer: { [access] request, body in try Self.claim(request, body, access) })
    }

    private static func claim(
        _ request: Request, _ body: [UInt8], _ access: AccessControl
    ) throws -> Response {
        let fields = try ObjectBody(of: request, body, allowing: ["claim", "code", "password"])
        let password = try fields.text("password", upTo: PasswordRule.longest)
        let code = try fields.text("code", upTo: 100)
        guard let token = try fields.text("claim", upTo: 200) else {
            guard password == nil, code == nil else {
                throw HTTPError.invalid("claim", "is missing: ask without a password first")
            }
            let (token, proof) = try access.ask(request)
            return Response(
                json: ClaimBody(
                    claim: token, state: "waiting", how: word(for: proof),
                    expiresInSeconds: Claim.patience.components.seconds), status: 202)
        }
        // Before a code is used up.
        if let password { try PasswordRule.check(password) }
        let standing = try access.claimStanding(of: token, code: code, request)
        guard let password else {
            guard case .waiting(let proof) = standing else {
                return Response(json: ClaimBody(state: "agreed"))
            }
            return Response(json: ClaimBody(state: "waiting", how: word(for: proof)))
        }
        let logIn = try access.finishClaim(token, password: password, request)
        return Response(json: ClaimBody(state: "claimed"), headers: [logIn.cookie])
    }

    private static func word(for proof: Claim.Proof) -> String {
        switch proof {
        case .button: "button"
        case .code: "code"
        }
    }

    // MARK: - Log-in

    private func addLogIn(to api: inout API) {
        api.add(
            "POST", "/api/login", "Logs a browser in, by a cookie; may change the password.",
            scope: nil, bodyAtMost: Self.longestBody,
            describe: { operation in
                let schema = JSONSchema.object(
                    [
                        "password": JSONSchema.text(upTo: PasswordRule.longest),
                        "newPassword": JSONSchema.text(
                            upTo: PasswordRule.longest, atLeast: PasswordRule.shortest),
                    ], required: ["password"])
                operation.changes = "sessions"
                operation.body = .json(schema)
                operation.answers[200] = (
                    "It is logged in.", .json(Self.logInSchema)
                )
                operation.answers[401] = ("The password is wrong.", nil)
                operation.answers[409] = ("Nobody has claimed the device yet.", nil)
            },
            answer: { [access] request, body in
                let fields = try ObjectBody(
                    of: request, body, allowing: ["password", "newPassword"])
                let logIn = try access.logIn(
                    with: try fields.requiredText("password", upTo: PasswordRule.longest),
                    settingPassword: try fields.text("newPassword", upTo: PasswordRule.longest),
                    request)
                return Response(
                    json: LogInBody(scope: Scope.admin.rawValue), headers: [logIn.cookie])
            })
        api.add(
            "POST", "/api/logout", "Logs the browser out.", scope: .talk,
            describe: { operation in
                operation.changes = "sessions"
                operation.answers[204] = ("It is.", nil)
            },
            answer: { [access] request, _ in
                if let session = try access.session(of: request) {
                    _ = try access.endSessions(on: request.connection) {
                        $0.hash == session.hash
                    }
                }
                let isSecure = request.connection.isSecure
                return Response(204, headers: [SessionCookie.header(nil, isSecure: isSecure)])
            })
    }

    // MARK: - Sessions

    private func addSessions(to api: inout API) {
        api.add(
            "GET", "/api/sessions", "The browsers that are logged in.", scope: .admin,
            describe: { operation in
                let schema = JSONSchema.object(
                    ["sessions": JSONSchema.list(of: Self.sessionSchema)],
                    required: ["sessions"])
                operation.answers[200] = ("All of them.", .json(schema))
            },
            answer: { [access] request, _ in
                let own = try access.session(of: request)
                try access.refresh(on: request.connection)
                let sessions = access.sessions.map { session in
                    SessionsBody.Session(
                        id: session.id, madeAt: session.madeAt, usedAt: session.usedAt,
                        address: session.address, agent: session.agent,
                        current: session.hash == own?.hash)
                }
                return Response(json: SessionsBody(sessions: sessions))
            })
        api.add(
            "DELETE", "/api/sessions", "Logs out every other browser.", scope: .admin,
            describe: { operation in
                operation.changes = "sessions"
                operation.answers[204] = ("They are.", nil)
            },
            answer: { [access] request, _ in
                let own = try access.session(of: request)
                _ = try access.endSessions(on: request.connection) { $0.hash != own?.hash }
                return Response(204)
            })
        api.add(
            "DELETE", "/api/sessions/{id}", "Logs out one browser.", scope: .admin,
            describe: { operation in
                operation.changes = "sessions"
                operation.parameters = [
                    .init("id", in: .path, "Of the session.", schema: JSONSchema.whole)
                ]
                operation.answers[204] = ("It is.", nil)
                operation.answers[404] = ("There is no such session.", nil)
            },
            answer: { [access] request, _ in
                let id = request.parameters["id"].flatMap { Int64($0) }
                let count = try access.endSessions(on: request.connection) { $0.id == id }
                guard count > 0 else {
                    throw HTTPError(404, "not_found", "there is no such session", field: "id")
                }
                return Response(204)
            })
    }

    // MARK: - Tickets

    private func addTickets(to api: inout API) {
        api.add(
            "POST", "/api/tickets",
            "A ticket to a WebSocket, for pages: `?ticket=` opens one, once, within a minute.",
            scope: .talk,
            describe: { operation in
                let schema = JSONSchema.object(
                    [
                        "ticket": JSONSchema.text,
                        "expiresInSeconds": JSONSchema.whole,
                    ], required: ["ticket", "expiresInSeconds"])
                operation.answers[201] = ("The ticket.", .json(schema))
            },
            answer: { [access] request, _ in
                let life = TicketTable<AccessControl.Proof>.life
                return Response(
                    json: TicketBody(
                        ticket: try access.ticket(for: request),
                        expiresInSeconds: life.components.seconds), status: 201)
            })
    }
}

// MARK: - Bodies

private struct ClaimStatusBody: Encodable {
    let claimed: Bool
    let waiting: Bool
    let how: String
    let tlsPort: Int?
}

private struct ClaimBody: Encodable {
    var claim: String?
    let state: String
    var how: String?
    var expiresInSeconds: Int64?
}

private struct LogInBody: Encodable {
    let scope: String
}

private struct SessionsBody: Encodable {
    struct Session: Encodable {
        let id: Int64
        let madeAt: Int64?
        let usedAt: Int64?
        let address: String
        let agent: String
        let current: Bool
    }
    let sessions: [Session]
}

private struct TicketBody: Encodable {
    let ticket: String
    let expiresInSeconds: Int64
}

extension AccessAPI {
    private static var how: JSONValue { JSONSchema.choice(["button", "code"]) }

    fileprivate static var claimStatusSchema: JSONValue {
        JSONSchema.object(
            [
                "claimed": JSONSchema.boolean, "waiting": JSONSchema.boolean, "how": how,
                "tlsPort": JSONSchema.whole,
            ],
            required: ["claimed", "waiting", "how"])
    }

    fileprivate static var claimSchema: JSONValue {
        JSONSchema.object(
            [
                "claim": JSONSchema.text(upTo: 200), "code": JSONSchema.text(upTo: 100),
                "password": JSONSchema.text(
                    upTo: PasswordRule.longest, atLeast: PasswordRule.shortest),
            ], required: [], needs: ["code": "claim", "password": "claim"])
    }

    fileprivate static var claimAnswerSchema: JSONValue {
        JSONSchema.object(
            [
                "claim": JSONSchema.text,
                "state": JSONSchema.choice(["waiting", "agreed", "claimed"]), "how": how,
                "expiresInSeconds": JSONSchema.whole,
            ], required: ["state"])
    }

    fileprivate static var logInSchema: JSONValue {
        JSONSchema.object(
            ["scope": JSONSchema.choice([Scope.admin.rawValue])], required: ["scope"])
    }

    fileprivate static var sessionSchema: JSONValue {
        let moment = JSONSchema.whole
        return JSONSchema.object(
            [
                "id": JSONSchema.whole, "madeAt": moment, "usedAt": moment,
                "address": JSONSchema.text, "agent": JSONSchema.text,
                "current": JSONSchema.boolean,
            ], required: ["id", "address", "agent", "current"])
    }
}
