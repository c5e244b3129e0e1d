import CGPIO
import Glibc
import Linux
import Voice

/// What holds a line while nothing drives it.
public enum GPIOBias: Sendable {
    case none, pullUp, pullDown

    var code: CInt {
        switch self {
        case .none: CInt(CGPIO_BIAS_NONE)
        case .pullUp: CInt(CGPIO_BIAS_PULL_UP)
        case .pullDown: CInt(CGPIO_BIAS_PULL_DOWN)
        }
    }
}

extension GPIOHandle {
    /// As others see who has the line.
    private static let consumer = "pressel"

    /// Opens the chip of `address`.
    static func opening(_ address: GPIOAddress) throws(PanelError) -> GPIOHandle {
        let (chips, refusal) = GPIOChip.all()
        guard let chip = GPIOChip.named(address.chip, among: chips) else {
            throw .noChip(address, among: chips, refusal: refusal)
        }
        var status: CInt = 0
        guard let handle = GPIOHandle(opening: chip.path, status: &status) else {
            throw .noChip(address, among: [], refusal: -status)
        }
        return handle
    }

    func requestEdges(
        _ address: GPIOAddress, bias: GPIOBias, isActiveLow: Bool
    ) throws(PanelError) {
        let offset = try offset(of: address)
        try check(
            cgpio_request_edges(pointer, offset, bias.code, isActiveLow ? 1 : 0, Self.consumer),
            address, offset)
    }

    func requestOutput(_ address: GPIOAddress, isActiveLow: Bool) throws(PanelError) {
        let offset = try offset(of: address)
        try check(
            cgpio_request_output(pointer, offset, isActiveLow ? 1 : 0, Self.consumer),
            address, offset)
    }

    private func offset(of address: GPIOAddress) throws(PanelError) -> CInt {
        let count = cgpio_line_count(pointer)
        let offset =
            switch address.line {
            case .offset(let offset): CInt(clamping: offset)
            case .name(let name): cgpio_find_line(pointer, name)
            }
        guard (0..<count).contains(offset) else { throw .noLine(address, lines: Int(count)) }
        return offset
    }

    private func check(
        _ status: CInt, _ address: GPIOAddress, _ offset: CInt
    ) throws(PanelError) {
        guard status < 0 else { return }
        var consumer = [CChar](repeating: 0, count: 64)
        let isUsed = cgpio_consumer(pointer, offset, &consumer, consumer.count) == 1
        let name = consumer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        throw .refused(
            address, code: -status, consumer: isUsed ? String(decoding: name, as: UTF8.self) : nil)
    }
}

/// A GPIO line whose edges the kernel reports with their times.
final class GPIOLine: ButtonLine {
    private let address: GPIOAddress
    private let handle: GPIOHandle

    /// As many as the kernel keeps of one line.
    private static let longestBatch = 16

    init(_ address: GPIOAddress, bias: GPIOBias, isActiveLow: Bool) throws(PanelError) {
        let handle = try GPIOHandle.opening(address)
        try handle.requestEdges(address, bias: bias, isActiveLow: isActiveLow)
        self.handle = handle
        self.address = address
    }

    func edges(until deadline: Moment?, or wake: borrowing Wake) throws(PanelError) -> [Edge] {
        let descriptor = cgpio_descriptor(handle.pointer)
        switch wait(for: descriptor, until: deadline, or: wake) {
        case .neither: return []
        case .gone: throw PanelError("read", "\(address)", String(cString: strerror(ENODEV)))
        case .readable: break
        }
        var edges = [cgpio_edge](repeating: cgpio_edge(), count: Self.longestBatch)
        let count = cgpio_read_edges(handle.pointer, &edges, CInt(edges.count))
        try check(count)
        return edges[..<Int(count)].map { edge in
            Edge(isActive: edge.active != 0, at: Moment(nanoseconds: Int64(edge.nanoseconds)))
        }
    }

    func isActive() throws(PanelError) -> Bool {
        let level = cgpio_get(handle.pointer)
        try check(level)
        return level != 0
    }

    private func check(_ status: CInt) throws(PanelError) {
        guard status < 0 else { return }
        throw PanelError("read", "\(address)", String(cString: strerror(-status)))
    }
}
