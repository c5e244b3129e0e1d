import Glibc
import Linux

/// An object that waits to be copied to the archive.
public struct PendingUpload: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
        case bytes([UInt8])
        /// The path of a file of so many bytes.
        case file(String, size: Int)
    }

    /// Of the place in the queue; what is queued anew gets another.
    public let number: Int64
    /// As in `2026/01/31/0123456789abcdef/turn.json`: the day in UTC on which the turn began, or
    /// `undated` for one that began before the clock was set, its name, and what it is.
    public let key: String
    /// A media type.
    public let type: String
    public let content: Content
}

/// The queue of the archive. What is in it is there until it was uploaded: deleting a turn takes it
/// out of history, and not out of the queue.
extension Memory {
    private static let recordName = "turn.json"
    private static let purpose = "queue a turn for the archive in"

    /// Sound that waits: links to what is in history, which may go before it was uploaded.
    private var uploadFolder: String { folder.path + "/archive" }

    private func copy(of name: String, _ turn: String) -> String {
        "\(uploadFolder)/\(turn)/\(name)"
    }

    // MARK: - Into the queue

    /// Queues a finished turn; does nothing for others.
    func queue(_ record: TurnRecord, in database: Database) throws(DatabaseError) {
        guard limits.archives, record.outcome != nil else { return }
        let text = record.archived
        try database.run(
            Self.purpose,
            """
            INSERT OR REPLACE INTO uploads (turn, name, at, content, content_bytes)
            VALUES (?, ?, ?, ?, ?)
            """,
            [
                .text(record.id.text), .text(Self.recordName), Value(record.at), .text(text),
                Value(text.utf8.count),
            ])
    }

    func queue(
        _ sound: TurnSound, of id: TurnID, bytes: Int, in database: Database
    ) throws(DatabaseError) {
        try database.run(
            Self.purpose,
            """
            INSERT OR REPLACE INTO uploads (turn, name, at, file_bytes)
            SELECT id, ?, at, ? FROM turns WHERE id = ?
            """, [.text(sound.fileName), Value(bytes), .text(id.text)])
    }

    /// Sees that a recording stays, and is on the disk, though history lets go of it.
    ///
    /// - Returns: false if it need not or cannot be queued.
    func copyForArchive(_ path: String, _ sound: TurnSound, of id: TurnID) -> Bool {
        guard limits.archives else { return false }
        let copy = copy(of: sound.fileName, id.text)
        mkdir(uploadFolder, 0o700)
        mkdir("\(uploadFolder)/\(id)", 0o700)
        unlink(copy)
        guard sync(path), Glibc.link(path, copy) == 0 || copyFile(path, to: copy) else {
            return false
        }
        try? syncFolder(of: copy)
        return true
    }

    private func sync(_ path: String) -> Bool {
        let number = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard number >= 0 else { return false }
        let file = FileDescriptor(owning: number)
        return fsync(file.number) == 0
    }

    /// For file systems without hard links.
    private func copyFile(_ path: String, to copy: String) -> Bool {
        guard let size = sizeOfFile(path), let bytes = try? readFile(path, atMost: size) else {
            return false
        }
        do {
            try replaceFile(copy, with: bytes)
            return true
        } catch {
            return false
        }
    }

    // MARK: - Out of it

    /// What waits longest; nil if nothing does.
    public func nextUpload() throws(MemoryError) -> PendingUpload? {
        while true {
            let rows = try read { database throws(DatabaseError) in
                try database.rows(
                    "read the archive's queue from",
                    """
                    SELECT sequence, turn, name, at, content, file_bytes FROM uploads
                    ORDER BY sequence LIMIT 1
                    """
                ) { UploadRow($0) }
            }
            guard let row = rows.first else {
                isArchiveFull = false
                return nil
            }
            if let upload = pending(row) { return upload }
            // Its file is gone: after a backup was restored, for one.
            try removeUpload(row)
        }
    }

    private func pending(_ row: UploadRow) -> PendingUpload? {
        let content: PendingUpload.Content
        if let text = row.content {
            content = .bytes(Array(text.utf8))
        } else {
            let paths = [copy(of: row.name, row.turn), "\(soundFolder)/\(row.turn)/\(row.name)"]
            guard let path = paths.first(where: { sizeOfFile($0) == row.fileBytes }) else {
                return nil
            }
            content = .file(path, size: row.fileBytes)
        }
        let day = row.at.map { UTCTime(unixTime: $0).folders } ?? "undated"
        return PendingUpload(
            number: row.sequence, key: "\(day)/\(row.turn)/\(row.name)",
            type: row.content == nil ? "audio/wav" : "application/json", content: content)
    }

    /// An upload is done, or will never be: it does not wait any more. Does nothing if it was
    /// queued anew meanwhile.
    public func removeUpload(_ number: Int64) throws(MemoryError) {
        let rows = try read { database throws(DatabaseError) in
            try database.rows(
                "read the archive's queue from",
                """
                SELECT sequence, turn, name, at, content, file_bytes FROM uploads
                WHERE sequence = ?
                """, [.integer(number)]
            ) { UploadRow($0) }
        }
        if let row = rows.first { try removeUpload(row) }
    }

