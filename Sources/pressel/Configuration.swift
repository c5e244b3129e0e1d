import Audio
import Glibc
import Linux
import Store
import Voice

/// The settings as the command line, the files and the environment have them.
struct Configuration {
    static let options = ["settings", "state"]

    var settings: Settings
    let complaints: [SettingsComplaint]
    /// What is wrong with a whole file, and what is set but has no effect in this version.
    let problems: [String]
    let state: StateFolder

    init(_ options: Options) throws(CommandFailure) {
        let path = options["settings"]
        if let path, access(path, R_OK) != 0 {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(
                "cannot read the settings \(path): \(reason); name another file with --settings")
        }
        state = StateFolder(
            path: options["state"] ?? StateFolder.defaultPath(environment: environment))
        let files = SettingsFiles(
            owners: path ?? "/etc/pressel/settings.json", stateFolder: state.path)
        let (tree, problems) = files.read()
        (settings, complaints) = Settings.reading(tree)
        self.problems = problems + Self.withoutEffect(tree)
    }

    /// One line each for the log.
    func report(to log: Log) {
        for problem in problems { log.warning(problem) }
        for complaint in complaints { log.warning("\(complaint); using the default") }
    }

    /// Keys that are understood, but whose part this version does not have.
    private static let laterKeys = [
        "board", "button.chip", "button.line", "button.activeLow", "button.bias",
        "button.device", "button.mode", "button.debounceMilliseconds", "lights", "audio.volume",
        "audio.keepSpeakerOpen", "conversation.systemPrompt",
        "conversation.longestReplySeconds", "conversation.followUp", "history", "web", "network",
    ]

    private static func withoutEffect(_ tree: JSONValue) -> [String] {
        laterKeys.filter { key in
            let path = key.split(separator: ".").map(String.init)
            return tree.value(at: path[...]) != nil
        }.map { "setting \($0) has no effect in this version" }
    }
}

extension Configuration {
    /// The same, with `card` in place of the sound card.
    func on(_ card: SimulatedCard) -> Configuration {
        card.activate()
        var configuration = self
        // What is asked of it is in English, and so is what is said into it.
        configuration.settings.language = "en"
        configuration.settings.audio.captureDevice = card.device
        configuration.settings.audio.playbackDevice = card.device
        return configuration
    }
}

extension JSONValue {
    fileprivate func value(at path: ArraySlice<String>) -> JSONValue? {
        guard let key = path.first else { return self }
        guard case .object(let keys) = self else { return nil }
        return keys[key]?.value(at: path.dropFirst())
    }
}
