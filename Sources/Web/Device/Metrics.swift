import Voice

extension DeviceStatus {
    /// For Prometheus.
    var metrics: String {
        var text = MetricsText()
        text.family(
            "pressel_info", "gauge", "The program that runs.",
            [([("name", name), ("version", version)], "1")])
        text.single(
            "pressel_uptime_seconds", "gauge", "Since the program started.",
            "\(uptime.inMilliseconds / 1000)")
        addProcess(to: &text)
        addTurns(to: &text)
        addProviders(to: &text)
        addDevices(to: &text)
        text.single(
            "pressel_archive_waiting", "gauge", "Objects that wait to be copied to the archive.",
            archive.map { "\($0.waiting)" })
        text.single(
            "pressel_archive_uploads_total", "counter", "Objects copied to the archive.",
            archive.map { "\($0.uploaded)" })
        text.single(
            "pressel_archive_up", "gauge", "Whether the last try to copy one succeeded.",
            archive.map { $0.problem == nil ? "1" : "0" })
        return text.text
    }

    private func addProcess(to text: inout MetricsText) {
        text.single(
            "pressel_memory_bytes", "gauge", "Proportional set size of all its processes.",
            "\(memory)")
        text.single(
            "process_cpu_seconds_total", "counter", "Processor time, by user and kernel.",
            "\(figures.processorTime.inMilliseconds / 1000)")
        text.single(
            "process_open_fds", "gauge", "Descriptors that are open.", "\(figures.descriptors)")
        text.single("pressel_threads", "gauge", "Threads that run.", "\(figures.threads)")
        text.single(
            "pressel_http_connections", "gauge", "Connections of programs and pages.",
            "\(figures.connections)")
        text.single(
            "pressel_event_listeners", "gauge", "Who listens to the event stream.",
            "\(figures.listeners)")
    }

    private func addTurns(to text: inout MetricsText) {
        text.family(
            "pressel_turns_total", "counter", "Turns that ended, by how they ended.",
            [Outcome.answered, .nothingHeard, .stopped, .failed].map {
                ([("outcome", $0.rawValue)], "\(turns[$0] ?? 0)")
            })
        text.histogram(
            "pressel_answer_delay_seconds",
            "From the end of the question to the first sound of the answer.",
            [([], figures.answers)])
        text.family(
            "pressel_last_turn_seconds", "gauge",
            "The last turn: how long after its first step each step was reached.",
            (lastTurn?.milliseconds ?? []).map {
                ([("step", $0.step.rawValue)], "\($0.time / 1000)")
            })
    }

    private func addProviders(to text: inout MetricsText) {
        text.histogram(
            "pressel_stage_duration_seconds",
            "How long each stage of a turn took whoever answered it.",
            figures.stages.sorted { $0.key < $1.key }.map {
                ([("stage", $0.key.stage), ("provider", $0.key.provider)], $0.value)
            })
        var requests: [MetricsText.Sample] = []
        for (link, results) in figures.requests.sorted(by: { $0.key < $1.key }) {
            for (result, count) in results.sorted(by: { $0.key < $1.key }) {
                let labels = [
                    ("stage", link.stage), ("provider", link.provider), ("result", result),
                ]
                requests.append((labels, "\(count)"))
            }
        }
        text.family(
            "pressel_provider_requests_total", "counter",
            "How often a provider was asked, by what came of it.", requests)
        text.family(
            "pressel_part_up", "gauge", "Whether a device or provider can be used.",
            (devices + providers).map {
                ([("role", $0.role), ("name", $0.name)], $0.problem == nil ? "1" : "0")
            })
    }

    private func addDevices(to text: inout MetricsText) {
        let troubles: [(name: String, help: String, count: (DeviceFigures.Card) -> Int)] = [
            ("overruns", "Captured sound that was not fetched in time.", { $0.overruns }),
            ("underruns", "Gaps in what was played.", { $0.underruns }),
            ("suspends", "How often the card was put to sleep.", { $0.suspends }),
            ("reopenings", "How often the card was lost and came back.", { $0.reopenings }),
        ]
        for trouble in troubles {
            text.family(
                "pressel_audio_\(trouble.name)_total", "counter", trouble.help,
                figures.cards.map { ([("role", $0.role)], "\(trouble.count($0))") })
        }
    }
}
