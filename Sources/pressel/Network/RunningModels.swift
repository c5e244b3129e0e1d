import Linux
import Voice
import Web

/// The models that the providers of the running device list.
struct RunningModels: ModelListing {
    let settings: RunningSettings

    func models(for stage: String?, of provider: String?) async -> ModelsReport {
        let libraries = await settings.appliance.modelLibraries().filter { place, _ in
            (stage ?? place.stage) == place.stage && (provider ?? place.provider) == place.provider
        }
        let answers = await withTaskGroup(
            of: (Int, Result<[OfferedModel], ProviderError>).self
        ) { group in
            for (index, place) in libraries.enumerated() {
                group.addTask { (index, await Self.models(of: place.library)) }
            }
            var answers: [(Int, Result<[OfferedModel], ProviderError>)] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }
        }
        var report = ModelsReport()
        for (index, answer) in answers {
            let place = libraries[index].place
            switch answer {
            case .success(let models): report.offered += models.map { (place, $0) }
            case .failure(let error): report.problems.append((place, "\(error)"))
            }
        }
        return report
    }

    private static func models(
        of library: any ModelLibrary
    ) async -> Result<[OfferedModel], ProviderError> {
        do throws(ProviderError) {
            return .success(try await library.models())
        } catch {
            return .failure(error)
        }
    }
}
