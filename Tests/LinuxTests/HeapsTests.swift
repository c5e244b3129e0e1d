import Glibc
import Linux
import Testing

struct HeapsTests {
    /// Of this process, in kB.
    private func resident() throws -> Int {
        let text = String(
            decoding: try readFile("/proc/self/smaps_rollup", atMost: 10_000), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("Rss:") })
        return try #require(line.split(separator: " ").compactMap { Int($0) }.first)
    }

    @Test("Code that was given back comes back, a library's too, and what was written stays")
    func code() throws {
        let library = try #require(dlopen("libsndfile.so.1", RTLD_NOW))
        defer { dlclose(library) }
        typealias Version = @convention(c) () -> UnsafePointer<CChar>?
        let symbol = try #require(dlsym(library, "sf_version_string"))
        let version = unsafeBitCast(symbol, to: Version.self)
        let before = try resident()
        for _ in 0..<3 { giveBackCode() }
        // The tests alone are tens of megabytes.
        #expect(try resident() < before - 5_000)
        #expect(version().map { String(cString: $0).hasPrefix("libsndfile") } == true)
        #expect(["b", "a"].sorted() == ["a", "b"])
    }
}
