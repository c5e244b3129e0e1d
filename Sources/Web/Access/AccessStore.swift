public import Voice

/// Where it is kept who may. Calls that change something return when it is on the disk.
public protocol AccessStore: Sendable {
    /// Differs from what it was when somebody else has changed anything of the following.
    func version() async throws -> [Int64]

    /// As `setPassword` was given it; nil while nobody has claimed the device.
    func passwordHash() async throws -> String?
    /// Ends all sessions, too.
    func setPassword(hash: String) async throws

    func sessions() async throws -> [PageSession]
    /// - Returns: its id.
    func add(_ session: PageSession) async throws -> Int64
    /// Keeps when it was made and used.
    func update(_ session: PageSession) async throws
    func removeSessions(_ ids: [Int64]) async throws

    func keys() async throws -> [APIKey]
    /// - Returns: the same with its id.
    /// - Throws: `AccessRefusal` if there are too many, or there is one of that name.
    func add(_ key: APIKey) async throws -> APIKey
    /// - Returns: whether there was one.
    func removeKey(_ id: Int64) async throws -> Bool

    func keyUses() async throws -> [KeyUse]
    func save(_ uses: [KeyUse]) async throws

    /// What URLs are signed by: what was kept first.
    func signingKey(orKeep new: [UInt8]) async throws -> [UInt8]
}

/// Something cannot be kept beside what there is.
public struct AccessRefusal: Error {
    /// For people: why, and what to do.
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}

/// The device's side of a claim: somebody who stands before it.
public protocol ClaimWitness: Sendable {
    /// Whether there is a button that a finger can hold, now. Without one, a code serves.
    var hasButton: Bool { get }

    /// Says aloud that a browser at `address` wants to manage the device, and waits for the button.
    /// Cancelling takes that back.
    ///
    /// - Returns: whether somebody held it for three seconds.
    func agrees(toClaimFrom address: String) async -> Bool

    /// Tells a code to whoever can read the device's log on the device, and to nobody else.
    func tell(code: String, toClaimFrom address: String)
}
