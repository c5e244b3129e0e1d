extension String {
    /// On one line, as answers are. Debian 13's formatter crashes on `\#` at the end of a line of a
    /// raw string.
    var unbroken: String { filter { $0 != "\n" } }
}
