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
    /// What is wrong with a whole file.
    let problems: [String]
    let state: StateFolder
    /// Whether the command line says where it is.
    let isStateNamed: Bool
    let files: SettingsFiles
    var secrets: Secrets
    /// The owner's settings file.
    let owners: String

    init(_ options: Options) throws(CommandFailure) {
        let path = options["settings"]
        if let path, access(path, R_OK) != 0 {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(
                "cannot read the settings \(path): \(reason); name another file with --settings")
        }
        state = StateFolder(
            path: options["state"] ?? StateFolder.defaultPath(environment: environment))
        isStateNamed = options["state"] != nil
        state.finishRestore()
        owners = path ?? "/etc/pressel/settings.json"
        files = SettingsFiles(owners: owners, stateFolder: state.path)
        let (tree, problems) = files.read()
        (settings, complaints) = Settings.reading(tree)
        secrets = Secrets(environment: { environmentOrCredential($0) }, state: state)
        self.problems = problems + [secrets.problem].compactMap { $0 }
    }

    /// One line each for the log.
    func report(to log: Log) {
        for problem in problems + secrets.notes { log.warning(problem) }
        for complaint in complaints {
            log.warning(
                "\(complaint) (in \(files.file(setting: complaint.key))); using the default")
        }
    }

    /// Sees that nobody else keeps a memory in this state folder. Keep what it gives as long as one
    /// is kept; nil if the folder knows no locks.
    func lock(_ log: Log) throws(CommandFailure) -> StateLock? {
        do {
            return try StateLock(state)
        } catch {
            guard case .held = error else {
                log.warning("\(error); nobody sees to it that one program at a time uses it")
                return nil
            }
            throw CommandFailure("\(error)")
        }
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
        // What is heard is kept as it was made; who plays the file has a knob of their own.
        configuration.settings.audio.volume = 100
        return configuration
    }
}
