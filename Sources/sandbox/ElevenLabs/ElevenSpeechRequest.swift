import Voice

/// A request for `/v1/text-to-speech/{voice}/stream`, checked strictly.
struct ElevenSpeechRequest {
    let text: String
    let model: String
    let speed: Double

    init(_ body: [UInt8]) throws(VendorError) {
        do throws(VendorError) {
            let object = try StrictObject(body)
            try object.allow(
                only: [
                    "text", "model_id", "language_code", "voice_settings", "seed", "previous_text",
                    "next_text", "previous_request_ids", "next_request_ids",
                    "apply_text_normalization", "apply_language_text_normalization",
                    "pronunciation_dictionary_locators", "use_pvc_as_ivc",
                ])
            text = try object.needed("text", try object.string("text"))
            model = try object.string("model_id") ?? "eleven_multilingual_v2"
            try ElevenModel.check(
                model, language: try object.string("language_code"), characters: text.count)
            speed = try ElevenSettings(try object.object("voice_settings")).speed
        } catch {
            throw error.ofElevenLabs
        }
    }
}

/// How a voice is to be.
struct ElevenSettings: Equatable {
    var speed = 1.0

    init(_ object: StrictObject?) throws(VendorError) {
        guard let object else { return }
        try object.allow(
            only: ["stability", "similarity_boost", "style", "use_speaker_boost", "speed"])
        for name in ["stability", "similarity_boost", "style"] {
            _ = try object.number(name, in: 0...1)
        }
        _ = try object.bool("use_speaker_boost")
        speed = try object.number("speed", in: 0.7...1.2) ?? 1
    }
}

/// The models there are.
struct ElevenModel {
    let name: String
    let characters: Int
    let languages: [String]
    var speaks = true

    private static let many = ["en", "de", "fr", "es", "ja", "pt", "it"]
    static let all = [
        ElevenModel(name: "eleven_multilingual_v2", characters: 10_000, languages: many),
        ElevenModel(name: "eleven_v3", characters: 3_000, languages: many),
        ElevenModel(name: "eleven_turbo_v2_5", characters: 40_000, languages: many),
        ElevenModel(name: "eleven_flash_v2", characters: 30_000, languages: ["en"]),
        ElevenModel(name: "eleven_flash_v2_5", characters: 40_000, languages: many),
        ElevenModel(
            name: "eleven_multilingual_sts_v2", characters: 10_000, languages: many, speaks: false),
    ]

    static func check(
        _ name: String, language: String?, characters: Int = 0
    ) throws(VendorError) {
        guard let model = all.first(where: { $0.name == name && $0.speaks }) else {
            throw VendorError(
                400, "A model with model ID \(name) does not exist.", code: "model_not_found")
        }
        guard characters <= model.characters else {
            throw VendorError(
                400, "\(characters) characters are more than \(name) takes",
                code: "max_character_limit_exceeded")
        }
        guard let language else { return }
        guard language.utf8.count == 2, model.languages.contains(language),
            !name.hasSuffix("_v2")
        else {
            throw VendorError(
                400, "Model \(name) does not support language code \(language)",
                code: "unsupported_language")
        }
    }

    static var listing: String {
        let list = all.map { model in
            let languages = model.languages.map { "{\"language_id\":\"\($0)\",\"name\":\"\($0)\"}" }
            return """
                {"model_id":"\(model.name)","name":"\(model.name)",\
                "can_do_text_to_speech":\(model.speaks),\
                "can_do_voice_conversion":\(!model.speaks),\
                "max_characters_request_subscribed_user":\(model.characters),\
                "languages":[\(languages.joined(separator: ","))]}
                """
        }
        return "[\(list.joined(separator: ","))]"
    }
}
