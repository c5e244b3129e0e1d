import Linux
import Voice

/// Brings what is on the stage to the lamp, one step at a time, opening the lamp again whenever
/// it was lost. Belongs to one thread.
struct LightShow {
    private let open: Lights.Opening
    private let brightness: Double
    private let palette: Palette
    private let log: Log

    private var output: (any LightOutput)?
    private var shown: LightFrame?
    private var backOff = BackOff()
    private var retry: Moment?
    /// Why the lamp cannot be used; nil if it can, or was not tried yet.
    private(set) var trouble: PanelError?

    init(brightness: Double, palette: Palette, log: Log, open: @escaping Lights.Opening) {
        self.open = open
        self.brightness = brightness
        self.palette = palette
        self.log = log
    }

    /// - Returns: when the next step is due; nil: not before the stage changes.
    mutating func step(_ stage: LightStage, at now: Moment) -> Moment? {
        if let retry, now < retry { return retry }
        do throws(PanelError) {
            try show(stage.frame(at: now, palette: palette, brightness: brightness))
            return stage.nextChange(after: now)
        } catch {
            output = nil
            shown = nil
            if error != trouble { log.warning("\(error); no light is seen until it works") }
            trouble = error
            retry = now + backOff.next()
            return retry
        }
    }

    /// Puts the lamp out, for good.
    mutating func end() {
        // Nobody is left to see it fail.
        try? output?.show(.dark)
        output = nil
    }

    private mutating func show(_ frame: LightFrame) throws(PanelError) {
        let output: any LightOutput
        if let open = self.output { output = open } else { output = try open() }
        if frame != shown { try output.show(frame) }
        if trouble != nil { log.info("the light works again") }
        self.output = output
        shown = frame
        retry = nil
        trouble = nil
        backOff.reset()
    }
}
