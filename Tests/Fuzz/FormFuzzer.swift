import Glibc
import Linux
import Synchronization
import Voice

/// What may come as a form: the first byte says in what pieces, the rest is the body. It goes over a
/// connection, since the library takes forms apart nowhere else.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let body = Array(bytes[1...])
    let whole = client.ask(body, pieces: body.count)
    let pieces = client.ask(body, pieces: Int(bytes[0] % 64) + 1)
    for status in [whole.status, pieces.status] {
        precondition([200, 400, 413].contains(status), "a form is answered with \(status)")
    }
    precondition(whole == pieces, "how it comes makes a difference: \(whole) \(pieces)")
    return 0
}

private struct Outcome: Equatable {
    var status = 0
    var parts: [Part] = []

    struct Part: Equatable {
        let names: [String?]
        var bytes: [UInt8]
    }
}

/// What the server made of the last form.
private final class Taken: Sendable {
    let parts = Mutex<[Outcome.Part]>([])
}

private let taken = Taken()

private let server: Server = {
    let handler: Handler = { request in
        taken.parts.withLock { $0 = [] }
        return try FormReceiver(of: request, atMost: 4000) { piece in
            precondition(!piece.name.isEmpty, "a part has a name")
            taken.parts.withLock { parts in
                if piece.offset == 0 {
                    parts.append(
                        .init(
                            names: [piece.name, piece.fileName, piece.contentType],
                            bytes: piece.bytes))
                } else {
                    precondition(parts.last!.bytes.count == piece.offset, "something is missing")
                    parts[parts.count - 1].bytes += piece.bytes
                }
            }
        } answer: {
            Response()
        }
    }
    do {
        return try Server(address: "127.0.0.1", port: 0, handler: handler)
    } catch {
        preconditionFailure("\(error)")
    }
}()

nonisolated(unsafe) private let client = Client()

/// Asks over one connection, and over another when that ends.
private final class Client {
    private var socket: CInt = -1

    func ask(_ body: [UInt8], pieces size: Int) -> Outcome {
        let head = """
            POST / HTTP/1.1\r
            Host: a\r
            Content-Type: multipart/form-data; boundary=BB\r
            Transfer-Encoding: chunked\r
            \r

            """
        var bytes = Array(head.utf8)
        for start in stride(from: 0, to: body.count, by: size) {
            let piece = body[start..<min(start + size, body.count)]
            bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
        }
        bytes += Array("0\r\n\r\n".utf8)
        // A connection that was ended behind the last answer shows only when it is used.
        for _ in 0..<2 {
            if socket < 0 { connectAgain() }
            if let status = exchange(bytes) {
                return Outcome(
                    status: status, parts: status == 200 ? taken.parts.withLock { $0 } : [])
            }
            close(socket)
            socket = -1
        }
        return Outcome()
    }

    private func connectAgain() {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(server.port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0)
            }
        }
        var on: CInt = 1
        setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    }

    private func exchange(_ bytes: [UInt8]) -> Int? {
        guard send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            return nil
        }
        var answer: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 4096)
        while true {
            let got = recv(socket, &room, room.count, 0)
            guard got > 0 else { return nil }
            answer += room.prefix(got)
            let text = String(decoding: answer, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { continue }
            let words = text[..<end.lowerBound].lowercased()
            let length = words.firstRange(of: "content-length: ").flatMap { found in
                Int(words[found.upperBound...].prefix { $0.isNumber })
            }
            guard text[end.upperBound...].utf8.count >= length ?? 0 else { continue }
            return Int(text.split(separator: " ")[1])
        }
    }
}
