public import Voice

/// One method of one path: what it takes, what it answers, who may, and what does it. The
/// description that others read is made from the same values as the routes.
public struct Operation: Sendable {
    /// A body, of a request or of an answer.
    public struct Content: Sendable {
        /// Media types, the usual one first.
        public let types: [String]
        /// JSON Schema (2020-12).
        public let schema: JSONValue

        public init(_ types: String..., schema: JSONValue) {
            self.types = types
            self.schema = schema
        }
    }

    /// One value of the query or the path.
    public struct Parameter: Sendable {
        public enum Place: String, Sendable { case query, path, header }
        public let name: String
        public let place: Place
        public let summary: String
        public let schema: JSONValue

        public init(_ name: String, in place: Place, _ summary: String, schema: JSONValue) {
            self.name = name
            self.place = place
            self.summary = summary
            self.schema = schema
        }
    }

    /// - Parameter caller: nil only where `scope` is.
    public typealias Act = @Sendable (Request, _ caller: Caller?) throws -> any BodyReceiver

    public let method: String
    public let path: String
    /// A sentence.
    public let summary: String
    /// What the caller must be allowed to; nil if it is open to all.
    public let scope: Scope?
    public var parameters: [Parameter] = []
    public var body: Content?
    /// What it holds is as well left away.
    public var isBodyOptional = false
    /// By status: what it means, and what is sent. What every operation may answer (400, 401, 403,
    /// 429 …) is not among them.
    public var answers: [Int: (meaning: String, content: Content?)] = [:]
    /// What is not as it was when this was done: `keys`, `voices`; nil for nothing.
    public var changes: String?
    let act: Act

    /// - Parameters:
    ///   - path: as `Router` takes it.
    ///   - act: is called when the header is there.
    public init(
        _ method: String, _ path: String, _ summary: String, scope: Scope?, act: @escaping Act
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.scope = scope
        self.act = act
    }
}

/// All that the device does over HTTP.
public struct API: Sendable {
    public private(set) var operations: [Operation] = []

    public init() {}

    public mutating func add(_ operation: Operation) { operations.append(operation) }

    /// Adds an operation whose body is small and wanted whole, 64 KiB unless said otherwise.
    ///
    /// - Parameter describe: says what else others should know of it.
    public mutating func add(
        _ method: String, _ path: String, _ summary: String, scope: Scope?,
        bodyAtMost limit: Int = 65_536, describe: (inout Operation) -> Void = { _ in },
        answer: @escaping @Sendable (Request, [UInt8]) throws -> Response
    ) {
        var operation = Operation(method, path, summary, scope: scope) { request, _ in
            try WholeBody(of: request, atMost: limit) { try answer(request, $0) }
        }
        describe(&operation)
        add(operation)
    }

    /// The way to each operation, past `gate`.
    ///
    /// - Parameter changed: is called with what an operation has changed.
    public func router(
        behind gate: any Gate, changed: @escaping @Sendable (String) -> Void = { _ in }
    ) -> Router {
        var router = Router()
        for operation in operations {
            router.on(operation.method, operation.path) { request in
                let caller = try gate.admit(request, to: operation.scope)
                let receiver = try operation.act(request, caller)
                guard let what = operation.changes else { return receiver }
                return Changing(receiver) { changed(what) }
            }
        }
        return router
    }

    /// Tells when what it stands for was done.
    private final class Changing: BodyReceiver {
        private let receiver: any BodyReceiver
        private let done: () -> Void

        init(_ receiver: any BodyReceiver, done: @escaping () -> Void) {
            self.receiver = receiver
            self.done = done
        }

        func receive(_ bytes: UnsafeRawBufferPointer) throws { try receiver.receive(bytes) }

        func finish() throws -> Response {
            let response = try receiver.finish()
            done()
            return response
        }
    }
}
