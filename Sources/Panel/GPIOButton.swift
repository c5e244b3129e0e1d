public import Voice

extension LineButton {
    /// A button on a GPIO line.
    ///
    /// - Parameters:
    ///   - isActiveLow: pressing it pulls the line to ground.
    ///   - debounce: edges so soon after a press or release are bounces.
    public convenience init(
        on address: GPIOAddress, bias: GPIOBias, isActiveLow: Bool, debounce: Duration, log: Log
    ) {
        self.init("\(address)", debounce: debounce, log: log) { () throws(PanelError) in
            try GPIOLine(address, bias: bias, isActiveLow: isActiveLow)
        }
    }
}
