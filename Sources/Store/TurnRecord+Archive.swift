import FoundationEssentials
import Linux
import Voice

extension TurnRecord {
    /// The turn as the archive gets it, a JSON object: `id`, `time` (ISO 8601 in UTC, null if it is
    /// not known), `source`, `user`, `transcript`, `reply`, `outcome`, `failure`, `timeline` and
    /// `providers`.
    var archived: String {
        let object = Archived(
            id: id.text, time: at.map { UTCTime(unixTime: $0).long }, source: source, user: user,
            transcript: Self.beginning(of: transcript), reply: Self.beginning(of: reply),
            outcome: outcome?.rawValue, failure: failure.map(Self.beginning), timeline: timeline,
            providers: providers)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only a number that is none could be refused, and a duration never is.
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private struct Archived: Encodable {
        let id: String
        let time: String?
        let source: String
        let user: String?
        let transcript: String
        let reply: String
        let outcome: String?
        let failure: String?
        let timeline: [Mark]
        let providers: [String: String]

        private enum Key: String, CodingKey {
            case id, time, source, user, transcript, reply, outcome, failure, timeline, providers
        }

        func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: Key.self)
            try object.encode(id, forKey: .id)
            // Null rather than absent: whoever reads it finds the same keys in each.
            try object.encode(time, forKey: .time)
            try object.encode(source, forKey: .source)
            try object.encode(user, forKey: .user)
            try object.encode(transcript, forKey: .transcript)
            try object.encode(reply, forKey: .reply)
            try object.encode(outcome, forKey: .outcome)
            try object.encode(failure, forKey: .failure)
            try object.encode(timeline, forKey: .timeline)
            try object.encode(providers, forKey: .providers)
        }
    }
}
