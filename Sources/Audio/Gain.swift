import Glibc

/// The volume as it is put on samples, where no mixer does it: it goes over to a new one within
/// some milliseconds, or the step would click.
struct Gain {
    private var current: Float
    private var target: Float
    private var step: Float = 0

    /// How many frames a change takes.
    private let slope: Int

    init(_ factor: Float, framesPerSecond: Int) {
        current = factor
        target = factor
        slope = max(1, framesPerSecond / 50)
    }

    /// From now on, over 20 ms.
    mutating func change(to factor: Float) {
        target = factor
        step = (target - current) / Float(slope)
    }

    /// The factor for the frame that many frames from now.
    func factor(after frames: Int) -> Float {
        let moved = current + step * Float(frames)
        return step < 0 ? max(target, moved) : step > 0 ? min(target, moved) : target
    }

    /// So many frames have been heard, or will be.
    mutating func advance(by frames: Int) {
        current = factor(after: frames)
        if current == target { step = 0 }
    }
}

/// How loud a percentage is.
enum VolumeScale {
    /// Decibels for a control that goes from `least` (`-.infinity` if that is silence) to `most`.
    ///
    /// Loudness as people judge it follows a power of the amplitude; with the third power, as
    /// alsamixer and the sound servers have it, equal steps feel about equal. A control of 24 dB or
    /// less has no room for a curve and is taken evenly.
    static func decibels(for percent: Int, from least: Double, to most: Double) -> Double {
        let share = Double(percent) / 100
        if most - least <= 24 { return least + share * (most - least) }
        let bottom = pow(10, (least - most) / 60)
        return max(least, most + 60 * log10(bottom + share * (1 - bottom)))
    }

    /// The same scale as a factor on samples; 0 is silence.
    static func factor(for percent: Int) -> Float {
        let share = Float(percent) / 100
        return share * share * share
    }
}
