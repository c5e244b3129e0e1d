import Linux
struct BenchCommand { init(_ a: [String]) throws {}
 func run() async throws -> Int32 { 0 } }
