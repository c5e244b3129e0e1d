import Audio
import Linux
import Panel
import Store
import Voice
import VoiceLoop

/// What holding the button while the device starts asks for, by how long it was held.
enum StartUpWish: Equatable {
    case nothing, selfTest, recovery
    /// Nobody holds a button for so long; a missing pull-up must not clear a password.
    case stuck

    static let longest = Duration.seconds(30)

    init(heldFor duration: Duration) {
        self =
            switch duration {
            case ..<Duration.seconds(5): .nothing
            case ..<Duration.seconds(10): .selfTest
            case ...Self.longest: .recovery
            default: .stuck
            }
    }
}

/// Carries such a wish out: once a boot, and only when the button is let go.
actor StartUp {
    private let configuration: Configuration
    private let appliance: Appliance
    private let microphone: ALSAMicrophone
    private let speaker: ALSASpeaker
    private let memory: Memory
    private let conversation: Conversation
    private let log: Log
    private var stuck: Task<Void, Never>?

    private static let bootMark = "boot of the last start-up hold"

    init(
        _ configuration: Configuration, _ appliance: Appliance, microphone: ALSAMicrophone,
        speaker: ALSASpeaker, memory: Memory, conversation: Conversation
    ) {
        self.configuration = configuration
        self.appliance = appliance
        self.microphone = microphone
        self.speaker = speaker
        self.memory = memory
        self.conversation = conversation
        log = appliance.log.of("panel")
    }

    func take(_ hold: StartUpHold) async {
        switch hold {
        case .began(let moment):
            stuck = Task { [appliance] in
                let end = moment + StartUpWish.longest
                guard (try? await appliance.clock.sleep(until: end, tolerance: nil)) != nil else {
                    return
                }
                await self.complain()
            }
        case .ended(_, let duration):
            stuck?.cancel()
            await carryOut(StartUpWish(heldFor: duration))
        }
    }

    private func complain() async {
        log.error("the button has been down since the start; look at its wiring")
        await conversation.say(.announcement(sentences.buttonStuck))
    }

    private var sentences: Sentences { Sentences(appliance.loopSettings.language) }

    private func carryOut(_ wish: StartUpWish) async {
        guard wish == .selfTest || wish == .recovery, await isFirstThisBoot() else { return }
        if wish == .selfTest {
            log.info("held at the start: self-test")
            let doctor = Doctor(configuration: configuration, appliance: appliance)
            let findings = await doctor.examine(microphone, speaker)
            for finding in findings where finding.verdict == .fails {
                log.error("\(finding.part.rawValue): \(finding.found)")
            }
            let words = SpokenFindings(appliance.loopSettings.language).words(findings)
            await conversation.say(.announcement(words))
        } else {
            log.info("held at the start: recovery")
            do {
                try await memory.clearPagePassword()
                await conversation.say(.announcement(sentences.recoveryDone))
            } catch {
                log.error("\(error)")
                await conversation.say(.announcement(sentences.storeUnwritable))
            }
        }
    }

    /// A service that is started again while somebody leans on the button asks for nothing.
    private func isFirstThisBoot() async -> Bool {
        let boot =
            (try? readFile("/proc/sys/kernel/random/boot_id", atMost: 100)).map {
                String(decoding: $0, as: UTF8.self)
            } ?? ""
        // Where the kernel's own number of this boot is hidden, who asks for help gets it.
        guard !boot.isEmpty else { return true }
        do {
            guard try await memory.mark(Self.bootMark) != boot else {
                log.info("held at the start for the second time since the boot; it does not count")
                return false
            }
            try await memory.setMark(Self.bootMark, to: boot)
        } catch {
            // Who asks for help on a full disk gets it, twice if need be.
            log.error("\(error)")
        }
        return true
    }
}
