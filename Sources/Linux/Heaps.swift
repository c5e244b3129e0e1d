import CLinux

/// Keeps the program's memory in few heaps. To be called before there are threads.
public func shareHeaps() { clinux_share_heaps() }

/// Gives back what the heaps hold and nobody uses: what a busy moment took stays with them else.
/// Takes a millisecond or so, in which nobody gets memory.
public func trimHeaps() { clinux_trim_heaps() }

/// Gives back the pages of code and constants that are in memory, of the program and its libraries:
/// what only starting took is not fetched again, the rest comes back from the page cache as it is
/// used. What was written to stays.
public func giveBackCode() { clinux_give_back_code() }

/// Bytes of memory that this program has taken and not given back, whatever its heaps hold beside.
public var allocatedMemory: Int { clinux_allocated() }
