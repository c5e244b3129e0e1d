import CALSA

/// Which of ALSA's devices can be used.
public enum ALSADevices {
    /// Whether a device of this name can be opened to record from. Opens and closes it.
    public static func canCapture(_ name: String) -> Bool {
        (try? CaptureDevice(named: name)) != nil
    }

    /// Whether a device of this name can be opened to play on. Opens and closes it.
    public static func canPlay(_ name: String) -> Bool { (try? PlaybackDevice(named: name)) != nil }
}
