/// How the store came to look as it does: a step for each version, which never changes once it
/// was released.
enum Migrations {
    /// "PRSL": SQLite files of other programs have another number, or none.
    static let application: Int64 = 0x5052_534c

    /// The first that has the table `sessions`.
    static let versionWithSessions = 3

    static let all = [
        """
        CREATE TABLE turns (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            at INTEGER,
            counted_from INTEGER,
            source TEXT NOT NULL,
            user TEXT,
            conversation TEXT NOT NULL,
            is_forgotten INTEGER NOT NULL DEFAULT 0,
            transcript TEXT NOT NULL,
            reply TEXT NOT NULL,
            folded TEXT NOT NULL,
            outcome TEXT,
            failure TEXT,
            timeline TEXT NOT NULL,
            providers TEXT NOT NULL,
            question_bytes INTEGER NOT NULL DEFAULT 0,
            reply_bytes INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX turns_by_conversation ON turns (conversation, sequence);
        CREATE INDEX turns_by_age ON turns (counted_from);
        CREATE INDEX turns_with_sound ON turns (sequence, id, question_bytes + reply_bytes)
            WHERE question_bytes + reply_bytes > 0;
        CREATE TABLE timers (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            rings_at INTEGER NOT NULL,
            seconds INTEGER NOT NULL,
            name TEXT
        );
        CREATE TABLE voices (
            id TEXT PRIMARY KEY NOT NULL,
            user TEXT NOT NULL,
            provider TEXT NOT NULL,
            provider_voice TEXT NOT NULL,
            name TEXT NOT NULL,
            consent_at INTEGER,
            consent_by TEXT
        );
        CREATE INDEX voices_by_user ON voices (user);
        CREATE TABLE keys (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            scope TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE,
            per_minute INTEGER,
            per_day INTEGER,
            voice TEXT,
            system_prompt TEXT
        );
        CREATE TABLE marks (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
        """,
        """
        CREATE TABLE uploads (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            turn TEXT NOT NULL,
            name TEXT NOT NULL,
            at INTEGER,
            content TEXT,
            content_bytes INTEGER NOT NULL DEFAULT 0,
            file_bytes INTEGER NOT NULL DEFAULT 0,
            UNIQUE (turn, name)
        );
        CREATE INDEX uploads_by_size ON uploads (content_bytes, file_bytes);
        """,
        """
        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            hash BLOB NOT NULL UNIQUE,
            made_at INTEGER,
            used_at INTEGER,
            address TEXT NOT NULL,
            agent TEXT NOT NULL
        );
        CREATE TABLE key_uses (
            key INTEGER PRIMARY KEY REFERENCES keys (id) ON DELETE CASCADE,
            day INTEGER NOT NULL,
            count INTEGER NOT NULL
        );
        """,
    ]

    /// Brings `database`, which has the tables of `version`, to `steps.count`; each step whole or
    /// not at all.
    static func migrate(
        _ database: Database, from version: Int, by steps: [String] = all
    ) throws(DatabaseError) {
        for (index, step) in steps.enumerated().dropFirst(version) {
            try database.transaction { () throws(DatabaseError) in
                try database.execute(
                    "bring up to date",
                    """
                    \(step)
                    PRAGMA application_id = \(application);
                    PRAGMA user_version = \(index + 1);
                    """)
            }
        }
    }

    /// The tables and indexes of a database, as SQL, in the order of their names.
    static func tables(of database: Database) throws(DatabaseError) -> [String] {
        try database.rows(
            "read",
            "SELECT type || ' ' || name || ': ' || ifnull(sql, '') FROM sqlite_schema ORDER BY 1"
        ) { $0.text(0) }
    }

    /// What `tables(of:)` gives for a sound store of `version`.
    static func expectedTables(
        at version: Int, by steps: [String] = all
    ) throws(DatabaseError) -> [String] {
        let database = try Database(":memory:", .making)
        try migrate(database, from: 0, by: Array(steps.prefix(version)))
        return try tables(of: database)
    }
}
