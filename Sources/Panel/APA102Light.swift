import Glibc
import Linux
public import Voice

/// A chain of APA102 lamps on an SPI bus, all showing the same.
final class APA102Light: LightOutput {
    private let device: SPIDevice
    private let count: Int

    /// A chain of 500 then takes 16 ms, and long wires still work.
    private static let hertz = 1_000_000

    init(_ path: String, count: Int) throws(PanelError) {
        self.count = count
        do throws(SystemError) {
            device = try SPIDevice(opening: path, hertz: Self.hertz)
        } catch {
            throw Self.failure(error)
        }
    }

    func show(_ frame: LightFrame) throws(PanelError) {
        do throws(SystemError) {
            try device.write(Self.bytes(frame, count: count))
        } catch {
            throw Self.failure(error)
        }
    }

    /// What the chain is sent: 32 zero bits; for each lamp three ones, five bits of brightness,
    /// blue, green and red; and at the end a clock edge for every second lamp, since each delays
    /// what it passes on by half a clock. Zeros, so that a lamp too many stays dark; 32 of them
    /// more for the SK9822, which shows nothing new before.
    static func bytes(_ frame: LightFrame, count: Int) -> [UInt8] {
        let isLit = frame.level > 0 && frame.brightness > 0
        // The owner's setting goes into the five bits and leaves all eight to the pattern.
        let head = 0xe0 | UInt8(isLit ? max((31 * frame.brightness).rounded(), 1) : 0)
        func part(_ value: UInt8) -> UInt8 {
            isLit ? UInt8((Double(value) * frame.level).rounded()) : 0
        }
        let colour = frame.colour
        let lamp = [head, part(colour.blue), part(colour.green), part(colour.red)]
        var bytes: [UInt8] = [0, 0, 0, 0]
        for _ in 0..<count { bytes += lamp }
        return bytes + Array(repeating: 0, count: 4 + (count + 15) / 16)
    }

    private static func failure(_ error: SystemError) -> PanelError {
        PanelError(error) { code in
            switch code {
            case EACCES, EPERM: "add this user to the group spi"
            case ENOENT: "turn SPI on (raspi-config, or dtparam=spi=on)"
            default: nil
            }
        }
    }
}

extension Lights {
    /// A chain of APA102 lamps.
    ///
    /// - Parameters:
    ///   - path: of the SPI device, `/dev/spidevX.Y`.
    ///   - count: of the lamps, 1…500.
    ///   - brightness: in percent.
    public convenience init(
        apa102 path: String, count: Int, brightness: Int, palette: Palette, log: Log
    ) {
        self.init(path, brightness: brightness, palette: palette, log: log) {
            () throws(PanelError) in
            try APA102Light(path, count: count)
        }
    }
}
