/// Emoji and other small pictures, which nobody wants to hear described.
enum Pictographs {
    /// `text` without them. Digits, "#" and "*" are none unless they stand on a key's picture;
    /// arrows, music's sharps and flats, "™" and their like are none unless asked to be.
    static func removed(from text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        // A scalar at a time: appending several, or to a string's own view, copies it every time.
        var rest = String.UnicodeScalarView()
        var isBehindPicture = false
        for character in text {
            guard !isPictograph(character) else {
                isBehindPicture = true
                continue
            }
            // "Hello 😀!"
            let isMark = ",.!?;:)。！？".contains(character)
            if isBehindPicture, isMark, rest.last == " " { rest.removeLast() }
            isBehindPicture = false
            for scalar in character.unicodeScalars where !isShapeless(scalar) {
                rest.append(scalar)
            }
        }
        return String(rest)
    }

    private static func isPictograph(_ character: Character) -> Bool {
        let scalars = character.unicodeScalars
        let first = scalars[scalars.startIndex]
        if first.isASCII { return scalars.contains("\u{20E3}") }
        if first.properties.isEmojiPresentation { return true }
        if isInPictureBlock(first) { return first.properties.numericType == nil }
        return first.properties.isEmoji && scalars.contains("\u{FE0F}")
    }

    private static func isInPictureBlock(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x266D...0x266F: false  // ♭ ♮ ♯
        case 0x2600...0x27BF, 0x2B00...0x2BFF, 0x1F000...0x1FAFF: true
        default: false
        }
    }

    /// Says how something else looks, or nothing at all.
    private static func isShapeless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x200B, 0x20E3, 0x2060, 0xFE00...0xFE0F, 0xFEFF, 0xE0000...0xE007F: true
        default: false
        }
    }
}
