import Codec
import TestSupport
import Testing
import Voice

@testable import sandbox

/// What a program that does everything right sends.
enum Good {
    static let chat = #"{"model":"gpt-6-luna","messages":[{"role":"user","content":"Hi"}]}"#
    static let messages =
        #"{"model":"claude-haiku-5-5","max_tokens":100,"#
        + #""messages":[{"role":"user","content":"Hi"}]}"#
    static let speech =
        #"{"model":"tts-1","input":"one two","voice":"alloy","response_format":"pcm"}"#

    /// Half a second of silence as WAV, its lengths unknown.
    static let sound: [UInt8] = {
        let encoder = WAVEncoder(format: .speech)
        return encoder.encode(.silence(lasting: .milliseconds(500), format: .speech))
    }()

    static let fields: [(String, String)] = [("model", "gpt-transcribe")]

    static func form(
        _ fields: [(String, String)] = fields, file: [UInt8]? = sound, named name: String = "q.wav"
    ) -> [UInt8] {
        var body: [UInt8] = []
        for (name, value) in fields {
            let head = "--BB\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n"
            body += Array("\(head)\(value)\r\n".utf8)
        }
        if let file {
            let head = "--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\""
            body += Array("\(head)\r\nContent-Type: audio/wav\r\n\r\n".utf8) + file + [13, 10]
        }
        return body + Array("--BB--\r\n".utf8)
    }
}

extension RawClient {
    func chat(_ body: String = Good.chat) throws -> Answer {
        try post(.chat, "application/json", Array(body.utf8))
    }

    /// - Parameter version: of the API; nil names none.
    func messages(
        _ body: String = Good.messages, version: String? = "2026-10-21"
    ) throws -> Answer {
        var headers = ["x-api-key": "k", "Content-Type": "application/json"]
        headers["anthropic-version"] = version
        return try ask(
            "POST", Endpoint.messages.path, headers: headers, body: Array(body.utf8))
    }

    func speech(_ body: String = Good.speech) throws -> Answer {
        try post(.speech, "application/json", Array(body.utf8))
    }

    func transcriptions(_ body: [UInt8] = Good.form()) throws -> Answer {
        try post(.transcriptions, "multipart/form-data; boundary=BB", body)
    }

    /// A good request, whatever the endpoint.
    func good(_ endpoint: Endpoint) throws -> Answer {
        switch endpoint {
        case .chat: try chat(Good.chat.dropLast() + #","stream":true}"#)
        case .speech: try speech()
        case .transcriptions: try transcriptions()
        case .messages: try messages(Good.messages.dropLast() + #","stream":true}"#)
        case .azureTranscription: try azureTranscription()
        case .azureSpeech: try azureSpeech()
        case .azureVoices: try azureVoices()
        case .googleSpeech: try googleSpeech()
        // A good one is signed: Providers' tests have it.
        case .archive: try ask("PUT", "\(endpoint.path)/key", body: [1])
        case .wyomingTranscription, .wyomingSpeech: preconditionFailure("not asked by HTTP")
        case .elevenSpeech: try elevenSpeech()
        case .elevenStream:
            try ask("GET", ElevenGood.stream, headers: ElevenGood.handshake)
        case .elevenVoices: try ask("GET", endpoint.path, headers: ["xi-api-key": "k"])
        default: try ask("GET", endpoint.path, headers: ["Authorization": "Bearer k"])
        }
    }

    private func post(_ endpoint: Endpoint, _ type: String, _ body: [UInt8]) throws -> Answer {
        try ask(
            "POST", endpoint.path,
            headers: ["Authorization": "Bearer k", "Content-Type": type], body: body)
    }
}

extension Sandbox {
    convenience init(fault: Fault, at endpoint: Endpoint? = nil) throws {
        var script = Script()
        script.faults = [FaultRule(fault, at: endpoint)]
        try self.init(script)
    }
}
