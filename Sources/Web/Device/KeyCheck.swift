/// Tells whether a key is the right one, in a time that does not tell how much of it is right.
struct KeyCheck: Sendable {
    private let key: [UInt8]

    init(_ key: String) { self.key = Array(key.utf8) }

    /// Takes as long as the given key is, whatever is in it.
    func fits(_ given: String) -> Bool {
        var difference = UInt(bitPattern: key.count ^ given.utf8.count)
        for (index, byte) in given.utf8.enumerated() {
            difference |= UInt(byte ^ key[index % key.count])
        }
        return difference == 0
    }
}
