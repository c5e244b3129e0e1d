import Glibc

/// A password that was not reset: what was tried, on what, and what to do.
public struct PasswordResetFailure: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ reason: String) { description = "cannot reset the page's password: \(reason)" }
}

/// Takes away the page's password from outside, also while the device runs, which notices within
/// seconds.
public enum PasswordReset {
    /// Takes it away, and logs out whoever is logged in. Keys to the API stay.
    ///
    /// - Returns: whether there was one.
    public static func perform(in state: StateFolder) throws(PasswordResetFailure) -> Bool {
        let path = "\(state.path)/pressel.db"
        guard access(path, F_OK) == 0 else {
            throw PasswordResetFailure(
                "there is no \(path); name the state folder with --state")
        }
        do {
            let database = try Database(path, .writing)
            let version = try DatabaseFile.version(of: database)
            guard version <= Migrations.all.count else {
                throw PasswordResetFailure(
                    "a newer Pressel wrote \(path); use that one's pressel reset-password")
            }
            // No table is there yet.
            guard version > 0 else { return false }
            try database.execute("write to", "PRAGMA secure_delete = ON")
            return try database.transaction { () throws(DatabaseError) -> Bool in
                if version >= Migrations.versionWithSessions {
                    try database.run("log out in", "DELETE FROM sessions")
                }
                try database.run(
                    "write to", "DELETE FROM marks WHERE name = ?",
                    [.text(Memory.pagePasswordMark)])
                return database.changes > 0
            }
        } catch let failure as PasswordResetFailure {
            throw failure
        } catch {
            throw PasswordResetFailure("\(error); run this as root, or as the service's user")
        }
    }
}
