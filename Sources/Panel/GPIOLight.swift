import CGPIO
import Glibc
public import Voice

/// A line that something can be switched with.
protocol OutputLine: AnyObject {
    func set(_ isActive: Bool) throws(PanelError)
}

/// A GPIO line as an output; inactive at first.
final class GPIOOutput: OutputLine {
    private let address: GPIOAddress
    private let handle: GPIOHandle

    init(_ address: GPIOAddress, isActiveLow: Bool) throws(PanelError) {
        let handle = try GPIOHandle.opening(address)
        try handle.requestOutput(address, isActiveLow: isActiveLow)
        self.handle = handle
        self.address = address
    }

    func set(_ isActive: Bool) throws(PanelError) {
        let status = cgpio_set(handle.pointer, isActive ? 1 : 0)
        guard status < 0 else { return }
        throw PanelError("set", "\(address)", String(cString: strerror(-status)))
    }
}

/// A lamp that can only be on or off: what moves becomes a slow blinking.
final class GPIOLight: LightOutput {
    private let line: any OutputLine
    private var isOn: Bool?

    init(_ line: any OutputLine) { self.line = line }

    func show(_ frame: LightFrame) throws(PanelError) {
        let isOn = frame.isOn(from: 0.5)
        guard isOn != self.isOn else { return }
        try line.set(isOn)
        self.isOn = isOn
    }
}

extension Lights {
    /// A lamp on a GPIO line, on or off.
    ///
    /// - Parameters:
    ///   - isActiveLow: it is lit when the line is low.
    ///   - brightness: in percent; 0 keeps it dark, anything else is the same to it.
    public convenience init(
        on address: GPIOAddress, isActiveLow: Bool, brightness: Int, log: Log
    ) {
        self.init("\(address)", brightness: brightness, palette: Palette(), log: log) {
            () throws(PanelError) in
            GPIOLight(try GPIOOutput(address, isActiveLow: isActiveLow))
        }
    }
}
