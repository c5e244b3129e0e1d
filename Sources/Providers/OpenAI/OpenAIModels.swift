import FoundationEssentials
import Voice

extension HTTPService {
    /// What `GET /models` lists; all of it comes at once.
    func models() async throws(ProviderError) -> [ListedModel] {
        struct List: Decodable { let data: [ListedModel] }
        let response = try await send(HTTPRequest(method: .get, url: url("/models")))
        let bytes: [UInt8]
        do {
            bytes = try await response.body.read(atMost: 1 << 20, within: patience)
        } catch {
            throw ProviderError(error, from: name)
        }
        guard let list = try? JSONDecoder().decode(List.self, from: Data(bytes)) else {
            throw .failed(provider: name, reason: "its list of models is no JSON with data")
        }
        return list.data
    }

    /// Gets ready for a request that is soon to come: connections are opened, and the model is
    /// found out, if it has to be. Returns at once.
    func prepare(_ model: ModelChoice, for purpose: ModelChoice.Purpose, connections: Int = 1) {
        warm(connections: connections)
        // Whoever needs it learns why it is not known.
        Task { _ = try? await model.id(for: purpose, at: self) }
    }
}
