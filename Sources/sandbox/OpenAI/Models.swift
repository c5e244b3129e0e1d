import Web

/// The models there are, and when they are to be shut down, as announced until November 2026.
struct Model {
    let name: String
    let endpoint: Endpoint
    let shutdown: String?
    /// Of the Realtime API: what the model is for.
    var kind: Kind?

    enum Kind { case voice, live }

    static let all: [Model] =
        [
            ("gpt-6-luna", nil), ("gpt-6-sol", nil), ("gpt-5.6-luna", nil), ("gpt-5.5", nil),
            ("gpt-5.4-mini", nil), ("gpt-5.2", nil), ("gpt-4o-mini", "2027-01-14"),
            ("gpt-4.1-mini", "2027-01-14"),
        ].map { Model(name: $0.0, endpoint: .chat, shutdown: $0.1) }
        + [
            ("gpt-transcribe", nil), ("whisper-1", "2027-02-26"),
            ("gpt-4o-transcribe", "2027-02-26"), ("gpt-4o-mini-transcribe", "2027-02-26"),
            ("gpt-4o-transcribe-diarize", "2027-02-26"),
        ].map { Model(name: $0.0, endpoint: .transcriptions, shutdown: $0.1) }
        + ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"].map {
            Model(name: $0, endpoint: .speech, shutdown: "2027-01-06")
        }
        + realtime

    private static let realtime: [Model] = [
        Model(name: "gpt-realtime-2.1", endpoint: .realtime, shutdown: nil, kind: .voice),
        Model(name: "gpt-realtime-2.1-mini", endpoint: .realtime, shutdown: nil, kind: .voice),
        Model(
            name: "gpt-realtime-mini", endpoint: .realtime, shutdown: "2027-01-20", kind: .voice),
        Model(name: "gpt-live-transcribe", endpoint: .realtime, shutdown: nil, kind: .live),
        Model(name: "gpt-realtime-whisper", endpoint: .realtime, shutdown: nil, kind: .live),
    ]

    /// - Throws: what OpenAI says of a model that this endpoint does not have.
    static func check(
        _ name: String, at endpoint: Endpoint, for kind: Kind? = nil
    ) throws(VendorError) {
        let isThere = all.contains {
            $0.name == name && $0.endpoint == endpoint && $0.kind == kind
        }
        guard isThere else {
            throw .unknownModel(name)
        }
    }

    static var listing: String {
        let data = all.map { model in
            """
            {"id":\(model.name.quoted),"object":"model","created":1700000000,\
            "owned_by":"system","shutdown_date":\(model.shutdown?.quoted ?? "null")}
            """
        }
        return "{\"object\":\"list\",\"data\":[\(data.joined(separator: ","))]}"
    }
}
