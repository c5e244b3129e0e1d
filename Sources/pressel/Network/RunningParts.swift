import Audio
import Codec
import Linux
import Panel
import Store
import Voice
import VoiceLoop
import Web

/// The parts of the running device, tried out while it runs.
struct RunningParts: TestableDevice {
    let audio: Settings.Audio
    let buttonSource: Settings.Button.Source
    let microphone: ALSAMicrophone
    let speaker: ALSASpeaker
    let button: ButtonPath
    let status: RunningStatus
    let events: RunningEvents
    let clock: MonotonicClock
    private let show: @Sendable (Light) -> Void
    private let log: Log
    private let tests = OneAtATime()
    private let looks = OneAtATime()

    /// - Parameter show: has the light show something.
    init(
        _ settings: Settings, microphone: ALSAMicrophone, speaker: ALSASpeaker,
        button: ButtonPath, status: RunningStatus, events: RunningEvents, clock: MonotonicClock,
        log: Log, show: @escaping @Sendable (Light) -> Void
    ) {
        audio = settings.audio
        buttonSource = settings.button.source
        self.microphone = microphone
        self.speaker = speaker
        self.button = button
        self.status = status
        self.events = events
        self.clock = clock
        self.log = log
        self.show = show
    }

    /// Looking opens them, when nobody needs them.
    func devices() async throws -> any Encodable & Sendable {
        guard let place = looks.take() else {
            throw HTTPError(
                409, "busy", "somebody looks already; try again in a moment",
                headers: [Header("Retry-After", "1")])
        }
        defer { withExtendedLifetime(place) {} }
        try await mustBeIdle()
        return await DevicesReport(audio)
    }

    func test(_ part: PartTest) async throws -> TestReport {
        guard let place = tests.take() else {
            throw HTTPError(409, "busy", "another test runs; try again when it is over")
        }
        defer { withExtendedLifetime(place) {} }
        switch part {
        case .provider(let stage, let name): return try await testProviders(stage, name)
        case .microphone(let length, let isPlayed):
            if isPlayed { try await mustBeIdle() }
            return await testMicrophone(length, isPlayed: isPlayed)
        case .sound:
            try await mustBeIdle()
            return await testSound()
        case .speaker:
            try await mustBeIdle()
            return await testSpeaker()
        case .button(let limit, let isSearched):
            try await mustBeIdle()
            return isSearched ? try await findButton(limit) : await testButton(limit)
        }
    }

    func recording(
        lasting length: Duration
    ) async throws -> AsyncThrowingStream<[UInt8], any Error> {
        guard let place = tests.take() else {
            throw HTTPError(409, "busy", "another test runs; try again when it is over")
        }
        try await mustBeIdle()
        let seconds = length.components.seconds
        log.info("somebody records at the device over the network, for \(seconds) s at most")
        let sign = Recorder.Sign(show)
        if audio.sounds { _ = await play(Sounds.tick) }
        let recorder = Recorder(
            microphone.listen(from: clock.now), length, place, sign,
            isAlone: { [status] in await status.conversationState == "idle" })
        do {
            // What is the matter with the microphone is told before the answer begins.
            try await recorder.begin()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw HTTPError(409, "microphone", "\(error)")
        }
        return AsyncThrowingStream { try await recorder.next() }
    }

    private func mustBeIdle() async throws(HTTPError) {
        guard await status.conversationState == "idle" else {
            throw HTTPError(
                409, "busy", "somebody talks to the device; try again when it is silent")
        }
    }

    private func testSpeaker() async -> TestReport {
        var result = SoundTest.Result()
        result.speaker = await play(EchoProbe.sound)
        return Self.report([result.speakerFinding(audio.playbackDevice)])
    }

    /// - Returns: why it was not played; nil if it was.
    private func play(_ sound: AudioChunk) async -> (any Error)? {
        do {
            let playback = speaker.begin()
            _ = try await playback.play(sound)
            _ = try await playback.drain()
            return nil
        } catch {
            return error
        }
    }

    private func testSound() async -> TestReport {
        let result = await SoundTest(microphone: microphone, speaker: speaker, clock: clock).run()
        return Self.report(
            result.findings(capture: audio.captureDevice, playback: audio.playbackDevice))
    }

