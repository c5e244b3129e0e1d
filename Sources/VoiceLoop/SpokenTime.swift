import Voice

/// Times and dates in English words, as one says them.
enum SpokenTime {
    /// "five o'clock", "five o'clock and seventeen minutes, in the afternoon".
    static func words(for time: LocalTime) -> String {
        let hour = numbers[(time.hour + 11) % 12 + 1]
        let part =
            switch time.hour {
            case 0..<12: "in the morning"
            case 12..<18: "in the afternoon"
            default: "in the evening"
            }
        switch time.minute {
        case 0: return "\(hour) o'clock, \(part)"
        case 1: return "\(hour) o'clock and one minute, \(part)"
        default: return "\(hour) o'clock and \(cardinal(time.minute)) minutes, \(part)"
        }
    }

    /// "Saturday, the twenty-first of November, twenty twenty-six".
    static func words(forDateOf time: LocalTime) -> String {
        "\(day(of: time)), the \(ordinal(time.day)) of \(months[time.month - 1]), \(year(time.year))"
    }

    static func day(of time: LocalTime) -> String { weekdays[time.weekday] }

    /// 0...99 in words.
    static func cardinal(_ number: Int) -> String {
        guard number >= 20 else { return numbers[number] }
        let tens = tens[number / 10 - 2]
        return number % 10 == 0 ? tens : "\(tens)-\(numbers[number % 10])"
    }

    /// 1...31 in words.
    static func ordinal(_ number: Int) -> String {
        if number < 20 { return ordinals[number] }
        if number % 10 == 0 { return number == 20 ? "twentieth" : "thirtieth" }
        return "\(tens[number / 10 - 2])-\(ordinals[number % 10])"
    }

    /// As one says the years of this century; the clock is not believed before 2026.
    private static func year(_ year: Int) -> String {
        "\(cardinal(year / 100)) \(cardinal(year % 100))"
    }

    private static let numbers = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
        "nineteen",
    ]
    private static let tens = [
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ]
    private static let ordinals = [
        "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
        "seventeenth", "eighteenth", "nineteenth",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
}
