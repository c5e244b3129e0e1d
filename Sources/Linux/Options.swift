import CLinux
import Glibc
import Synchronization

/// `getopt_long` keeps its place in globals.
private let getoptIsInUse = Mutex(())

/// The command line, read by `getopt_long`: long options only, in any order among the operands.
public struct Options: Sendable {
    /// What stands for itself, in order.
    public let operands: [String]
    private let values: [String: String]

    /// A command line that does not fit: what is wrong, in one line.
    public struct Misuse: Error, CustomStringConvertible {
        public let description: String
        public init(_ description: String) { self.description = description }
    }

    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - flags: options without a value.
    ///   - valued: options with one.
    public init(_ arguments: [String], flags: [String], valued: [String]) throws(Misuse) {
        (operands, values) = try getoptIsInUse.withLock { _ throws(Misuse) in
            try Self.read(arguments, flags: flags, valued: valued)
        }
    }

    private static func read(
        _ arguments: [String], flags: [String], valued: [String]
    ) throws(Misuse) -> (operands: [String], values: [String: String]) {
        let names = flags + valued
        var strings = (["pressel"] + arguments).map { strdup($0) }
        let all = strings
        let count = CInt(strings.count)
        strings.append(nil)
        let long = names.map { strdup($0) }
        defer { for string in all + long { free(string) } }
        var table = long.enumerated().map { index, name in
            option(
                name: name, has_arg: index < flags.count ? no_argument : required_argument,
                flag: nil, val: CInt(1000 + index))
        }
        table.append(option(name: nil, has_arg: 0, flag: nil, val: 0))

        var values: [String: String] = [:]
        clinux_options_restart()
        while true {
            // A leading colon tells a missing value (':') from an unknown option ('?').
            let found = getopt_long(count, &strings, ":", table, nil)
            if found == -1 { break }
            guard found >= 1000 else {
                let letter = clinux_option_letter()
                if 33..<127 ~= letter {
                    throw Misuse(
                        "-\(Character(UnicodeScalar(UInt8(letter)))) is no option here; before what"
                            + " begins with a dash and is none, put --")
                }
                let index = max(Int(clinux_option_index()) - 1, 0)
                let word = strings[index].map { String(cString: $0) } ?? ""
                let problem =
                    found == CInt(UInt8(ascii: ":")) ? "needs a value" : "is no option here"
                throw Misuse("\(word) \(problem)")
            }
            let name = names[Int(found) - 1000]
            values[name] = clinux_option_argument().map { String(cString: $0) } ?? ""
        }
        let operands = strings[Int(clinux_option_index())...].compactMap {
            $0.map { String(cString: $0) }
        }
        return (operands, values)
    }

    /// Whether the option was given.
    public func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of the option, if it was given.
    public subscript(name: String) -> String? { values[name] }
}
