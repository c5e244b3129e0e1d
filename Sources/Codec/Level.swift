import Glibc
import Voice

/// How loud sound is.
public enum Level {
    /// Mean power in decibels below a full-scale square wave: 0 at the loudest, about −20 for
    /// speech close by, −96 for digital silence.
    public static func decibels(of samples: some Collection<Int16>) -> Double {
        guard !samples.isEmpty else { return -96 }
        let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
        return energy < 1 ? -96 + 6 * energy : max(-96, 10 * log10(energy / (32_767 * 32_767)))
    }
}
