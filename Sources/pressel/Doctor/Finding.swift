/// What the doctor found out about one part of the device.
struct Finding: Encodable, Equatable {
    /// The parts it looks at, in the order in which a turn needs them.
    enum Part: String, Encodable, CaseIterable {
        case settings, state, button, light, microphone, speaker, sound, recognizer, voice
        case clock, network
        /// Those elsewhere.
        case services, archive
    }

    enum Verdict: String, Encodable {
        case works
        /// It is not there, and nobody asked for it; or it works with a reservation.
        case note
        case fails
    }

    let part: Part
    let verdict: Verdict
    /// One line: what was looked at and what came of it.
    let found: String
    /// The command or the change that mends it; nil where there is nothing to mend.
    var remedy: String?

    static func works(_ part: Part, _ found: String) -> Finding {
        Finding(part: part, verdict: .works, found: found)
    }

    static func note(_ part: Part, _ found: String, _ remedy: String? = nil) -> Finding {
        Finding(part: part, verdict: .note, found: found, remedy: remedy)
    }

    static func fails(_ part: Part, _ found: String, _ remedy: String) -> Finding {
        Finding(part: part, verdict: .fails, found: found, remedy: remedy)
    }
}
