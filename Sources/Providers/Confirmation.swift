/// Whether a phrase of a small grammar, which takes nearly any sentence for one of its own, is
/// what was said. Two things speak for it: how well it fits the sound, and that the general model,
/// though its words be nonsense, heard something that sounds like it.
///
/// The figures are a logistic regression over what synthetic voices said, requests and near misses,
/// with a margin; `pressel bench --recognition` measures what they are worth.
struct Confirmation {
    /// The pronunciation, in the dictionary's phones, of what each of the two heard.
    let phrase: [String]
    let sentence: [String]
    /// The logarithm of how well the phrase fits, by PocketSphinx's measure, per hundredth of a
    /// second.
    let fit: Double

    var isSure: Bool { evidence > 1.5 }

    /// 0 where a phrase was as often right as wrong.
    private var evidence: Double {
        let lengths = Double(abs(sentence.count - phrase.count)) / Double(max(1, phrase.count))
        return 11.4 + 0.27 * fit - 2.1 * Pronunciation.distance(sentence, phrase) - 1.5 * lengths
    }
}

/// Comparing pronunciations, which are lists of phones as in "HH AH L OW".
enum Pronunciation {
    /// What has to be changed to make `one` of `other`, as a part of `other`: 0 if they sound the
    /// same; about 1 if they have nothing in common.
    static func distance(_ one: [String], _ other: [String]) -> Double {
        guard !other.isEmpty else { return one.isEmpty ? 0 : 1 }
        var row = [0.0]
        for phone in other { row.append(row.last! + weight(phone)) }
        for phone in one {
            var next = [row[0] + weight(phone)]
            for (index, target) in other.enumerated() {
                next.append(
                    min(
                        row[index] + change(phone, target), row[index + 1] + weight(phone),
                        next[index] + weight(target)))
            }
            row = next
        }
        return row.last! / Double(other.count)
    }

    /// How much it matters that a phone is there: some come and go in fast speech.
    private static func weight(_ phone: String) -> Double {
        switch phone {
        case "AH", "HH", "IH", "T", "D": 0.5
        default: vowels.contains(phone) ? 0.9 : 1
        }
    }

    private static func change(_ one: String, _ other: String) -> Double {
        if one == other { return 0 }
        if alike.contains(where: { $0.contains(one) && $0.contains(other) }) { return 0.5 }
        return vowels.contains(one) == vowels.contains(other) ? 1 : 1.2
    }

    private static let vowels: Set<String> = [
        "AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW",
    ]

    /// Phones that are taken for each other.
    private static let alike: [Set<String>] = [
        ["P", "B"], ["T", "D"], ["K", "G"], ["F", "V"], ["S", "Z"], ["TH", "DH", "T", "D"],
        ["SH", "ZH", "CH", "JH"], ["M", "N", "NG"], ["L", "R", "W"], ["DH", "V"], ["T", "K"],
        ["DH", "L"], ["P", "T"], ["AA", "AO", "AH", "AW", "OW"], ["IH", "IY", "EH", "EY"],
        ["EH", "AE", "AH"], ["UH", "UW", "OW", "AH"], ["AY", "AA", "AH", "EY"],
        ["AH", "IH", "ER"], ["ER", "R"],
    ]
}
