import Glibc
import Voice

/// What a process and all that it started take of the machine, by `/proc`.
public struct ProcessUsage: Sendable {
    private let id: Int

    public init(of id: Int) { self.id = id }

    /// Memory in bytes: each process's proportional set size, in which a page shared by two
    /// counts half for each.
    public var proportionalMemory: Int {
        family.reduce(0) { sum, id in
            let kilobytes = lines(of: "/proc/\(id)/smaps_rollup").first { $0.first == "Pss:" }
            return sum + 1024 * (kilobytes.flatMap { Int($0[1]) } ?? 0)
        }
    }

    /// Bytes of memory that no file stands behind, of this process without its children: what
    /// grows when it forgets to give something back.
    public var anonymousMemory: Int {
        let line = lines(of: "/proc/\(id)/smaps_rollup").first { $0.first == "Anonymous:" }
        return 1024 * (line.flatMap { Int($0[1]) } ?? 0)
    }

    /// How many threads this process has.
    public var threads: Int { tasks(of: id).count }

    /// How many descriptors it has open.
    public var descriptors: Int { numbers(in: "/proc/\(id)/fd").count }

    /// How many bytes it has had disks write so far, with those of children that have ended; what
    /// is kept in memory only is none. 0 if it may not be asked.
    public var bytesWritten: Int {
        let lines = lines(of: "/proc/\(id)/io")
        func number(_ name: Substring) -> Int {
            lines.first { $0.first == name }.flatMap { Int($0[1]) } ?? 0
        }
        return number("write_bytes:") - number("cancelled_write_bytes:")
    }

    /// Processor time used so far, by user and kernel, without that of children.
    public var processorTime: Duration {
        // The command in parentheses may hold spaces; utime and stime are the 14th and 15th field.
        guard let line = try? readFile("/proc/\(id)/stat", atMost: 4096),
            let text = String(decoding: line, as: UTF8.self).split(separator: ")").last
        else { return .zero }
        let ticks = text.split(separator: " ").dropFirst(11).prefix(2).compactMap { Int($0) }
        return .milliseconds(ticks.reduce(0, +) * 1000 / sysconf(CInt(_SC_CLK_TCK)))
    }

    /// The process and its descendants.
    private var family: [Int] {
        var found = [id]
        var index = 0
        while index < found.count {
            let parent = found[index]
            for thread in tasks(of: parent) {
                let children = lines(of: "/proc/\(parent)/task/\(thread)/children").joined()
                found += children.compactMap { Int($0) }
            }
            index += 1
        }
        return found
    }

    private func tasks(of id: Int) -> [Int] { numbers(in: "/proc/\(id)/task") }

    private func numbers(in folder: String) -> [Int] {
        names(inFolder: folder).compactMap { Int($0) }
    }

    private func lines(of path: String) -> [[Substring]] {
        guard let text = try? readFile(path, atMost: 1 << 20) else { return [] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: " ")
        }
    }
}
