/// A script or a style sheet without what is for those who read it: comments that have lines of
/// their own, indentation, empty lines. On the way it is a sixth less.
///
/// No text in it may go over several lines.
func plain(_ source: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(source.count)
    var isInComment = false
    for line in source.split(separator: UInt8(ascii: "\n")) {
        let line = line.drop { $0 == UInt8(ascii: " ") }
        if !isInComment {
            if line.isEmpty || line.starts(with: "//".utf8) { continue }
            isInComment = line.starts(with: "/*".utf8)
        }
        if isInComment {
            isInComment = !line.ends(with: "*/")
            continue
        }
        result += line
        result.append(UInt8(ascii: "\n"))
    }
    return result
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with text: String) -> Bool {
        suffix(text.utf8.count).elementsEqual(text.utf8)
    }
}
