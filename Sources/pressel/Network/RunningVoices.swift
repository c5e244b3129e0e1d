import Linux
import Store
import Voice
import Web

/// The voices that the running device can speak with.
struct RunningVoices: VoiceKeeping {
    let settings: RunningSettings
    let memory: Memory
    let log: Log

    func voices() async throws -> VoicesReport {
        var report = VoicesReport()
        do throws(MemoryError) {
            report.made = try await memory.voices().map { VoicesReport.MadeVoice($0) }
        } catch {
            throw HTTPError(error)
        }
        let libraries = await settings.appliance.voiceLibraries()
        let answers = await withTaskGroup(
            of: (Int, Result<[OfferedVoice], ProviderError>).self
        ) { group in
            for (index, place) in libraries.enumerated() {
                group.addTask { (index, await Self.voices(of: place.library)) }
            }
            var answers: [(Int, Result<[OfferedVoice], ProviderError>)] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }
        }
        for (index, answer) in answers {
            let provider = libraries[index].provider
            switch answer {
            case .success(let voices):
                for voice in voices { report.offered.append((provider, voice)) }
            case .failure(let error): report.problems.append((provider, "\(error)"))
            }
        }
        return report
    }

    private static func voices(
        of library: any VoiceLibrary
    ) async -> Result<[OfferedVoice], ProviderError> {
        do throws(ProviderError) {
            return .success(try await library.voices())
        } catch {
            return .failure(error)
        }
    }

    func removeVoice(_ id: String) async throws {
        let voice: ClonedVoice?
        do throws(MemoryError) {
            voice = try await memory.voices().first { $0.id == id }
        } catch {
            throw HTTPError(error)
        }
        guard let voice else {
            throw HTTPError(404, "not_found", "there is no voice \"\(id.prefix(40))\"")
        }
        let appliance = await settings.appliance
        guard let voices = appliance.voices(memory, appliance.table()),
            voices.provider == voice.provider
        else {
            throw HTTPError(
                409, "not_set_up", "\(Voices.Failure.elsewhere(provider: voice.provider))")
        }
        do throws(Voices.Failure) {
            try await voices.delete(id)
        } catch {
            throw HTTPError(error)
        }
    }
}

extension VoicesReport.MadeVoice {
    fileprivate init(_ voice: ClonedVoice) {
        self.init(
            id: voice.id, name: voice.name, user: voice.user, provider: voice.provider)
        self.voice = voice.providerVoice
        consentBy = voice.consentBy
        consentAt = voice.consentAt.map { UTCTime(unixTime: $0).long }
    }
}
