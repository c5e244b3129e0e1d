import Glibc
import Linux
import Testing

@testable import Panel

struct GPIOTests {
    private static let chips = [
        GPIOChip(path: "/dev/gpiochip0", name: "gpiochip0", label: "pinctrl-rp1"),
        GPIOChip(path: "/dev/gpiochip1", name: "gpiochip1", label: "brcmvirt-gpio"),
        GPIOChip(path: "/dev/gpiochip4", name: "gpiochip0", label: "pinctrl-rp1"),
        GPIOChip(path: "/dev/gpiochip10", name: "gpiochip10", label: "gpiochip1"),
    ]

    static let names: [(wanted: String, path: String?)] = [
        ("pinctrl-rp1", "/dev/gpiochip0"), ("gpiochip1", "/dev/gpiochip1"),
        ("gpiochip4", "/dev/gpiochip4"), ("gpiochip10", "/dev/gpiochip10"),
        ("0", nil), ("", nil), ("brcm", nil),
        // On a Raspberry Pi 5, with settings that were made for another.
        ("pinctrl-bcm2835", "/dev/gpiochip0"), ("pinctrl-bcm2711", "/dev/gpiochip0"),
    ]

    @Test(
        "A chip is found by its name, its label, or an old name; never by a number",
        arguments: names)
    func chip(wanted: String, path: String?) {
        #expect(GPIOChip.named(wanted, among: Self.chips)?.path == path)
    }

    @Test("The header's chip is not taken for another, nor another for the header's")
    func header() {
        let none = [Self.chips[1]]
        #expect(GPIOChip.named("pinctrl-bcm2835", among: none) == nil)
        #expect(GPIOChip.named("pinctrl-other", among: Self.chips) == nil)
        let both = [
            GPIOChip(path: "/dev/gpiochip0", name: "gpiochip0", label: "pinctrl-bcm2711"),
            GPIOChip(path: "/dev/gpiochip1", name: "gpiochip1", label: "pinctrl-bcm2835"),
        ]
        #expect(GPIOChip.named("pinctrl-bcm2835", among: both) == both[1])
    }

    private static let pin = GPIOAddress(chip: "pinctrl-bcm2835", line: .offset(17))
    private static let named = GPIOAddress(chip: "gpiochip0", line: .name("GPIO17"))

    static let failures: [(error: PanelError, line: String)] = [
        (
            .noChip(pin, among: Array(chips[..<2]), refusal: 0),
            "cannot open line 17 of GPIO chip \"pinctrl-bcm2835\": there is no such chip; the"
                + " settings have to name one of \"gpiochip0\" (pinctrl-rp1), \"gpiochip1\""
                + " (brcmvirt-gpio)"
        ),
        (
            .noChip(pin, among: [], refusal: 0),
            "cannot open line 17 of GPIO chip \"pinctrl-bcm2835\": this system has no GPIO chip;"
                + " gpiodetect lists those of a board; button.source can be something else"
        ),
        (
            .noChip(pin, among: [], refusal: EACCES),
            "cannot open line 17 of GPIO chip \"pinctrl-bcm2835\": /dev/gpiochip*: Permission"
                + " denied; add this user to the group gpio"
        ),
        (
            .noLine(GPIOAddress(chip: "c", line: .offset(54)), lines: 54),
            "cannot open line 54 of GPIO chip \"c\": it has lines 0 to 53; gpioinfo lists them"
        ),
        (
            .noLine(named, lines: 54),
            "cannot open line \"GPIO17\" of GPIO chip \"gpiochip0\": it has no line of that name;"
                + " gpioinfo lists them, or use a number"
        ),
        (
            .noLine(GPIOAddress(chip: "c", line: .name("17")), lines: 54),
            "cannot open line \"17\" of GPIO chip \"c\": it has no line of that name; write the"
                + " number without quotes"
        ),
        (
            .refused(pin, code: EBUSY, consumer: "gpiomon"),
            "cannot take line 17 of GPIO chip \"pinctrl-bcm2835\": \"gpiomon\" uses it; stop that,"
                + " or use another line; gpioinfo shows who uses which"
        ),
        (
            .refused(pin, code: EBUSY, consumer: nil),
            "cannot take line 17 of GPIO chip \"pinctrl-bcm2835\": something else uses it; stop"
                + " that, or use another line; gpioinfo shows who uses which"
        ),
        (
            .refused(pin, code: EPERM, consumer: nil),
            "cannot take line 17 of GPIO chip \"pinctrl-bcm2835\": Operation not permitted; add"
                + " this user to the group gpio"
        ),
    ]

    @Test("What is wrong with a line is one line, and says what to do", arguments: failures)
    func failure(error: PanelError, line: String) {
        #expect(error.description == line)
    }

    @Test("libgpiod is asked, and says why there is no such chip")
    func real() {
        var status: CInt = 0
        if GPIOHandle(opening: "/dev/null", status: &status) != nil {
            Issue.record("/dev/null is no GPIO chip")
        }
        #expect(status < 0)
        #expect(throws: PanelError.self) {
            _ = try GPIOLine(
                GPIOAddress(chip: "no such chip", line: .offset(1)), bias: .pullUp,
                isActiveLow: true)
        }
    }
}
