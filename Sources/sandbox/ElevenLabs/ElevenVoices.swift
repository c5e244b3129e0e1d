import Codec
import Synchronization
import Voice
import Web

/// The account's voices, as they are until somebody adds or removes one.
final class ElevenVoiceList: Sendable {
    struct Entry: Equatable {
        let id: String
        let name: String
        let category: String
        var language = "en"
    }

    private let state = Mutex(State())

    private struct State {
        var voices = [
            Entry(id: "adam0000000000000001", name: "Adam", category: "premade"),
            Entry(id: "rachel00000000000002", name: "Rachel", category: "premade"),
            Entry(id: "lena0000000000000003", name: "Lena", category: "premade", language: "de"),
        ]
        var made = 0
    }

    var all: [Entry] { state.withLock { $0.voices } }
    var own: Int { all.count { $0.category == "cloned" } }

    /// - Throws: what the cloud says of a voice that the account does not have.
    func check(_ id: String) throws(VendorError) {
        guard all.contains(where: { $0.id == id }) else { throw ElevenVoices.unknown(id) }
    }

    func add(_ name: String) -> Entry {
        state.withLock { state in
            state.made += 1
            let id = "clone\(state.made)"
            let entry = Entry(
                id: id + String(repeating: "0", count: 20 - id.count), name: name,
                category: "cloned")
            state.voices.append(entry)
            return entry
        }
    }

    func remove(_ id: String) throws(VendorError) {
        try check(id)
        state.withLock { $0.voices.removeAll { $0.id == id } }
    }
}

/// What can be asked about the voices, the models and the account.
enum ElevenVoices {
    static func unknown(_ id: String) -> VendorError {
        VendorError(
            400, "A voice with voice_id \(id) was not found.", code: "voice_not_found")
    }

    static func desk(for request: Request) throws -> any Desk {
        let host = request["Host"] ?? ""
        switch (request.method, request.path) {
        case ("POST", _): return try ElevenVoiceForm(request)
        case ("DELETE", _):
            let id = request.parameters["voice"] ?? ""
            return TextDesk { _, occasion in
                try occasion.stage.voices.remove(id)
                return json("{\"status\":\"ok\"}", occasion)
            }
        case (_, "/v1/models"):
            return TextDesk { _, occasion in json(ElevenModel.listing, occasion) }
        case (_, "/v1/user/subscription"):
            return TextDesk { _, occasion in json(subscription(occasion), occasion) }
        case (_, "/v1/voices"):
            return TextDesk { _, occasion in
                let list = occasion.stage.voices.all.map { described($0, host) }
                return json("{\"voices\":[\(list.joined(separator: ","))]}", occasion)
            }
        default:
            let (size, token) = try page(request)
            return TextDesk { _, occasion in
                json(page(occasion.stage.voices.all, from: token, size, host), occasion)
            }
        }
    }

    private static func page(_ request: Request) throws(VendorError) -> (Int, Int) {
        let known: Set<String> = [
            "search", "page_size", "next_page_token", "sort", "sort_direction", "voice_type",
            "category", "fine_tuning_state", "collection_id", "include_total_count", "voice_ids",
        ]
        var values: [String: String] = [:]
        for (name, value) in request.query {
            guard known.contains(name) else { throw VendorError.unknown(name).ofElevenLabs }
            values[name] = value
        }
        guard let size = Int(values["page_size"] ?? "10"), 1...100 ~= size,
            let token = Int(values["next_page_token"] ?? "0"), token >= 0
        else { throw VendorError.wrong("page_size", "a number in 1...100").ofElevenLabs }
        return (size, token)
    }

    /// Two to a page at most, whatever was asked for, so that nobody gets by without turning it.
    private static func page(
        _ all: [ElevenVoiceList.Entry], from start: Int, _ size: Int, _ host: String
    ) -> String {
        let size = min(size, 2)
        let list = all.dropFirst(start).prefix(size).map { described($0, host) }
        let hasMore = start + size < all.count
        return """
            {"voices":[\(list.joined(separator: ","))],"has_more":\(hasMore),\
            "total_count":\(all.count),\
            "next_page_token":\(hasMore ? "\"\(start + size)\"" : "null")}
            """
    }

