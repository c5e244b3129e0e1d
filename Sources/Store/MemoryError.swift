/// Something could not be kept, or not be looked up.
public enum MemoryError: Error, Equatable, CustomStringConvertible {
    /// There is no room on the disk. Comes right by itself when there is.
    case noRoom(reason: String)
    /// The store turned out to be damaged. It was set aside, and the next call begins a new one.
    case damaged(reason: String)
    /// The store was written by a newer version of this program.
    case newer(reason: String)
    /// The disk fails, or may not be written, or what was asked cannot be. Tried again at each call.
    case failed(reason: String)
    /// There are as many as there may be, or there is one of that name.
    case refused(reason: String)

    public var description: String {
        switch self {
        case .noRoom(let reason), .damaged(let reason), .newer(let reason), .failed(let reason),
            .refused(let reason):
            reason
        }
    }

    init(_ error: DatabaseError) {
        switch error.kind {
        case .noRoom: self = .noRoom(reason: "\(error); make room on the disk")
        case .damaged: self = .damaged(reason: "\(error)")
        case .other: self = .failed(reason: "\(error)")
        }
    }
}

/// What became of the device's memory, to be said aloud and logged.
public enum MemoryEvent: Equatable, Sendable {
    /// The store was damaged; it lies in this file now, and a new and empty one was begun.
    case setAside(path: String, reason: String)
    /// The store cannot be opened: what is remembered is lost at the program's end, if this lasts.
    case unusable(MemoryError)
    /// It can be read but not written, for want of room as a rule. As `unusable` for what is new.
    case cannotWrite(MemoryError)
    /// After one of the two before: it works again, and has what was held back.
    case worksAgain
    /// Something was queued for the archive.
    case archiveWaits
    /// More waits for the archive than may: the oldest is dropped, from now until the queue is
    /// empty again.
    case archiveIsFull
}
