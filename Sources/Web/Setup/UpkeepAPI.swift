import Glibc
import Linux
public import Voice

/// The device as a whole, as whoever keeps it running reaches it.
public protocol MaintainedDevice: Sendable {
    /// The newest lines of the log that it still has, oldest first.
    func log() -> [LogLine]

    /// What it is made of. May block for a moment.
    var about: AboutDevice { get }

    /// Writes a backup.
    ///
    /// - Throws: an `HTTPError`, 409 while another is made.
    func backup() async throws -> BackupFile

    /// Where an uploaded backup is to lie until `restore`.
    var uploadPath: String { get }

    /// Puts the backup at `uploadPath` in the place of all that is remembered, and starts anew.
    ///
    /// - Throws: an `HTTPError`, 422 if it is no backup that can be used; then nothing is changed.
    func restore() async throws

    /// Starts anew, soon after it returned.
    func restart()
}

/// A file that is gone with whoever wanted it, also if they hung up before it was there.
public final class BackupFile: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }
    deinit { unlink(path) }
}

/// One line of the log.
public struct LogLine: Equatable, Sendable {
    /// Counted from 1 since the program started.
    public let number: Int
    /// ISO 8601 in UTC; nil if the clock was not set.
    public let at: String?
    public let level: Log.Level
    /// Which part of the program says it.
    public let part: String
    public let text: String

    public init(number: Int, at: String?, level: Log.Level, part: String, text: String) {
        self.number = number
        self.at = at
        self.level = level
        self.part = part
        self.text = text
    }

    var json: JSONValue {
        .object([
            "number": .number(Double(number)), "at": at.map { .string($0) } ?? .null,
            "level": .string(level.name), "part": .string(part), "text": .string(text),
        ])
    }

    static var schema: JSONValue {
        JSONSchema.object([
            "number": JSONSchema.whole, "at": JSONSchema.orNull(JSONSchema.text),
            "level": JSONSchema.choice(Log.Level.names), "part": JSONSchema.text,
            "text": JSONSchema.text,
        ])
    }
}

extension Log.Level {
    static let all: [Log.Level] = [.error, .warning, .info, .debug]
    static let names = all.map(\.name)

    var name: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        case .debug: "debug"
        }
    }
}

/// `/api/about`, `/api/log`, `/api/backup`, `/api/restore`, `/api/restart`.
public struct UpkeepAPI: Sendable {
    private let device: any MaintainedDevice
    private let uploads = OneAtATime()

    /// More than all that a device keeps.
    private static let longestBackup = 2 << 30
    private static let mostLines = 1000

    public init(_ device: any MaintainedDevice) { self.device = device }

    public func add(to api: inout API) {
        api.add(
            "GET", "/api/about", "What the device is made of: versions and licences.",
            scope: .read, describe: { $0.replies("Its parts.", AboutDevice.schema) }
        ) { [device] _, _ in Response(json: device.about.json) }
        addLog(to: &api)
        api.add(
            "GET", "/api/backup", "All that is remembered, in a file; no secret is in it.",
            scope: .admin,
            describe: { operation in
                operation.repliesBytes("The backup.", as: "application/octet-stream")
                operation.replies(409, "Another backup is being made.")
                operation.replies(503, "It could not be made.")
                operation.replies(507, "There is no room on the disk to make it.")
            }
        ) { request, _ in
            let headers = [
                Header("Content-Type", "application/octet-stream"),
                Header("Content-Disposition", "attachment; filename=\"pressel.backup\""),
                Header("Cache-Control", "no-store"),
            ]
            guard request.method != "HEAD" else { return Response(headers: headers) }
            // What is open can be read on when it is gone.
            let file = try request.connection.wait { [device] in try await device.backup() }
            return Response(headers: headers, body: try SentFile(file.path).whole)
        }
        addRestore(to: &api)
        api.add(
            "POST", "/api/restart", "Starts the program anew.", scope: .admin,
            describe: { $0.replies(202, "It will in a moment.", Self.restarting) }
        ) { _, _ in
            device.restart()
            return Response(json: ["restarting": true], status: 202)
        }
    }

    private static let restarting = JSONSchema.object(["restarting": JSONSchema.boolean])

    private func addLog(to api: inout API) {
        api.add(
            "GET", "/api/log", "The newest lines of the log, oldest first.", scope: .admin,
            describe: { operation in
                operation.parameter(
                    "after", in: .query, "Only lines with a greater number.",
                    JSONSchema.range(0...9_007_199_254_740_991))
                operation.parameter(
                    "limit", in: .query, "How many at most.",
                    JSONSchema.range(1...Self.mostLines, usually: 200))
                operation.parameter(
                    "level", in: .query, "Only lines that matter at least so much.",
                    JSONSchema.choice(Log.Level.names))
                operation.replies(
                    "Lines.", JSONSchema.object(["lines": JSONSchema.list(of: LogLine.schema)]))
                operation.replies(422, "A parameter is wrong.")
            }
        ) { request, _ in
            let after = try request.number("after", within: 0...9_007_199_254_740_991) ?? 0
            let limit = try request.number("limit", within: 1...Self.mostLines) ?? 200
            var least = Log.Level.debug
            if let name = request.queried("level") {
                guard let level = Log.Level.all.first(where: { $0.name == name }) else {
                    throw HTTPError.invalid(
                        "level",
                        "is \"\(name.prefix(40))\"; use one of "
                            + Log.Level.names.joined(separator: ", "))
                }
                least = level
            }
            let lines = device.log().filter { $0.number > after && $0.level <= least }
            return Response(json: ["lines": lines.suffix(limit).map(\.json)])
        }
    }

    private func addRestore(to api: inout API) {
        var restore = Operation(
            "POST", "/api/restore", "Puts a backup in the place of all that is remembered.",
            scope: .admin
        ) { [device, uploads] request, _ in
            guard request.contentType == "application/octet-stream" else {
                throw HTTPError(
                    415, "unsupported_media_type",
                    "the body must be a backup, as application/octet-stream")
            }
            if let length = request.contentLength, length > Self.longestBackup {
                throw HTTPError.tooLarge(Self.longestBackup)
            }
            return try BackupUpload(
                on: request.connection, to: device, atMost: Self.longestBackup, among: uploads)
        }
        restore.body = Operation.Content("application/octet-stream", schema: .object([:]))
        restore.replies(202, "It is, after the restart that follows.", Self.restarting)
        restore.replies(409, "Another backup is being put back.")
        restore.replies(413, "It is too long.")
        restore.replies(422, "It is no backup that can be used; nothing was changed.")
        restore.replies(507, "There is no room for it on the disk.")
        api.add(restore)
    }
}
