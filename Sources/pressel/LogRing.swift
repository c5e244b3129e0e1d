import Linux
import Synchronization
import Voice
import Web

/// The newest lines of the log, for whoever reads it over the network.
final class LogRing: Sendable {
    private let kept = Mutex<(lines: [LogLine], number: Int)>(([], 0))

    private static let most = 1000
    private static let longest = 1000

    func append(_ level: Log.Level, _ part: String, _ text: String) {
        let at = SystemWallClock.unixTime.map { UTCTime(unixTime: $0).long }
        let text = text.utf8.count > Self.longest ? "\(text.prefix(Self.longest / 4))…" : text
        kept.withLock { kept in
            kept.number += 1
            kept.lines.append(
                LogLine(number: kept.number, at: at, level: level, part: part, text: text))
            // Now and then many at once, instead of each time one.
            if kept.lines.count > Self.most * 5 / 4 {
                kept.lines.removeFirst(kept.lines.count - Self.most)
            }
        }
    }

    /// Oldest first.
    var lines: [LogLine] { kept.withLock { Array($0.lines.suffix(Self.most)) } }
}
