import CLinux

/// Keeps the program's memory in few heaps. To be called before there are threads.
public func shareHeaps() { clinux_share_heaps() }
