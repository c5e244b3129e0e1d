import FoundationEssentials
import Linux

/// `pressel bench [--engine local|sandbox] [--profile P] [--providers] [--recognition]
/// [--soak TURNS [--fault RULES]] [--writes MINUTES] [--json]`
struct BenchCommand {
    private let json: Bool
    private let recognition: Bool
    private let providers: Bool
    private let soak: Int?
    private let faults: String?
    private let writes: Int?
    private let engine: Engine?
    private let profile: SandboxProcess.Profile?
    private let configuration: Configuration

    /// What is measured; both, unless one is asked for.
    private enum Engine { case local, sandbox }

    init(_ arguments: [String]) throws {
        let options = try Options(
            command: arguments, flags: ["json", "recognition", "providers"],
            valued: ["engine", "profile", "soak", "fault", "writes"] + Configuration.options)
        json = options.has("json")
        recognition = options.has("recognition")
        providers = options.has("providers")
        let engine: Engine?
        switch options["engine"] {
        case nil: engine = nil
        case "local"?: engine = .local
        case "sandbox"?: engine = .sandbox
        case let other?:
            throw Options.Misuse("--engine is \"\(other)\"; use local or sandbox")
        }
        self.engine = engine
        guard !providers || engine == .sandbox else {
            throw Options.Misuse("--providers is for --engine sandbox")
        }
        profile = try options["profile"].map { name in
            guard engine != .local else {
                throw Options.Misuse("--profile is for --engine sandbox")
            }
            guard let profile = SandboxProcess.Profile.all.first(where: { $0.name == name }) else {
                let names = SandboxProcess.Profile.all.map(\.name).joined(separator: ", ")
                throw Options.Misuse("--profile is \"\(name)\"; use one of \(names)")
            }
            return profile
        }
        soak = try options["soak"].map { text in
            guard let turns = Int(text), turns > 0 else {
                throw Options.Misuse("--soak is \"\(text)\"; use a number of turns")
            }
            return turns
        }
        faults = options["fault"]
        guard faults == nil || soak != nil && engine == .sandbox else {
            throw Options.Misuse("--fault is for --soak with --engine sandbox")
        }
        writes = try options["writes"].map { text in
            guard let minutes = Int(text), minutes > 0 else {
                throw Options.Misuse("--writes is \"\(text)\"; use a number of minutes")
            }
            return minutes
        }
        configuration = try Configuration(options)
    }

    func run() async throws -> Int32 {
        configuration.report(to: LogWriter.log())
        if let soak {
            let faults = engine == .sandbox ? faults ?? "" : nil
            let looks = try await SoakBench(turns: soak, faults: faults, isMixed: providers)
                .run(Self.tell)
            print(json ? try Self.encoded(looks) : SoakBench.table(looks))
            return 0
        }
        if let writes {
            let bench = WritesBench(
                rest: .seconds(60 * writes), state: configuration.state.path)
            var measurements = Measurements()
            measurements.rows = try await bench.run(Self.tell)
            print(json ? try measurements.json() : measurements.table)
            return 0
        }
        guard !recognition else {
            let result = try await RecognitionBench().run(Self.tell)
            print(json ? try result.json() : result.table)
            return 0
        }
        var measurements = Measurements()
        guard !providers else {
            measurements.rows = try await SandboxBench(configuration, profile: nil)
                .families(Self.tell)
            print(json ? try measurements.json() : measurements.table)
            return 0
        }
        if engine != .sandbox, profile == nil {
            measurements.rows += try await LoopBench(configuration).run(Self.tell)
            measurements.rows += try await ServiceBench().run(Self.tell)
        }
        if engine != .local {
            measurements.rows += try await SandboxBench(configuration, profile: profile)
                .run(Self.tell)
        }
        print(json ? try measurements.json() : measurements.table)
        return 0
    }

    private static func encoded(_ looks: [SoakBench.Look]) throws -> String {
        String(decoding: try JSONEncoder().encode(looks), as: UTF8.self)
    }

    /// What is being done, for whoever waits.
    private static func tell(_ line: String) { Pressel.complain(line) }
}
