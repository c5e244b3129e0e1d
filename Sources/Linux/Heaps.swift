import CLinux
import Glibc

/// Keeps the program's memory in few heaps. To be called before there are threads.
public func shareHeaps() { clinux_share_heaps() }

/// Gives back what the heaps hold and nobody uses: what a busy moment took stays with them else.
/// Takes a millisecond or so, in which nobody gets memory.
public func trimHeaps() { clinux_trim_heaps() }

/// Gives back the pages of code and constants that are in memory: what only starting took is not
/// fetched again, the rest comes back from the page cache as it is used.
///
/// Read from /proc/self/maps (proc(5)). A mapping that is executable, or that begins its file and is
/// only to be read, was never written to; what the dynamic linker filled in lies further behind, and
/// stays.
public func giveBackCode() {
    guard let maps = try? readFile("/proc/self/maps", atMost: 1024 * 1024) else { return }
    for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
        // As in "7f0c4a000000-7f0c4a021000 r-xp 00003000 08:01 1234    /usr/lib/libz.so.1".
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count >= 6, fields[5].hasPrefix("/"),
            fields[1] == "r-xp" || (fields[1] == "r--p" && fields[2].allSatisfy { $0 == "0" })
        else { continue }
        let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, ends[0] < ends[1] else { continue }
        madvise(UnsafeMutableRawPointer(bitPattern: ends[0]), Int(ends[1] - ends[0]), MADV_DONTNEED)
    }
}

/// Bytes of memory that this program has taken and not given back, whatever its heaps hold beside.
public var allocatedMemory: Int { clinux_allocated() }
