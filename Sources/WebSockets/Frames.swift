import CWslay
import Glibc

/// Owns wslay's state of one connection: it makes messages of bytes and bytes of messages, answers
/// pings and closes. For one thread.
final class Frames {
    private let transport: any ByteTransport
    private var context: wslay_event_context_ptr!

    /// Whether there is room for another message; if not, nothing is read.
    var hasRoom: () -> Bool = { true }
    var take: (WebSocketMessage) -> Void = { _ in }
    /// Anything at all came.
    var sign: () -> Void = {}
    /// Bytes went out.
    var progress: () -> Void = {}
    private var failure: WebSocketEnd?
    private(set) var closed: (code: Int, reason: String)?

    init(_ transport: any ByteTransport, role: WebSocket.Role, longestMessage: Int) {
        self.transport = transport
        var callbacks = wslay_event_callbacks(
            recv_callback: onReceive, send_callback: onSend, genmask_callback: onMask,
            on_frame_recv_start_callback: onFrame, on_frame_recv_chunk_callback: nil,
            on_frame_recv_end_callback: nil, on_msg_recv_callback: onMessage)
        let unowned = Unmanaged.passUnretained(self).toOpaque()
        // Both fail only for want of memory.
        let status =
            switch role {
            case .client: wslay_event_context_client_init(&context, &callbacks, unowned)
            case .server: wslay_event_context_server_init(&context, &callbacks, unowned)
            }
        precondition(status == 0, "there is memory for a connection")
        wslay_event_config_set_max_recv_msg_length(context, UInt64(longestMessage))
    }

    deinit { wslay_event_context_free(context) }

    var wantsToSend: Bool { wslay_event_want_write(context) != 0 }
    /// False once both sides closed, or what came made no sense.
    var isOpen: Bool {
        wslay_event_want_read(context) != 0 || wslay_event_want_write(context) != 0
    }
    /// Bytes of messages that wait to be sent.
    var queued: Int { Int(wslay_event_get_queued_msg_length(context)) }

    func queue(_ message: WebSocketMessage) {
        switch message {
        case .text(let text): queue(WSLAY_TEXT_FRAME, Array(text.utf8))
        case .binary(let bytes): queue(WSLAY_BINARY_FRAME, bytes)
        }
    }

    func queuePing() { queue(WSLAY_PING, []) }

    func queueClose(code: Int, reason: String) {
        let bytes = Array(reason.utf8.prefix(120))
        wslay_event_queue_close(context, UInt16(code), bytes, bytes.count)
    }

    private func queue(_ kind: wslay_opcode, _ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { buffer in
            var message = wslay_event_msg(
                opcode: UInt8(kind.rawValue), msg: buffer.baseAddress, msg_length: buffer.count)
            // Refuses only what comes behind a close.
            wslay_event_queue_msg(context, &message)
        }
    }

    /// Takes all that is there and sends all that fits.
    func pump() throws(WebSocketEnd) {
        if wslay_event_want_read(context) != 0 { try check(wslay_event_recv(context)) }
        if wslay_event_want_write(context) != 0 { try check(wslay_event_send(context)) }
    }

    private func check(_ status: CInt) throws(WebSocketEnd) {
        if status == 0 { return }
        throw failure ?? .broken(reason: "what came over it is no WebSocket's")
    }

    // MARK: - What wslay calls

    fileprivate func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard hasRoom() else { return wouldBlock }
        do {
            guard let count = try transport.receive(into: buffer) else { return wouldBlock }
            guard count > 0 else {
                return fail(.broken(reason: "the other side hung up without a word"))
            }
            sign()
            return count
        } catch {
            return fail(error)
        }
    }

    fileprivate func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        do {
            guard let count = try transport.send(bytes) else { return wouldBlock }
            progress()
            return count
        } catch {
            return fail(error)
        }
    }

    fileprivate func take(_ arrived: UnsafePointer<wslay_event_on_msg_recv_arg>) {
        let bytes = UnsafeBufferPointer(
            start: arrived.pointee.msg, count: arrived.pointee.msg_length)
        switch wslay_opcode(UInt32(arrived.pointee.opcode)) {
        // wslay has seen to it that a text is UTF-8.
        case WSLAY_TEXT_FRAME: take(.text(String(decoding: bytes, as: UTF8.self)))
        case WSLAY_BINARY_FRAME: take(.binary(Array(bytes)))
        case WSLAY_CONNECTION_CLOSE:
            let code = Int(arrived.pointee.status_code)
            // The reason stands behind two bytes of code.
            let reason = String(decoding: bytes.dropFirst(2), as: UTF8.self)
            closed = (code == 0 ? 1005 : code, reason)
        default: break
        }
    }

    /// A close has a code of two bytes, or none (RFC 6455, section 5.5.1); wslay takes half of one
    /// for none.
    fileprivate func begin(_ frame: UnsafePointer<wslay_event_on_frame_recv_start_arg>) {
        let isClose = UInt32(frame.pointee.opcode) == WSLAY_CONNECTION_CLOSE.rawValue
        if isClose, frame.pointee.payload_length == 1 { queueClose(code: 1002, reason: "") }
    }

    private func fail(_ end: WebSocketEnd) -> Int {
        failure = end
        return brokenOff
    }

    private let wouldBlock = -1
    private let brokenOff = -2
}

private func frames(_ owner: UnsafeMutableRawPointer?) -> Frames {
    Unmanaged<Frames>.fromOpaque(owner!).takeUnretainedValue()
}

/// wslay wants to be told of what a callback's -1 means.
private func told(_ count: Int, _ context: wslay_event_context_ptr?) -> Int {
    guard count < 0 else { return count }
    let code = count == -1 ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE
    wslay_event_set_error(context, CInt(code.rawValue))
    return -1
}

private func onReceive(
    _ context: wslay_event_context_ptr?, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int,
    _ flags: CInt, _ owner: UnsafeMutableRawPointer?
) -> Int {
    told(
        frames(owner).receive(UnsafeMutableRawBufferPointer(start: buffer, count: length)), context)
}

private func onSend(
    _ context: wslay_event_context_ptr?, _ bytes: UnsafePointer<UInt8>?, _ length: Int,
    _ flags: CInt, _ owner: UnsafeMutableRawPointer?
) -> Int {
    told(frames(owner).send(UnsafeRawBufferPointer(start: bytes, count: length)), context)
}

private func onMask(
    _ context: wslay_event_context_ptr?, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int,
    _ owner: UnsafeMutableRawPointer?
) -> CInt {
    // RFC 6455, section 5.3: nobody may foresee it.
    getentropy(buffer!, length)
}

private func onFrame(
    _ context: wslay_event_context_ptr?,
    _ frame: UnsafePointer<wslay_event_on_frame_recv_start_arg>?, _ owner: UnsafeMutableRawPointer?
) {
    frames(owner).begin(frame!)
}

private func onMessage(
    _ context: wslay_event_context_ptr?, _ message: UnsafePointer<wslay_event_on_msg_recv_arg>?,
    _ owner: UnsafeMutableRawPointer?
) {
    frames(owner).take(message!)
}
