import Panel
import Store
import Voice

extension Appliance {
    /// The button that the kernel knows of, if the settings name one.
    func button() -> LineButton? {
        let button = settings.button
        let debounce = Duration.milliseconds(button.debounceMilliseconds)
        let log = log.of("panel")
        switch button.source {
        case .keyboard, .none: return nil
        case .input:
            return button.device.map { device in
                LineButton(inputDevice: device, debounce: debounce, log: log)
            }
        case .gpio:
            return LineButton(
                on: GPIOAddress(chip: button.chip, line: .init(button.line)),
                bias: .init(button.bias), isActiveLow: button.activeLow, debounce: debounce,
                log: log)
        }
    }

    /// The light, if the settings name one.
    func lights() -> Lights? {
        let lights = settings.lights
        let chip = lights.chip ?? settings.button.chip
        let palette = Palette(lights.palette)
        let log = log.of("panel")
        let made: Lights?
        switch lights.kind {
        case .none: return nil
        case .gpio:
            made = lights.line.map { line in
                Lights(
                    on: GPIOAddress(chip: chip, line: .init(line)),
                    isActiveLow: lights.activeLow, brightness: lights.brightness, log: log)
            }
        case .rgb:
            guard let red = lights.red, let green = lights.green, let blue = lights.blue else {
                return nil
            }
            made = Lights(
                onChip: chip, red: .init(red), green: .init(green), blue: .init(blue),
                isActiveLow: lights.activeLow, brightness: lights.brightness, palette: palette,
                log: log)
        case .sysfs:
            made = lights.path.map { path in
                Lights(sysfs: path, brightness: lights.brightness, log: log)
            }
        case .apa102:
            made = Lights(
                apa102: lights.device, count: lights.count, brightness: lights.brightness,
                palette: palette, log: log)
        }
        made?.rest(settings.audio.muted ? .muted : .off)
        return made
    }
}

extension GPIOAddress.Line {
    fileprivate init(_ line: Settings.Line) {
        switch line {
        case .number(let number): self = .offset(number)
        case .name(let name): self = .name(name)
        }
    }
}

extension GPIOBias {
    fileprivate init(_ bias: Settings.Button.Bias) {
        switch bias {
        case .pullUp: self = .pullUp
        case .pullDown: self = .pullDown
        case .none: self = .none
        }
    }
}
