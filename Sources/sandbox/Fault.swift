/// What can go wrong with one answer.
enum Fault: String, CaseIterable {
    // Refusals, with the vendor's own body.
    case badRequest = "400"
    case unauthorized = "401"
    case forbidden = "403"
    case notFound = "404"
    case timeout = "408"
    case conflict = "409"
    case tooLarge = "413"
    case unprocessable = "422"
    case rateLimited = "429"
    case quotaUsedUp = "quota"
    case serverError = "500"
    case overloaded = "503"
    /// Not even a header comes.
    case silence
    /// The header comes, then nothing.
    case stall
    /// The beginning of the body comes, then nothing.
    case stallMidway
    /// The beginning of the body comes, then the connection is reset.
    case reset
    /// The beginning of the body comes, then the connection ends.
    case truncation
    /// The whole body comes, a byte at a time.
    case trickle
    /// Bytes at random, of the announced type.
    case garbage
    /// To the same place, without end.
    case redirect
    /// WAV, or MP3, under the name of what was asked.
    case wav, mp3
    /// One byte too many for whole samples.
    case oddByte
    /// The body does not end.
    case endless
    /// A text of a million letters without a full stop.
    case megabyte
    /// Bytes that are no UTF-8 in the middle of a text.
    case invalidUTF8
    /// An error in the stream, after a good beginning.
    case errorEvent
}

/// When a fault happens.
struct FaultRule {
    let fault: Fault
    /// Where, or nil for everywhere.
    var endpoint: Endpoint?
    /// At each so-maniest request that the rule is about.
    var every = 1
    /// How often, 0...1, drawn from a generator with this seed.
    var probability = 1.0
    var seed: UInt64 = 1
    /// How often at most.
    var count = Int.max

    init(_ fault: Fault, at endpoint: Endpoint? = nil) {
        self.fault = fault
        self.endpoint = endpoint
    }

    /// As on the command line: `[ENDPOINT=]KIND[:every=N][:probability=P][:seed=N][:count=N]`.
    init(_ text: String) throws(ScriptError) {
        var parts = text.split(separator: ":").map(String.init)[...]
        var kind = parts.popFirst() ?? ""
        if let equals = kind.firstIndex(of: "=") {
            let place = String(kind[..<equals])
            guard let endpoint = Endpoint(rawValue: place) else {
                throw ScriptError("\"\(place)\" is no endpoint; use \(Endpoint.list)")
            }
            self.endpoint = endpoint
            kind = String(kind[kind.index(after: equals)...])
        }
        guard let fault = Fault(rawValue: kind) else {
            throw ScriptError("\"\(kind)\" is no fault; use \(Fault.list)")
        }
        self.fault = fault
        for part in parts {
            let halves = part.split(separator: "=", maxSplits: 1).map(String.init)
            try set(halves[0], halves.count > 1 ? halves[1] : "")
        }
    }

    private mutating func set(_ key: String, _ value: String) throws(ScriptError) {
        let wrong = ScriptError("\"\(key)=\(value)\" does not fit a fault")
        switch key {
        case "every":
            guard let number = Int(value), number > 0 else { throw wrong }
            every = number
        case "probability":
            guard let number = Double(value), 0...1 ~= number else { throw wrong }
            probability = number
        case "seed":
            guard let number = UInt64(value) else { throw wrong }
            seed = number
        case "count":
            guard let number = Int(value), number >= 0 else { throw wrong }
            count = number
        default: throw wrong
        }
    }
}

extension Fault {
    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// Decides for each request whether something goes wrong with it.
struct FaultDice {
    private var rules: [(rule: FaultRule, asked: Int, done: Int, generator: SplitMix)]

    init(_ rules: [FaultRule]) {
        self.rules = rules.map { ($0, 0, 0, SplitMix(state: $0.seed)) }
    }

    /// What the next request to `endpoint` suffers: the first rule that strikes.
    mutating func fault(at endpoint: Endpoint) -> Fault? {
        var struck: Fault?
        for index in rules.indices {
            let rule = rules[index].rule
            guard rule.endpoint == nil || rule.endpoint == endpoint else { continue }
            rules[index].asked += 1
            guard rules[index].asked % rule.every == 0, rules[index].done < rule.count,
                rule.probability >= 1
                    || Double.random(in: 0..<1, using: &rules[index].generator) < rule.probability,
                struck == nil
            else { continue }
            rules[index].done += 1
            struck = rule.fault
        }
        return struck
    }
}

/// The same numbers for the same seed, everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
