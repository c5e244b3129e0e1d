import Synchronization
import Voice

/// What was asked, and when: by the kernel's monotonic clock, which a program on the same machine
/// shares.
struct RequestRecord: Encodable, Equatable {
    let number: Int
    let method: String
    let path: String
    /// On which connection it came, counted from 1.
    let connection: Int
    var model: String?
    /// What was to be spoken, or what the user said last.
    var text: String?
    var bodyBytes = 0
    /// The fault that it met.
    var fault: String?
    /// The status it was answered with, nil if none.
    var status: Int?

    // Nanoseconds of CLOCK_MONOTONIC; nil for what did not happen.
    var acceptedNanoseconds: Int64?
    var beganNanoseconds: Int64?
    var firstBodyByteNanoseconds: Int64?
    var lastBodyByteNanoseconds: Int64?
    /// When the first piece of the answer's body was handed to the connection, and when the last.
    var firstAnswerNanoseconds: Int64?
    var lastAnswerNanoseconds: Int64?
    /// When nothing more was to be sent, or nobody was there any more to take it.
    var endedNanoseconds: Int64?
    /// Bytes of the answer's body that were handed over.
    var answerBytes = 0
    /// Whether all of it was.
    var isComplete = false
}

/// The last thousand requests.
final class Journal: Sendable {
    private let state = Mutex(State())

    private struct State {
        var count = 0
        var records: [RequestRecord] = []
    }

    private static let longest = 1000

    var records: [RequestRecord] { state.withLock { $0.records } }

    func clear() { state.withLock { $0.records = [] } }

    /// - Returns: the number by which it can be changed.
    func add(_ make: (Int) -> RequestRecord) -> Int {
        state.withLock { state in
            state.count += 1
            state.records.append(make(state.count))
            if state.records.count > Self.longest { state.records.removeFirst() }
            return state.count
        }
    }

    func change(_ number: Int, _ change: (inout RequestRecord) -> Void) {
        state.withLock { state in
            let index = state.records.lastIndex { $0.number == number }
            if let index { change(&state.records[index]) }
        }
    }
}
