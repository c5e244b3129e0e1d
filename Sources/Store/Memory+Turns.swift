import Glibc
import Linux
public import Voice

/// A turn that was saved not long ago.
struct RecentTurn {
    var record: TurnRecord
    var isWritten = false
    /// It is not part of its conversation any more.
    var isForgotten = false
}

/// Some of the history.
public struct HistoryPage: Equatable, Sendable {
    /// Newest first.
    public let turns: [TurnRecord]
    /// Where the next page begins; nil if there is none.
    public let next: Int64?
}

extension Memory {
    private static let mostRecent = 100
    private static let mostOfAPage = 200

    /// Keeps `record` in the place of an earlier one of the same id. When this returns, the disk has
    /// it, and all that was held back before.
    ///
    /// Save a turn when its reply is complete, and again at its end.
    ///
    /// - Throws: what the disk said. The turn is remembered all the same, until the program's end,
    ///   and written by the first `save` or `prune` that gets through; the newest hundred are.
    public func save(_ record: TurnRecord) throws(MemoryError) {
        guard !deleted.contains(record.id) else { return }
        hold(record)
        do {
            try prune()
        } catch {
            guard case .damaged = error else { throw error }
            // A new store has been begun.
            try prune()
        }
    }

    /// Writes what is held back, and throws away what is older than the limits allow. `save` does
    /// so too; for a device that nobody talks to, call it once an hour.
    public func prune() throws(MemoryError) {
        lookAtClocks()
        let keepsHistory = limits.keepDays > 0
        let waiting = keepsHistory ? recent.filter { !$0.isWritten } : []
        // A page each hour would wear a card out for nothing.
        let isNews = !waiting.isEmpty || !isWriting || historyClock.isNews(beside: keptClock)
        let clockToKeep = isNews ? historyClock : keptClock
        let removed = try write { database throws(DatabaseError) in
            if isNews {
                try self.setMark(Self.clockMark, to: clockToKeep.text, in: database)
            }
            for turn in waiting {
                try Self.write(turn, countedFrom: self.historyClock.believed, to: database)
                try self.queue(turn.record, in: database)
            }
            for conversation in self.forgotten.sorted() {
                try Self.forget(conversation, in: database)
            }
            // Written last, these are forgotten or not as they say themselves.
            for turn in waiting where !turn.isForgotten {
                try database.run(
                    "write to", "UPDATE turns SET is_forgotten = 0 WHERE id = ?",
                    [.text(turn.record.id.text)])
            }
            return try self.removeOld(from: database)
        }
        keptClock = clockToKeep
        forgotten = []
        // Or need not be, and shall not be when the limits change.
        for index in recent.indices { recent[index].isWritten = true }
        for id in removed { removeSound(of: id) }
        try limitUploads()
        if limits.archives, waiting.contains(where: { $0.record.outcome != nil }) {
            tell(.archiveWaits)
        }
    }

    private func hold(_ record: TurnRecord) {
        if let index = recent.firstIndex(where: { $0.record.id == record.id }) {
            recent[index].record = record
            recent[index].isWritten = false
        } else {
            recent.append(RecentTurn(record: record))
        }
        guard recent.count > Self.mostRecent else { return }
        recent.remove(at: recent.firstIndex(where: \.isWritten) ?? 0)
    }

    private static func write(
        _ turn: RecentTurn, countedFrom: Int64?, to database: Database
    ) throws(DatabaseError) {
        let values = turn.record.values
        let marks = Array(repeating: "?", count: values.count + 2).joined(separator: ", ")
        let updates = TurnRecord.columns.split(separator: ", ").dropFirst()
            .map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try database.run(
            "save a turn in",
            """
            INSERT INTO turns (\(TurnRecord.columns), is_forgotten, counted_from)
            VALUES (\(marks)) ON CONFLICT (id) DO UPDATE SET \(updates)
            """, values + [.integer(turn.isForgotten ? 1 : 0), Value(countedFrom)])
    }

    /// - Returns: the turns that are gone, and had sound.
    private func removeOld(from database: Database) throws(DatabaseError) -> [TurnID] {
        let purpose = "remove old turns from"
        var removed: [TurnID?] = []
        func remove(_ condition: String, _ values: [Value]) throws(DatabaseError) {
            removed += try database.rows(
                purpose,
                "DELETE FROM turns WHERE \(condition) RETURNING id, question_bytes + reply_bytes",
                values
            ) { $0.integer(1) > 0 ? TurnID($0.text(0)) : nil }
        }
        if limits.keepDays == 0 {
            try remove("true", [])
        } else if let now = historyClock.believed {
            // Of a turn from before the clock was set, or from a future that did not come, the age
            // is not known: it begins to age now.
            try database.run(
                purpose,
                "UPDATE turns SET counted_from = ?1 WHERE counted_from IS NULL OR counted_from > ?2",
                [.integer(now), .integer(now + 86_400)])
            try remove("counted_from < ?", [.integer(now - Int64(limits.keepDays) * 86_400)])
        }
        try remove(
            "sequence <= (SELECT max(sequence) FROM turns) - ?", [.integer(limits.mostTurns)])
        let used =
            (try database.number(purpose, "PRAGMA page_count") ?? 0)
            - (try database.number(purpose, "PRAGMA freelist_count") ?? 0)
        if used > Database.mostPages / 10 * 9 {
            // Uncommonly long ones. A twentieth makes room for a while.
            try remove(
                "sequence <= (SELECT min(sequence) + (max(sequence) - min(sequence)) / 20"
                    + " FROM turns)", [])
        }
        return removed.compactMap { $0 }
    }

