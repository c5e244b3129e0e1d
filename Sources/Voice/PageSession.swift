/// A browser that is logged in to the page, without what it proves that by.
public struct PageSession: Equatable, Sendable {
    /// 0 until it is kept.
    public var id: Int64 = 0
    /// Of what the browser's cookie holds.
    public let hash: [UInt8]
    /// In seconds since 1970 UTC; nil while the clock was never set.
    public var madeAt: Int64?
    public var usedAt: Int64?
    /// Where it logged in from.
    public let address: String
    /// What it calls itself.
    public let agent: String

    public init(hash: [UInt8], at moment: Int64?, address: String, agent: String) {
        self.hash = hash
        madeAt = moment
        usedAt = moment
        self.address = address
        self.agent = agent
    }
}
