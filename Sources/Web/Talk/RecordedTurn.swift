/// A turn whose question is a recording in a form, and is asked while the form still comes.
final class RecordedTurn {
    /// What the turn is to be, by the form's other fields.
    ///
    /// - Parameter isAll: whether no others come.
    typealias Order = (_ fields: [String: String], _ isAll: Bool) throws -> TalkOrder

    private let device: any TalkingDevice
    private let connection: Connection
    private let field: String
    private let order: Order
    private var held: HeldTurn?
    private var isWhole = true

    private init(
        _ device: any TalkingDevice, _ connection: Connection, field: String,
        order: @escaping Order
    ) {
        self.device = device
        self.connection = connection
        self.field = field
        self.order = order
    }

    /// - Parameters:
    ///   - field: the name of the part that is the recording.
    ///   - needed: fields without which nobody knows what the turn is to be. Where the recording
    ///     comes before them, it is taken in, and nobody is asked until they are there.
    ///   - answer: is called when the recording is complete.
    ///   - without: answers where there is no recording.
    static func receiver(
        of request: Request, at device: any TalkingDevice, field: String, needing needed: [String],
        order: @escaping Order,
        without: @escaping ([String: String]) throws -> Response,
        answer: @escaping (HeldTurn) throws -> Response
    ) throws -> any BodyReceiver {
        let recorded = RecordedTurn(device, request.connection, field: field, order: order)
        return try TalkForm(
            of: request, recordings: [field],
            TalkForm.Actions(
                begins: { _, fields in
                    try recorded.begin(fields, isWhole: needed.allSatisfy { fields[$0] != nil })
                },
                hears: { try recorded.hear($0) },
                ends: { fields in
                    guard let held = try recorded.end(fields) else { return try without(fields) }
                    return try answer(held)
                }))
    }

    private func begin(_ fields: [String: String], isWhole: Bool) throws {
        self.isWhole = isWhole
        held = try HeldTurn(
            try order(fields, false), isWhole: isWhole, at: device, for: connection)
    }

    private func hear(_ bytes: [UInt8]) throws {
        do {
            try held?.turn.hear(bytes)
        } catch let error as HTTPError {
            // Its place is somebody else's now, and not when the rest of the form was read.
            held = nil
            throw error.about(field)
        }
    }

    private func end(_ fields: [String: String]) throws -> HeldTurn? {
        guard let held else { return nil }
        self.held = nil
        if !isWhole { try held.complete(by: try order(fields, true)) }
        do {
            try held.turn.heardAll()
        } catch let error as HTTPError {
            throw error.about(field)
        }
        return held
    }
}
