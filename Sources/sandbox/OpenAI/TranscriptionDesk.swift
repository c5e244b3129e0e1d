import Voice
import Web

/// Takes a form with a recording.
final class TranscriptionDesk: Desk {
    private let transcription = TranscriptionRequest()
    private let form: FormReader

    init(_ request: Request) throws {
        form = try FormReader(of: request, atMost: VendorError.longestBody + 65_536) {
            [transcription] in try transcription.take($0)
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws { try form.receive(bytes) }

    func reply(to occasion: Occasion) throws -> Reply {
        try form.finish()
        let wanted = try transcription.checked()
        occasion.note(wanted.model, nil)
        let reply = TranscriptionReply(
            request: wanted, text: occasion.altered(occasion.script.transcript),
            moment: occasion.lastByte + occasion.profile.transcription)
        return occasion.fault == .endless ? reply.endless() : reply.reply()
    }
}