    private func testMicrophone(_ length: Duration, isPlayed: Bool) async -> TestReport {
        var result = SoundTest.Result()
        var level: LevelReading?
        var recorded: AudioChunk?
        do {
            let (samples, _) = try await events.tellingLevels {
                try await microphone.recording(lasting: length, clock: clock)
            }
            recorded = AudioChunk(samples, format: .speech)
            let reading = LevelReading(of: AudioChunk(samples, format: .speech))
            result.noise = reading.mean
            level = reading
        } catch {
            result.microphone = error
        }
        var findings = [result.microphoneFinding(audio.captureDevice)]
        if isPlayed, let recorded {
            result.speaker = await play(recorded)
            findings.append(result.speakerFinding(audio.playbackDevice))
        }
        var report = Self.report(findings)
        if let level {
            report.figures = [
                "meanDecibels": level.mean, "peakDecibels": level.peak,
                "clippedShare": level.clipped,
            ]
        }
        return report
    }

    private func testButton(_ limit: Duration) async -> TestReport {
        let seconds = limit.components.seconds
        switch await button.press(within: limit, clock: clock) {
        case .none:
            let remedy =
                switch buttonSource {
                case .gpio: "look at its wiring, and at the settings button.chip and button.line"
                case .input: "look at its plug, and at the setting button.device"
                case .keyboard, .none: "set button.source to \"gpio\" or \"input\""
                }
            return Self.report([
                .fails(.button, "nobody pressed it within \(seconds) s", remedy)
            ])
        case .stillDown:
            return Self.report([
                .note(
                    .button, "it was pressed and not let go within \(seconds) s",
                    "if nobody holds it, look at its wiring and at button.activeLow")
            ])
        case .held(let held):
            let milliseconds = Int(held.inMilliseconds.rounded())
            var report = Self.report([
                .works(.button, "it was pressed, for \(milliseconds) ms")
            ])
            report.figures = ["heldMilliseconds": held.inMilliseconds]
            return report
        }
    }

    /// The button of the settings is one of those that can be found, and has its line for itself.
    private func findButton(_ limit: Duration) async throws -> TestReport {
        let search = ButtonSearch()
        let found: FoundButton? = try await withThrowingTaskGroup(of: FoundButton?.self) { group in
            group.addTask {
                switch await button.press(within: limit, clock: clock) {
                case .none: nil
                case .held, .stillDown: .known
                }
            }
            group.addTask {
                try await search.run(within: limit, clock: clock).map { .new($0) }
            }
            defer { group.cancelAll() }
            while let found = try await group.next() {
                if let found { return found }
            }
            return nil
        }
        switch found {
        case .known:
            return Self.report([.works(.button, "it is the button of the settings")])
        case .new(let place):
            var report = Self.report([.works(.button, "found: \(place.words)")])
            report.settings = .object(["button": place.settings])
            return report
        case nil:
            let places =
                search.count == 0
                ? "there is no line or device here that it could hang on"
                : "nobody pressed it within \(limit.components.seconds) s, anywhere it could be"
            return Self.report([
                .fails(.button, places, "look at its wiring or plug, or set it up by hand")
            ])
        }
    }

    private enum FoundButton: Sendable {
        case known, new(ButtonSearch.Place)
    }

    private func testProviders(_ stage: String?, _ name: String?) async throws -> TestReport {
        let services = Doctor.Service.all(of: status.parts).filter { service in
            (stage == nil || service.stage == stage) && (name == nil || service.name == name)
        }
        guard !services.isEmpty else {
            let place = stage.map { " in \($0)" } ?? ""
            throw HTTPError(
                422, "invalid_field",
                "there is no provider \"\(name?.prefix(40) ?? "")\"\(place); see /api/status",
                field: name == nil ? "stage" : "name")
        }
        let began = clock.now
        var report = Self.report(await Doctor.findings(services))
        report.figures = ["milliseconds": (clock.now - began).inMilliseconds.rounded()]
        return report
    }

    private static func report(_ findings: [Finding]) -> TestReport {
        TestReport(
            findings.map { finding in
                TestReport.Finding(
                    part: finding.part.rawValue, verdict: finding.verdict.rawValue,
                    found: finding.found, remedy: finding.remedy)
            })
    }
}

extension ButtonSearch.Place {
    fileprivate var words: String {
        switch self {
        case .line(let chip, let line, let isActiveLow):
            "line \(line) of \(chip), \(isActiveLow ? "to ground" : "to 3.3 V")"
        case .input(let path): path
        }
    }

    /// For the section `button`.
    fileprivate var settings: JSONValue {
        switch self {
        case .line(let chip, let line, let isActiveLow):
            .object([
                "source": .string("gpio"), "chip": .string(chip), "line": .number(Double(line)),
                "activeLow": .bool(isActiveLow),
                "bias": .string(isActiveLow ? "pull-up" : "pull-down"),
            ])
        case .input(let path):
            .object(["source": .string("input"), "device": .string(path)])
        }
    }
}
