public import Voice

extension LineButton {
    /// The keys of an input device, all as one button. The device is taken for this program alone,
    /// so that nothing else gets what they type.
    ///
    /// - Parameters:
    ///   - path: best one of `/dev/input/by-id/`, which stays the same when it is plugged in again.
    ///   - debounce: edges so soon after a press or release are bounces.
    public convenience init(inputDevice path: String, debounce: Duration, log: Log) {
        self.init("\(path), whose keys reach nobody else", debounce: debounce, log: log) {
            () throws(PanelError) in
            try InputLine(path)
        }
    }
}
