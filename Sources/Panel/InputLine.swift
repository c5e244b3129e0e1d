import Glibc
import Linux
import Voice

/// An input device as a button's line: active while any of its keys is down.
final class InputLine: ButtonLine {
    private let device: EventDevice
    private var keys: InputKeys

    /// - Parameter isShared: others go on hearing it, too.
    init(_ path: String, isShared: Bool = false) throws(PanelError) {
        do throws(SystemError) {
            let device = try EventDevice(opening: path, isShared: isShared)
            if let down = try device.keysDown() {
                keys = InputKeys(down: down)
            } else {
                // A pipe does not know what is down; what it has said already is how it stands.
                keys = InputKeys(down: [])
                var polled = pollfd(fd: device.descriptor, events: Int16(POLLIN), revents: 0)
                if poll(&polled, 1, 0) > 0, polled.revents & Int16(POLLIN) != 0 {
                    _ = keys.take(try device.read())
                }
            }
            self.device = device
        } catch {
            throw Self.failure(error)
        }
    }

    func edges(until deadline: Moment?, or wake: borrowing Wake) throws(PanelError) -> [Edge] {
        // A device that is gone says so when it is read.
        guard wait(for: device.descriptor, until: deadline, or: wake) != .neither else {
            return []
        }
        do throws(SystemError) {
            var edges: [Edge] = []
            for news in keys.take(try device.read()) {
                switch news {
                case .edge(let edge): edges.append(edge)
                case .lost(let moment):
                    guard let down = try device.keysDown() else { continue }
                    if let edge = keys.resume(down: down, at: moment) { edges.append(edge) }
                }
            }
            return edges
        } catch {
            throw Self.failure(error)
        }
    }

    func isActive() throws(PanelError) -> Bool { keys.isDown }

    static func failure(_ error: SystemError) -> PanelError {
        PanelError(error) { code in
            switch code {
            case EACCES, EPERM: "add this user to the group input"
            case EBUSY: "another program has taken it for itself; stop that"
            case ENOENT, ENODEV: "plug it in; ls /dev/input/by-id shows what is there"
            case ENOTTY, EINVAL: "button.device has to name an input device"
            default: nil
            }
        }
    }
}
