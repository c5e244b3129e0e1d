import Linux
import Store
import Voice
import VoiceLoop
import Web

/// The settings and keys of the running device. What can be taken over at once is; the rest waits
/// for a restart, and is told.
actor RunningSettings: SettableDevice {
    nonisolated let settingsSchema = Settings.schema
    nonisolated let secretNames = Secrets.names

    /// What carries settings out while the device runs.
    struct Means: Sendable {
        let setVolume: @Sendable (Int) -> Void
        let setMuted: @Sendable (Bool) async -> Void
        /// Other settings of the loop, and the parts that are to be asked from now on, if others.
        let use: @Sendable (Appliance, _ makesParts: Bool) async -> Void
        let keepHistory: @Sendable (HistoryLimits) async -> Void
    }

    private let files: SettingsFiles
    private let state: StateFolder
    private let means: Means
    private let log: Log
    /// With the settings and keys that are in use.
    private(set) var appliance: Appliance
    private let secretsAtStart: Secrets
    /// Changes are made one after the other.
    private var last: Task<Void, Never>?

    init(_ configuration: Configuration, _ appliance: Appliance, means: Means, log: Log) {
        files = configuration.files
        state = configuration.state
        self.appliance = appliance
        secretsAtStart = configuration.secrets
        self.means = means
        self.log = log
    }

    func settings() async -> SettingsReport {
        let found = await onThread("settings") { [files, state] in Found(files, state) }
        return report(found)
    }

    func change(_ changes: JSONValue) async throws -> SettingsReport {
        try await inTurn { [files, state] settings in
            let found = try await onThread("settings") {
                Result { () throws(SettingsRefusal) -> Found in
                    try files.save(changes)
                    return Found(files, state)
                }
            }.mapError { HTTPError($0) }.get()
            await settings.apply(found, changes)
            return await settings.report(found)
        }
    }

    func keep(_ secrets: [String: String?]) async throws -> SettingsReport {
        try await inTurn { [files, state, log] settings in
            let found = try await onThread("secrets") {
                Result { () throws(SecretRefusal) -> Found in
                    try Secrets.save(secrets, in: state)
                    return Found(files, state)
                }
            }.mapError { HTTPError($0) }.get()
            log.info("keys were changed: \(secrets.keys.sorted().joined(separator: ", "))")
            await settings.apply(found, .object([:]))
            return await settings.report(found)
        }
    }

    private func inTurn(
        _ work: @escaping @Sendable (RunningSettings) async throws -> SettingsReport
    ) async throws -> SettingsReport {
        let before = last
        // Whoever hangs up meanwhile has asked for it all the same.
        let task = Task {
            await before?.value
            return try await work(self)
        }
        last = Task { _ = await task.result }
        return try await task.value
    }

    /// What the files and the environment say now.
    private struct Found: Sendable {
        let settings: Settings
        let complaints: [SettingsComplaint]
        let sets: (owner: [String], page: [String])
        /// The paths of the keys that are as the board has them.
        let ofBoard: [String]
        let secrets: Secrets

        init(_ files: SettingsFiles, _ state: StateFolder) {
            let tree = files.read().tree
            (settings, complaints) = Settings.reading(tree)
            ofBoard = settings.knownBoard.settings.paths.filter { tree[$0] == nil }
            sets = files.whoSets()
            secrets = Secrets(environment: { environmentOrCredential($0) }, state: state)
        }
    }

    private func apply(_ found: Found, _ changes: JSONValue) async {
        let before = appliance
        appliance.settings = before.settings.takingOver(found.settings)
        appliance.secrets = found.secrets
        let settings = appliance.settings
        // Somebody at the device may have set these otherwise since, and could not have it saved.
        if changes["audio.volume"] != nil { means.setVolume(settings.audio.volume) }
        if changes["audio.muted"] != nil { await means.setMuted(settings.audio.muted) }
        let hasOtherProviders =
            before.secrets != appliance.secrets
            || before.settings.speechToText != settings.speechToText
            || before.settings.languageModel != settings.languageModel
            || before.settings.textToSpeech != settings.textToSpeech
        await means.use(appliance, hasOtherProviders)
        if before.settings.history != settings.history {
            await means.keepHistory(HistoryLimits(settings.history))
        }
        let waiting = needsRestart(found)
        log.info(
            waiting.isEmpty
                ? "settings were changed, and hold"
                : "settings were changed; after a restart hold \(waiting.joined(separator: ", "))")
    }

    private func needsRestart(_ found: Found) -> [String] {
        // These are asked for at the start only.
        let names: [Secrets.Name] = [.awsAccessKey, .awsSecretKey, .proxy]
        let secrets = names.filter { secretsAtStart[$0] != found.secrets[$0] }.map(\.rawValue)
        return appliance.settings.tree.difference(from: found.settings.tree) + secrets
    }

    private func report(_ found: Found) -> SettingsReport {
        var report = SettingsReport(
            settings: found.settings.tree, owner: found.sets.owner, page: found.sets.page)
        report.board = found.ofBoard
        report.problems = found.complaints.map { ($0.key, $0.problem) }
        report.secrets = Secrets.Name.allCases.map { name in
            (name.rawValue, found.secrets.source(of: name)?.rawValue)
        }
        report.needsRestart = needsRestart(found)
        return report
    }
}

extension Settings {
    /// These settings with what of `others` a running device can take over.
    func takingOver(_ others: Settings) -> Settings {
        var settings = self
        settings.button.mode = others.button.mode
        settings.button.holdMilliseconds = others.button.holdMilliseconds
        settings.audio.volume = others.audio.volume
        settings.audio.muted = others.audio.muted
        settings.audio.sounds = others.audio.sounds
        settings.audio.postRollMilliseconds = others.audio.postRollMilliseconds
        settings.audio.endOfSpeechMilliseconds = others.audio.endOfSpeechMilliseconds
        settings.audio.noSpeechSeconds = others.audio.noSpeechSeconds
        settings.audio.longestTurnSeconds = others.audio.longestTurnSeconds
        settings.speechToText = others.speechToText
        settings.languageModel = others.languageModel
        settings.textToSpeech = others.textToSpeech
        settings.conversation = others.conversation
        settings.history.keepDays = others.history.keepDays
        settings.history.keepAudio = others.history.keepAudio
        return settings
    }
}

extension HTTPError {
    fileprivate init(_ refusal: SettingsRefusal) {
        switch refusal {
        case .wrong(let complaints):
            let told = complaints.prefix(10).map(\.description).joined(separator: "; ")
            self.init(
                422, "invalid_settings", "\(told); nothing was changed",
                field: complaints.first?.key)
        case .failed: self.init(503, "not_saved", "\(refusal)")
        }
    }

    fileprivate init(_ refusal: SecretRefusal) {
        switch refusal {
        case .wrong(let name, _): self.init(422, "invalid_field", "\(refusal)", field: name)
        case .failed: self.init(503, "not_saved", "\(refusal)")
        }
    }

    init(_ error: MemoryError) {
        self.init(
            503, "memory_unavailable", "\(error)", headers: [Header("Retry-After", "5")])
    }
}