    private static func described(_ voice: ElevenVoiceList.Entry, _ host: String) -> String {
        let preview =
            voice.category == "premade" ? "\"http://\(host)/sandbox/preview/\(voice.id)\"" : "null"
        return """
            {"voice_id":\(voice.id.quoted),"name":\(voice.name.quoted),\
            "category":\(voice.category.quoted),"labels":{"language":\(voice.language.quoted)},\
            "available_for_tiers":[],"high_quality_base_model_ids":[],"preview_url":\(preview),\
            "is_owner":\(voice.category == "cloned")}
            """
    }

    private static func subscription(_ occasion: Occasion) -> String {
        let script = occasion.script
        return """
            {"tier":"creator","character_count":0,"character_limit":100000,\
            "next_character_count_reset_unix":1800000000,\
            "voice_slots_used":\(occasion.stage.voices.own),"voice_limit":\(script.voiceSlots),\
            "voice_add_edit_counter":0,"max_voice_add_edits":100,"status":"active",\
            "can_extend_character_limit":false,"allowed_to_extend_character_limit":false,\
            "can_use_instant_voice_cloning":\(script.canClone),\
            "can_use_professional_voice_cloning":false,\
            "professional_voice_limit":0,"can_extend_voice_limit":false,"currency":"usd"}
            """
    }

    static func json(_ text: String, _ occasion: Occasion) -> Reply {
        Reply(whole: Array(text.utf8), type: "application/json", at: occasion.lastByte)
    }

    /// A recording of a voice, where anybody can fetch it: who shows a key here showed it to a
    /// stranger.
    static func preview(_ request: Request) throws(HTTPError) -> Response {
        guard request["xi-api-key"] == nil, request["Authorization"] == nil else {
            throw .badRequest("a key is not for here")
        }
        let encoder = MP3Encoder(format: AudioFormat(framesPerSecond: 24_000, channels: 1))
        let sound = ToneCode.sound(of: "this is my voice")
        return Response(
            headers: [Header("Content-Type", "audio/mpeg")],
            body: .bytes(encoder.encode(sound) + encoder.finish()))
    }
}

/// A form for `/v1/voices/add`, checked strictly.
final class ElevenVoiceForm: Desk {
    private var form: FormReader!
    private var values: [String: String] = [:]
    private var files: [[UInt8]] = []

    private static let fields: Set<String> = [
        "name", "description", "labels", "remove_background_noise",
    ]

    init(_ request: Request) throws {
        form = try FormReader(of: request, atMost: VendorError.longestBody) { [unowned self] in
            try take($0)
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws { try form.receive(bytes) }

    private func take(_ piece: FormPiece) throws {
        if piece.name == "files" {
            guard piece.fileName?.isEmpty == false, piece.contentType != nil else {
                throw VendorError.wrong("files", "files with names and types").ofElevenLabs
            }
            if piece.offset == 0 { files.append([]) }
            files[files.count - 1] += piece.bytes
            return
        }
        guard Self.fields.contains(piece.name) else {
            throw VendorError.unknown(piece.name).ofElevenLabs
        }
        values[piece.name, default: ""] += String(decoding: piece.bytes, as: UTF8.self)
    }

    func reply(to occasion: Occasion) throws -> Reply {
        try form.finish()
        guard let name = values["name"], !name.isEmpty else {
            throw VendorError.missing("name").ofElevenLabs
        }
        guard !files.isEmpty else { throw VendorError.missing("files").ofElevenLabs }
        guard files.allSatisfy({ $0.count > 1000 }) else {
            throw VendorError(
                400, "An uploaded file is too short or no sound.", code: "invalid_content")
        }
        guard occasion.script.canClone else {
            throw VendorError(
                401, "Your subscription has no access to use instant voice cloning.",
                code: "can_not_use_instant_voice_cloning")
        }
        guard occasion.stage.voices.own < occasion.script.voiceSlots else {
            throw VendorError(
                400, "You have reached your maximum amount of custom voices.",
                code: "voice_limit_reached")
        }
        occasion.note("", name)
        let voice = occasion.stage.voices.add(name)
        return ElevenVoices.json(
            "{\"voice_id\":\(voice.id.quoted),"
                + "\"requires_verification\":\(occasion.script.requiresVerification)}", occasion)
    }
}
