import CZlib

/// The bytes as `Content-Encoding: gzip` has them (RFC 1952), as small as zlib makes them.
///
/// - Returns: nil if zlib cannot.
func gzipped(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard czlib_start_gzip(&stream) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    let room = Int(deflateBound(&stream, UInt(bytes.count)))
    var isWhole = false
    let result = [UInt8](unsafeUninitializedCapacity: room) { result, count in
        var bytes = bytes
        bytes.withUnsafeMutableBufferPointer { bytes in
            stream.next_in = bytes.baseAddress
            stream.avail_in = UInt32(bytes.count)
            stream.next_out = result.baseAddress
            stream.avail_out = UInt32(room)
            isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
        }
        count = Int(stream.total_out)
    }
    return isWhole ? result : nil
}
