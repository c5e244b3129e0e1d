import Glibc
import Linux
import Voice

/// A backup that arrives, to be put in the place of what the device remembers.
final class BackupUpload: BodyReceiver {
    private let connection: Connection
    private let device: any MaintainedDevice
    private let file: NewFile
    private let path: String
    private let limit: Int
    /// Nil when it is over.
    private var place: OneAtATime.Place?
    private var count = 0

    /// - Throws: 409 while another one arrives, 507 without room.
    init(
        on connection: Connection, to device: any MaintainedDevice, atMost limit: Int,
        among others: OneAtATime
    ) throws {
        guard let place = others.take() else {
            throw HTTPError(409, "busy", "another backup is being put back; wait for it")
        }
        self.place = place
        self.connection = connection
        self.device = device
        self.limit = limit
        path = device.uploadPath
        do {
            file = try NewFile(path)
        } catch {
            throw Self.failure(error)
        }
    }

    deinit { end() }

    /// Before anything is answered: whoever has got that may send another at once.
    private func end() {
        guard place != nil else { return }
        unlink(path)
        place = nil
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        count += bytes.count
        guard count <= limit else { throw HTTPError.tooLarge(limit) }
        do {
            try file.write(Array(bytes))
        } catch {
            throw Self.failure(error)
        }
    }

    func finish() throws -> Response {
        defer { end() }
        do {
            try file.finish()
        } catch {
            throw Self.failure(error)
        }
        try connection.wait { [device] in try await device.restore() }
        return Response(json: ["restarting": true], status: 202)
    }

    private static func failure(_ error: SystemError) -> HTTPError {
        [ENOSPC, EDQUOT].contains(error.code)
            ? HTTPError(507, "no_room", "there is no room for the backup on the device's disk")
            : HTTPError(503, "unavailable", "\(error)")
    }
}
