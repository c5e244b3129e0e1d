import Codec
import Glibc
import Linux
public import Voice

/// Which recording of a turn.
public enum TurnSound: String, CaseIterable, Sendable {
    case question
    case reply

    var column: String { "\(rawValue)_bytes" }
}

extension Memory {
    var soundFolder: String { folder.path + "/audio" }

    private func path(of sound: TurnSound, _ id: TurnID) -> String {
        "\(soundFolder)/\(id)/\(sound.rawValue).wav"
    }

    /// Keeps a recording of a turn that was saved, as a WAV file, if the owner wants recordings
    /// kept and there is room for them. The oldest sound goes when there is too much of it.
    ///
    /// - Returns: whether it was kept.
    @discardableResult
    public func keep(
        _ chunk: AudioChunk, as sound: TurnSound, of id: TurnID
    ) throws(MemoryError) -> Bool {
        guard limits.keepAudio, limits.keepDays > 0, chunk.frames > 0, hasRoomForSound,
            try turn(id) != nil
        else { return false }
        mkdir(soundFolder, 0o700)
        mkdir("\(soundFolder)/\(id)", 0o700)
        let path = path(of: sound, id)
        do {
            try AudioFile.write(chunk, to: path + ".new")
        } catch {
            removeTree(path + ".new")
            throw .failed(reason: "\(error)")
        }
        chmod(path + ".new", 0o600)
        let bytes = sizeOfFile(path + ".new") ?? 0
        guard rename(path + ".new", path) == 0 else {
            throw .failed(reason: "\(SystemError("keep", path, code: errno))")
        }
        let isCopied = copyForArchive(path, sound, of: id)
        do {
            try write { database throws(DatabaseError) in
                try database.run(
                    "note a recording in", "UPDATE turns SET \(sound.column) = ? WHERE id = ?",
                    [Value(bytes), .text(id.text)])
                if isCopied { try self.queue(sound, of: id, bytes: bytes, in: database) }
            }
        } catch {
            removeTree(path)
            throw error
        }
        try limitSound()
        try limitUploads()
        if isCopied { tell(.archiveWaits) }
        return true
    }

    /// Where a recording lies; nil if there is none.
    public func file(of sound: TurnSound, _ id: TurnID) throws(MemoryError) -> String? {
        guard let turn = try turn(id) else { return nil }
        let isKept =
            switch sound {
            case .question: turn.hasQuestionSound
            case .reply: turn.hasReplySound
            }
        let path = path(of: sound, id)
        return isKept && access(path, R_OK) == 0 ? path : nil
    }

    private var hasRoomForSound: Bool {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return false }
        return Int64(status.f_bavail) * Int64(status.f_frsize) >= limits.leastFreeBytes
    }

    /// Removes the oldest sound as long as there is more than may be.
    private func limitSound() throws(MemoryError) {
        let limit = limits.mostSoundBytes
        let removed = try write { database throws(DatabaseError) in
            let purpose = "remove old recordings from"
            let condition = "question_bytes + reply_bytes > 0"
            let total = try database.number(
                purpose, "SELECT sum(question_bytes + reply_bytes) FROM turns WHERE \(condition)")
            var excess = (total ?? 0) - limit
            var removed: [TurnID] = []
            while excess > 0 {
                let oldest = try database.rows(
                    purpose,
                    "SELECT sequence, id, question_bytes + reply_bytes FROM turns"
                        + " WHERE \(condition) ORDER BY sequence LIMIT 1"
                ) { (sequence: $0.integer(0), id: TurnID($0.text(1)), bytes: $0.integer(2)) }
                guard let turn = oldest.first else { break }
                try database.run(
                    purpose,
                    "UPDATE turns SET question_bytes = 0, reply_bytes = 0 WHERE sequence = ?",
                    [.integer(turn.sequence)])
                removed += [turn.id].compactMap { $0 }
                excess -= turn.bytes
            }
            return removed
        }
        for id in removed { removeSound(of: id) }
    }

    func removeSound(of id: TurnID) { removeTree("\(soundFolder)/\(id)") }

    /// Removes sound of which nobody knows: left by a power cut between the file and the row.
    func sweep() {
        let kept = try? read { database throws(DatabaseError) in
            try database.rows(
                "read the history from",
                "SELECT id FROM turns WHERE question_bytes + reply_bytes > 0"
            ) { $0.text(0) }
        }
        guard let kept else { return }
        for name in Set(names(inFolder: soundFolder)).subtracting(kept) {
            removeTree("\(soundFolder)/\(name)")
        }
        sweepUploads()
    }
}
