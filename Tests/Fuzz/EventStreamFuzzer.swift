/// What a server may send as an event stream: the first byte says in what pieces, the rest is it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let size = Int(bytes[0] % 16) + 1
    // One in some hundreds is repeated, so that more than linear time runs into the time-out.
    let isRepeated = bytes.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) } % 499 == 0
    let times = isRepeated ? max(1, (1 << 17) / count) : 1
    let stream = Array(repeatElement(bytes[1...], count: times).joined())
    for limit in [64, 1 << 20] {
        let whole = events(of: stream, limit: limit, pieces: .max)
        let pieces = events(of: stream, limit: limit, pieces: size)
        precondition(pieces.failed == whole.failed, "how it comes decides whether it fails")
        // What failed in one piece had no chance to give the events before that.
        let expected =
            whole.failed ? Array(pieces.events.prefix(whole.events.count)) : pieces.events
        precondition(whole.events == expected, "how it comes makes a difference")
    }
    return 0
}

private func events(
    of stream: [UInt8], limit: Int, pieces size: Int
) -> (events: [[String?]], failed: Bool) {
    var parser = EventStreamParser(limit: limit)
    var found: [[String?]] = []
    var rest = stream[...]
    do {
        while !rest.isEmpty {
            found += try parser.append(rest.prefix(size)).map { [$0.name, $0.data, $0.id] }
            rest = rest.dropFirst(size)
        }
        return (found, false)
    } catch {
        return (found, true)
    }
}
