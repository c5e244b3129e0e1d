import Voice

/// The answers of `/v1/audio/transcriptions`, in all their formats.
struct TranscriptionReply {
    let request: Transcription
    let text: String
    let moment: Moment

    func reply() -> Reply {
        if request.isStream { return stream() }
        return switch request.format {
        case "text": whole(text + "\n", "text/plain; charset=utf-8")
        case "srt": whole("1\n00:00:00,000 --> \(clock(","))\n\(text)\n\n", "text/plain")
        case "vtt": whole("WEBVTT\n\n00:00:00.000 --> \(clock("."))\n\(text)\n\n", "text/vtt")
        case "verbose_json": whole(verbose, "application/json")
        case "diarized_json": whole(diarized, "application/json")
        default: whole(json, "application/json")
        }
    }

    /// A body that never ends.
    func endless() -> Reply {
        var isFirst = true
        return Reply(
            type: "application/json",
            AnyIterator {
                defer { isFirst = false }
                let bytes = Array((isFirst ? "{\"text\":\"" : text + " ").utf8)
                return Reply.Piece(moment: moment, bytes: bytes)
            })
    }

    private func stream() -> Reply {
        let deltas = tokens(of: text).map {
            Reply.Piece(
                event: "{\"type\":\"transcript.text.delta\",\"delta\":\($0.quoted)}", at: moment)
        }
        let done =
            "{\"type\":\"transcript.text.done\",\"text\":\(text.quoted),\"usage\":\(usage)}"
        return Reply(events: deltas + [Reply.Piece(event: done, at: moment)])
    }

    private func whole(_ text: String, _ type: String) -> Reply {
        Reply(whole: Array(text.utf8), type: type, at: moment)
    }

    private var json: String {
        let languages =
            request.model == "gpt-transcribe" ? ",\"languages\":[{\"code\":\"en\"}]" : ""
        return "{\"text\":\(text.quoted)\(languages),\"usage\":\(usage)}"
    }

    private var verbose: String {
        """
        {"task":"transcribe","language":"english","duration":\(seconds),"text":\(text.quoted),\
        "segments":[{"id":0,"seek":0,"start":0.0,"end":\(seconds),"text":\(text.quoted),\
        "tokens":[],"temperature":0.0,"avg_logprob":-0.1,"compression_ratio":1.0,\
        "no_speech_prob":0.01}],"usage":\(usage)}
        """
    }

    private var diarized: String {
        """
        {"task":"transcribe","duration":\(seconds),"text":\(text.quoted),\
        "segments":[{"id":"seg_0","type":"transcript.text.segment","speaker":"A","start":0.0,\
        "end":\(seconds),"text":\(text.quoted)}],"usage":\(usage)}
        """
    }

    private var usage: String {
        if request.model == "whisper-1" {
            return "{\"type\":\"duration\",\"seconds\":\(Int(seconds.rounded(.up)))}"
        }
        let heard = Int(seconds * 10)
        let said = tokens(of: text).count
        return """
            {"type":"tokens","input_tokens":\(heard),"output_tokens":\(said),\
            "total_tokens":\(heard + said),\
            "input_token_details":{"text_tokens":0,"audio_tokens":\(heard)}}
            """
    }

    /// To the millisecond, for whoever reads it.
    private var seconds: Double { ((request.seconds ?? 1) * 1000).rounded() / 1000 }

    private func clock(_ point: String) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let thousandths = Int(seconds * 1000)
        let whole = thousandths / 1000
        return [whole / 3600, whole / 60 % 60, whole % 60].map { padded($0, 2) }
            .joined(separator: ":") + point + padded(thousandths % 1000, 3)
    }
}
