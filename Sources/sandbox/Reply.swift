import Voice

/// An answer as it is to leave: its bytes in pieces, none of which goes before its moment.
struct Reply {
    struct Piece {
        let moment: Moment
        var bytes: [UInt8]
    }

    /// The media type, with parameters.
    var type: String
    /// Whether it is sent piece by piece, its length unknown.
    var isStream = true
    var pieces: AnyIterator<Piece>
    /// Is called before each piece; throwing breaks the connection off.
    var breaksOff: () throws -> Void = {}

    /// All at once.
    init(whole bytes: [UInt8], type: String, at moment: Moment) {
        self.type = type
        isStream = false
        pieces = AnyIterator([Piece(moment: moment, bytes: bytes)].makeIterator())
    }

    init(type: String, _ pieces: some Sequence<Piece>) {
        self.type = type
        self.pieces = AnyIterator(pieces.makeIterator())
    }

    init(events: some Sequence<Piece>) {
        self.init(type: "text/event-stream; charset=utf-8", events)
    }
}

extension Reply.Piece {
    /// A server-sent event.
    init(event data: String, at moment: Moment) {
        self.init(moment: moment, bytes: Array("data: \(data)\n\n".utf8))
    }

    /// One that says its name, too.
    init(event data: String, named name: String, at moment: Moment) {
        self.init(moment: moment, bytes: Array("event: \(name)\ndata: \(data)\n\n".utf8))
    }
}