    /// What cannot be uploaded for a reason of its own holds up nobody: it waits behind the others.
    public func postponeUpload(_ number: Int64) throws(MemoryError) {
        try write { database throws(DatabaseError) in
            try database.run(
                "postpone an upload in",
                """
                UPDATE uploads SET sequence = (SELECT max(sequence) + 1 FROM uploads)
                WHERE sequence = ?
                """, [.integer(number)])
        }
    }

    private func removeUpload(_ row: UploadRow) throws(MemoryError) {
        try write { database throws(DatabaseError) in
            try database.run(
                "take an upload out of", "DELETE FROM uploads WHERE sequence = ?",
                [.integer(row.sequence)])
        }
        removeCopy(row.turn, row.name)
    }

    private func removeCopy(_ turn: String, _ name: String) {
        unlink(copy(of: name, turn))
        // Succeeds for the last one.
        rmdir("\(uploadFolder)/\(turn)")
    }

    /// How many objects wait.
    public func waitingUploads() throws(MemoryError) -> Int {
        Int(try uploadTotals().count)
    }

    private struct Totals {
        var count: Int64 = 0
        var text: Int64 = 0
        var files: Int64 = 0
    }

    private func uploadTotals() throws(MemoryError) -> Totals {
        try read { database throws(DatabaseError) in
            try database.rows(
                "read the archive's queue from",
                "SELECT count(*), sum(content_bytes), sum(file_bytes) FROM uploads"
            ) { Totals(count: $0.integer(0), text: $0.integer(1), files: $0.integer(2)) }
            .first ?? Totals()
        }
    }

    // MARK: - Its bounds

    /// Drops the oldest as long as there is more than may be. Where turns are not archived any more,
    /// what is left of the queue lives as long as history does.
    func limitUploads() throws(MemoryError) {
        var totals = try uploadTotals()
        guard totals.count > 0 else { return }
        guard limits.archives else { return try dropOrphans() }
        let limits = limits
        guard limits.isExceeded(totals.count, totals.text, totals.files) else { return }
        let dropped = try write { database throws(DatabaseError) in
            var dropped: [UploadRow] = []
            while limits.isExceeded(totals.count, totals.text, totals.files) {
                let oldest = try database.rows(
                    "drop an upload from",
                    """
                    DELETE FROM uploads WHERE sequence = (SELECT min(sequence) FROM uploads)
                    RETURNING sequence, turn, name, at, NULL, file_bytes, content_bytes
                    """
                ) { (row: UploadRow($0), text: $0.integer(6)) }
                guard let (row, text) = oldest.first else { break }
                totals.count -= 1
                totals.text -= text
                totals.files -= Int64(row.fileBytes)
                dropped.append(row)
            }
            return dropped
        }
        for row in dropped { removeCopy(row.turn, row.name) }
        if !isArchiveFull {
            isArchiveFull = true
            tell(.archiveIsFull)
        }
    }

    private func dropOrphans() throws(MemoryError) {
        let dropped = try write { database throws(DatabaseError) in
            try database.rows(
                "drop uploads from",
                """
                DELETE FROM uploads WHERE turn NOT IN (SELECT id FROM turns)
                RETURNING sequence, turn, name, at, NULL, file_bytes
                """
            ) { UploadRow($0) }
        }
        for row in dropped { removeCopy(row.turn, row.name) }
    }

    /// Removes copies that nothing in the queue refers to: left by a power cut between the two.
    func sweepUploads() {
        let queued = try? read { database throws(DatabaseError) in
            try database.rows(
                "read the archive's queue from",
                "SELECT turn || '/' || name FROM uploads WHERE content IS NULL"
            ) { $0.text(0) }
        }
        guard let queued else { return }
        let known = Set(queued)
        for turn in names(inFolder: uploadFolder) {
            for name in names(inFolder: "\(uploadFolder)/\(turn)")
            where !known.contains("\(turn)/\(name)") {
                removeTree("\(uploadFolder)/\(turn)/\(name)")
            }
            rmdir("\(uploadFolder)/\(turn)")
        }
    }
}

private struct UploadRow {
    let sequence: Int64
    let turn: String
    let name: String
    let at: Int64?
    let content: String?
    let fileBytes: Int

    init(_ row: borrowing Statement) {
        sequence = row.integer(0)
        turn = row.text(1)
        name = row.text(2)
        at = row.optionalInteger(3)
        content = row.optionalText(4)
        fileBytes = Int(row.integer(5))
    }
}

extension HistoryLimits {
    fileprivate func isExceeded(_ count: Int64, _ text: Int64, _ files: Int64) -> Bool {
        count > mostUploads || text > mostUploadText || files > mostUploadBytes
    }
}

extension TurnSound {
    var fileName: String { "\(rawValue).wav" }
}
