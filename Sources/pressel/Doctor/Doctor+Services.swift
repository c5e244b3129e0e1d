import Voice
import VoiceLoop

extension Doctor {
    /// A link of one of the chains.
    struct Service {
        /// As in the settings: `speechToText`.
        let stage: String
        let name: String
        /// Nil for one that can only be asked by using it.
        let examined: (any ExaminedProvider)?

        fileprivate var isHere: Bool { ["pocketsphinx", "skills", "espeak-ng"].contains(name) }

        static func all(of parts: LoopParts) -> [Service] {
            of("speechToText", parts.recognizers) + of("languageModel", parts.languageModels)
                + of("textToSpeech", parts.synthesizers)
        }

        private static func of<P>(_ stage: String, _ chain: Failover<P>) -> [Service] {
            chain.providers.map { name, provider in
                Service(stage: stage, name: name, examined: provider as? any ExaminedProvider)
            }
        }
    }

    /// Everybody is asked whether they would serve, all at the same time.
    static func findings(_ services: [Service]) async -> [Finding] {
        await withTaskGroup(of: (Int, [Finding]).self) { group in
            for (index, service) in services.enumerated() {
                group.addTask { (index, await Self.findings(service)) }
            }
            var findings: [(Int, [Finding])] = []
            for await found in group { findings.append(found) }
            return findings.sorted { $0.0 < $1.0 }.flatMap { $0.1 }
        }
    }

    private static func findings(_ service: Service) async -> [Finding] {
        let place = "\(service.stage): \(service.name)"
        guard let examined = service.examined else {
            return service.isHere
                ? [.works(.services, "\(place) is on the device")]
                : [.note(.services, "\(place) can only be tried by a question")]
        }
        do throws(ProviderError) {
            let found = try await examined.examine()
            let choice = found.choice.map { ", with \($0)" } ?? ""
            return [.works(.services, "\(place) would serve\(choice)")]
                + found.warnings.map { .note(.services, "\(place): \($0)") }
        } catch {
            return [
                .fails(.services, "\(service.stage): \(error)", error.remedy(service.stage))
            ]
        }
    }
}

extension ProviderError {
    /// What the owner can do about it.
    fileprivate func remedy(_ stage: String) -> String {
        switch self {
        case .keyMissing(let provider):
            ProviderTable.secret(of: provider).map { "set \($0.rawValue)" } ?? "set a key"
        case .keyRefused(let provider, _):
            ProviderTable.secret(of: provider).map { "set \($0.rawValue) to a key that holds" }
                ?? "set another key"
        case .creditUsedUp: "add credit to the account there"
        case .unreachable: "look at the network, and at the link's baseURL"
        case .clockNotSet: "connect to a network, or set it: timedatectl set-ntp true"
        case .busy, .down, .timedOut, .failed, .cancelled: "try again later, or add another link"
        case .refused, .unavailable, .foreignLanguage: "look at the link in the setting \(stage)"
        }
    }
}
