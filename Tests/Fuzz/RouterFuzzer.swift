import Synchronization
import Voice

/// What may come as the head of a request: lines, the first with a method and a target, the others
/// with a header each. Nothing of it goes over a network.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
    }
    let words = lines[0].split(separator: " ", maxSplits: 1)
    let target = words.count > 1 ? String(words[1]) : lines[0]
    look(at: target)
    let headers = lines.dropFirst().map { line in
        let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return Header(String(halves[0]), halves.count > 1 ? String(halves[1]) : "")
    }
    let isUsual = bytes.count % 2 == 0
    handle(
        words.first.map(String.init) ?? "", target,
        isUsual ? headers + [Header("Host", "a")] : headers)
    return 0
}

private func look(at text: String) {
    guard let target = try? RequestTarget(text) else { return }
    let path = Array(target.path.utf8)
    precondition(path.first == UInt8(ascii: "/"), "a path begins with a slash")
    precondition(!path.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0x5C }, "it hides something")
    let parts = path.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
        precondition(!part.isEmpty || index == parts.count - 1, "two slashes are one to some")
        precondition(!part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8), "it moves")
    }
    // Written anew, it is the same.
    func written(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return byte == 0x2F ? "/" : "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
    var again = written(target.path)
    for (index, pair) in target.query.enumerated() {
        again += "\(index == 0 ? "?" : "&")\(written(pair.name))=\(written(pair.value))"
    }
    guard let second = try? RequestTarget(again) else {
        preconditionFailure("it cannot be written")
    }
    precondition(second.path.utf8.elementsEqual(path), "it changes when it is written anew")
    precondition(
        second.query.elementsEqual(target.query) {
            $0.name.utf8.elementsEqual($1.name.utf8) && $0.value.utf8.elementsEqual($1.value.utf8)
        }, "its query changes when it is written anew")
}

private final class Hits: Sendable {
    let parameters = Mutex<[String: String]>([:])
}

private let hits = Hits()

private let router: Router = {
    var router = Router()
    for (method, path) in [
        ("GET", "/"), ("GET", "/health"), ("POST", "/post-audio"), ("GET", "/api/turns"),
        ("GET", "/api/turns/{id}"), ("DELETE", "/api/turns/{id}"),
        ("GET", "/api/turns/{id}/question.wav"), ("GET", "/a/{one}/{two}"),
    ] {
        router.on(method, path) { request in
            hits.parameters.withLock { $0 = request.parameters }
            return try WholeBody(of: request, atMost: 100) { _ in Response() }
        }
    }
    return router
}()

private let connection = Connection(
    number: 1, LibraryConnection(pointer: nil), descriptor: -1, peer: "127.0.0.1",
    local: "127.0.0.1", isSecure: false, signals: ServerSignals(), limits: ServerLimits())

private func handle(_ method: String, _ target: String, _ headers: [Header]) {
    hits.parameters.withLock { $0 = [:] }
    do {
        let request = try Request(
            method: method, target: target, version: "HTTP/1.1", headers: headers,
            connection: connection, began: .now)
        _ = request.contentType
        _ = try router.handle(request)
        precondition(request.contentLength.map { $0 <= 100 } ?? true, "it is too long")
        for value in hits.parameters.withLock({ $0 }).values {
            precondition(!value.isEmpty && !value.utf8.contains(0x2F), "a part is one part")
        }
    } catch {
        guard let refusal = error as? HTTPError else { preconditionFailure("\(error)") }
        precondition([400, 404, 405, 413, 415].contains(refusal.status), "\(refusal)")
    }
}
