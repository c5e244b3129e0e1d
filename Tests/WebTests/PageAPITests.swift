import Linux
import TestSupport
import Testing
import Voice
import Web

/// The page's own files.
struct PageAPITests {
    private let server: Server

    init() throws {
        var api = API()
        PageAPI().add(to: &api)
        let router = api.router(behind: KeyGate("secret"))
        server = try Server(
            address: "127.0.0.1", port: 0, headers: SecurityHeaders.all
        ) { try router.handle($0) }
    }

    private func ask(
        _ path: String, _ headers: [String: String] = [:], method: String = "GET"
    ) throws -> RawClient.Answer {
        try RawClient(port: server.port).ask(method, path, headers: headers)
    }

    @Test("The page is there for everybody, and says what it is")
    func page() throws {
        let page = try ask("/")
        #expect(page.status == 200 && page.text.hasPrefix("<!doctype html>"))
        #expect(page.headers["content-type"] == "text/html; charset=utf-8")
        #expect(page.headers["content-security-policy"]?.contains("unsafe-") == false)
        #expect(
            try ask("/page/main.js").headers["content-type"] == "text/javascript; charset=utf-8")
        #expect(try ask("/page/none.js").status == 404)
    }

    @Test("Every file that a file of the page names is there")
    func whole() throws {
        for path in ["/page/page.css", "/page/main.js", "/page/icon.svg"] {
            #expect(try ask("/").text.contains("\"\(path)\""))
            #expect(try ask(path).status == 200)
        }
        for module in try ask("/page/main.js").text.matches(of: /from "\.\/([\w\/-]+\.js)"/) {
            #expect(try ask("/page/\(module.1)").status == 200, "\(module.1)")
        }
    }

    @Test("Whoever takes it is sent it compressed, and knows that again")
    func compressed() throws {
        let plain = try ask("/page/main.js")
        let taking = ["Accept-Encoding": "deflate, gzip;q=0.5, br"]
        let zipped = try ask("/page/main.js", taking)
        #expect(plain.headers["content-encoding"] == nil)
        #expect(zipped.headers["content-encoding"] == "gzip")
        for answer in [plain, zipped] { #expect(answer.headers["vary"] == "Accept-Encoding") }
        #expect(zipped.body.count < plain.body.count / 2)
        #expect(zipped.body.starts(with: [0x1f, 0x8b]))
        let tag = try #require(zipped.headers["etag"])
        #expect(tag != plain.headers["etag"])
        let again = try ask("/page/main.js", taking.merging(["If-None-Match": tag]) { $1 })
        #expect(again.status == 304)
        for none in ["gzip;q=0", "gzip; q=0.0", "identity", ""] {
            let answer = try ask("/page/main.js", ["Accept-Encoding": none])
            #expect(answer.headers["content-encoding"] == nil, "\(none)")
        }
        #expect(try unzip(zipped.body) == plain.body)
    }

    /// By gzip's own program.
    private func unzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let child = try ChildProcess("/usr/bin/gzip", ["-dc"])
        _ = try bytes.withUnsafeBytes { try child.write($0) }
        child.closeInput()
        var result: [UInt8] = []
        while case let part = try child.read(atMost: 65_536), !part.isEmpty { result += part }
        #expect(child.wait() == 0)
        return result
    }

    @Test("What a browser has already is not sent again, and looked at each time")
    func kept() throws {
        for path in ["/", "/page/page.css", "/page/main.js"] {
            let first = try ask(path)
            let tag = try #require(first.headers["etag"])
            #expect(first.headers["cache-control"] == "no-cache")
            for known in [tag, "W/\(tag)", "\"older\", \(tag)", "*"] {
                let again = try ask(path, ["If-None-Match": known])
                #expect(again.status == 304 && again.body.isEmpty, "\(known)")
                #expect(again.headers["etag"] == tag)
                #expect(again.headers["cache-control"] == "no-cache")
            }
        }
        let other = try #require(try ask("/page/main.js").headers["etag"])
        for known in [other, "\"older\"", "", ",", "\"", "W/"] {
            let answer = try ask("/", ["If-None-Match": known])
            #expect(answer.status == 200 && !answer.body.isEmpty, "\(known)")
        }
    }
}
