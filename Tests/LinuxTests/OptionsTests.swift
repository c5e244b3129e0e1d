import Linux
import Testing

struct OptionsTests {
    @Test("Options and operands may stand in any order")
    func order() throws {
        let options = try Options(
            ["text", "--out", "a.wav", "more", "--json"], flags: ["json"], valued: ["out"])
        #expect(options.operands == ["text", "more"])
        #expect(options["out"] == "a.wav")
        #expect(options.has("json"))
    }

    static let misuses: [(arguments: [String], problem: String)] = [
        (["--wat"], "--wat is no option here"),
        (["--out"], "--out needs a value"),
        (["-x"], "-x is no option here; before what begins with a dash and is none, put --"),
        (
            ["--json", "-5 degrees"],
            "-5 is no option here; before what begins with a dash and is none, put --"
        ),
    ]

    @Test("What does not fit is named", arguments: misuses)
    func misuse(arguments: [String], problem: String) {
        #expect {
            _ = try Options(arguments, flags: ["json"], valued: ["out"])
        } throws: {
            "\($0)" == problem
        }
    }

    @Test("Two dashes end the options")
    func dashes() throws {
        let options = try Options(["--", "--out"], flags: [], valued: ["out"])
        #expect(options.operands == ["--out"])
    }
}
