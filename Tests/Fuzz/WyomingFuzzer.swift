/// What a Wyoming server may send: the first byte says in what pieces, the rest is it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let stream = Array(bytes[1...])
    let whole = events(of: stream, pieces: stream.count)
    let pieces = events(of: stream, pieces: Int(bytes[0] % 16) + 1)
    precondition(whole.events == pieces.events, "how it comes makes a difference")
    precondition(whole.failure == pieces.failure, "how it comes decides whether it fails")
    for event in whole.events {
        var parser = WyomingFrameParser()
        precondition(parser.append(event.bytes) == [event], "what was read cannot be written")
        precondition(!parser.isInsideEvent && parser.failure == nil)
        // Whatever it says of itself, looking at it does no harm.
        let info = WyomingInfo(event)
        _ = info.voice(for: "de-AT")
        _ = info.recognizersName(for: "de-AT", model: nil)
    }
    return 0
}

private func events(
    of stream: [UInt8], pieces size: Int
) -> (events: [WyomingEvent], failure: WyomingFrameParser.Failure?) {
    var parser = WyomingFrameParser()
    var found: [WyomingEvent] = []
    var rest = stream[...]
    while !rest.isEmpty {
        found += parser.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
    }
    return (found, parser.failure)
}