    // MARK: - Conversations

    /// What a conversation remembers, oldest first. Without a working disk: what was said since the
    /// program began, as far as that is.
    public func exchanges(of conversation: String, atMost count: Int) -> [Exchange] {
        let known = recent.filter { $0.record.conversation == conversation }
        let fresh = known.filter { !$0.isForgotten && !$0.record.reply.isEmpty }
            .map { Exchange(question: $0.record.transcript, reply: $0.record.reply) }
        guard fresh.count < count, !forgotten.contains(conversation), limits.keepDays > 0 else {
            return fresh.suffix(max(count, 0))
        }
        // Some of those on the disk are those just counted.
        let stored =
            try? read { database throws(DatabaseError) in
                try database.rows(
                    "read a conversation from",
                    """
                    SELECT id, transcript, reply FROM turns
                    WHERE conversation = ? AND is_forgotten = 0 AND reply <> ''
                    ORDER BY sequence DESC LIMIT ?
                    """, [.text(conversation), Value(count + known.count)]
                ) { (id: $0.text(0), exchange: Exchange(question: $0.text(1), reply: $0.text(2))) }
            }
        let ids = Set(known.map(\.record.id.text))
        let older = (stored ?? []).filter { !ids.contains($0.id) }.map(\.exchange)
        return (older.reversed() + fresh).suffix(count)
    }

    /// Has a conversation begin anew. History keeps its turns.
    ///
    /// - Throws: if that could not be written; until the program's end it is forgotten all the same.
    public func forget(conversation: String) throws(MemoryError) {
        for index in recent.indices where recent[index].record.conversation == conversation {
            recent[index].isForgotten = true
        }
        if forgotten.count >= Self.mostRecent { forgotten.removeFirst() }
        forgotten.insert(conversation)
        try prune()
    }

    private static func forget(
        _ conversation: String, in database: Database
    ) throws(DatabaseError) {
        try database.run(
            "forget a conversation in",
            "UPDATE turns SET is_forgotten = 1 WHERE conversation = ? AND is_forgotten = 0",
            [.text(conversation)])
    }

    // MARK: - History

    private static let columns = "\(TurnRecord.columns), question_bytes, reply_bytes"

    /// A page of what is on the disk, newest first.
    ///
    /// - Parameters:
    ///   - text: only turns in whose question or answer it stands, in small or capital letters.
    ///   - next: of the page before; nil for the first.
    ///   - count: 1–200.
    public func turns(
        with text: String = "", from next: Int64? = nil, atMost count: Int = 50
    ) throws(MemoryError) -> HistoryPage {
        let count = min(max(count, 1), Self.mostOfAPage)
        let rows = try read { database throws(DatabaseError) in
            try database.rows(
                "read the history from",
                """
                SELECT \(Self.columns), sequence FROM turns
                WHERE sequence <= ? AND (?2 = '' OR instr(folded, ?2) > 0)
                ORDER BY sequence DESC LIMIT ?
                """,
                [
                    .integer(next ?? .max), .text(TurnRecord.folded(text)), Value(count + 1),
                ]
            ) { row in (turn: TurnRecord(row), sequence: row.integer(14)) }
        }
        return HistoryPage(
            turns: rows.prefix(count).compactMap(\.turn),
            next: rows.count > count ? rows[count].sequence : nil)
    }

    /// One turn; nil if history has none of that name.
    public func turn(_ id: TurnID) throws(MemoryError) -> TurnRecord? {
        try read { database throws(DatabaseError) in
            try database.rows(
                "read a turn from", "SELECT \(Self.columns) FROM turns WHERE id = ?",
                [.text(id.text)]
            ) { TurnRecord($0) }.first ?? nil
        }
    }

    /// Deletes one turn, with its sound, from history and from what its conversation remembers.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func delete(_ id: TurnID) throws(MemoryError) -> Bool {
        let known = recent.count
        recent.removeAll { $0.record.id == id }
        if recent.count < known { remember(deleted: [id]) }
        // Before the row, so that there is room where there was none.
        removeSound(of: id)
        let count = try write { database throws(DatabaseError) in
            try database.run(
                "delete a turn from", "DELETE FROM turns WHERE id = ?", [.text(id.text)])
            return database.changes
        }
        wipe()
        return count > 0 || recent.count < known
    }

    /// Deletes the whole history, with all sound. Every conversation begins anew.
    ///
    /// - Throws: what the disk said; some of it may be deleted then.
    public func deleteAllTurns() throws(MemoryError) {
        remember(deleted: recent.map(\.record.id))
        recent = []
        removeTree(soundFolder)
        // A few at a time: what is deleted stands in the log until it is overwritten.
        var count = 0
        repeat {
            count = try write { database throws(DatabaseError) in
                try database.run(
                    "delete the history from",
                    "DELETE FROM turns WHERE sequence IN (SELECT sequence FROM turns LIMIT 100)")
                return database.changes
            }
        } while count > 0
        wipe()
    }

    private func remember(deleted ids: [TurnID]) {
        deleted += ids
        deleted.removeFirst(max(0, deleted.count - Self.mostRecent))
    }

    /// Takes what was deleted out of the log too, where it still stands, and gives room back. While
    /// somebody else reads it comes later.
    private func wipe() {
        _ = try? read { database throws(DatabaseError) in
            try database.execute(
                "clear up",
                "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }
}
