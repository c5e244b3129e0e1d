import FoundationEssentials
import TestSupport
import Voice

extension RawClient.Answer {
    var tree: JSONValue? { try? JSONDecoder().decode(JSONValue.self, from: Data(body)) }
}
