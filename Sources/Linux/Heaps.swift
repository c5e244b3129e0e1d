import CLinux

/// Keeps the program's memory in few heaps. To be called before there are threads.
public func shareHeaps() { clinux_share_heaps() }

/// Bytes of memory that this program has taken and not given back, whatever its heaps hold beside.
public var allocatedMemory: Int { clinux_allocated() }
