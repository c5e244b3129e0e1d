/// A key to the API, without the key.
public struct APIKey: Equatable, Sendable {
    /// 0 until it is kept.
    public var id: Int64 = 0
    /// Unique; it is the source of the turns it pays for.
    public var name: String
    public var scope: Scope
    /// Of the key; the key itself is told once and kept nowhere.
    public var hash: [UInt8]
    /// How many requests a minute; nil for no limit.
    public var perMinute: Int64?
    /// How many a day.
    public var perDay: Int64?
    /// Nil for the device's.
    public var voice: String?
    public var systemPrompt: String?

    public init(name: String, scope: Scope, hash: [UInt8]) {
        self.name = name
        self.scope = scope
        self.hash = hash
    }
}

/// How many requests were made with a key on one day.
public struct KeyUse: Equatable, Sendable {
    /// The key's id.
    public let key: Int64
    /// Since 1970, in UTC.
    public let day: Int64
    public let count: Int64

    public init(key: Int64, day: Int64, count: Int64) {
        self.key = key
        self.day = day
        self.count = count
    }
}
