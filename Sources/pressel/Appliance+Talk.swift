import Linux
import Providers
import Store
import Voice
import VoiceLoop
import Web

extension Appliance {
    /// What those work with who are not in the room.
    ///
    /// - Parameters:
    ///   - parts: the button's, and `table` who made them.
    ///   - controls: what is within reach of who may change the device.
    ///   - signer: lets whoever has the address of an answer hear it; nil where they have to show
    ///     who they are.
    func remoteTalk(
        _ parts: LoopParts, _ table: ProviderTable, controls: any DeviceControls, memory: Memory,
        state: StateFolder, signer: (any URLSigner)? = nil
    ) -> RemoteTalk.Parts {
        var bucket: RemoteTalk.Bucket?
        if case .bucket(let archive, let prefix) = archive {
            bucket = RemoteTalk.Bucket(bucket: archive, prefix: prefix)
        }
        let chains = VoiceChains(
            parts.synthesizers, links: table.links(settings.textToSpeech, local: "espeak-ng")
        ) { link in table.synthesizer(link) }
        return RemoteTalk.Parts(
            loop: parts, settings: loopSettings, controls: controls, memory: memory,
            chains: chains, voices: voices(memory, table), state: state, bucket: bucket,
            signer: signer, log: log.of("talk"))
    }

    /// Who makes voices after people's; nil where nobody is set up who does.
    func voices(_ memory: Memory, _ table: ProviderTable) -> Voices? {
        let link =
            settings.textToSpeech?.first { $0.provider == "elevenlabs" }
            ?? Settings.Link(provider: "elevenlabs")
        guard secrets[.elevenLabs] != nil else { return nil }
        return Voices(
            cloner: ElevenLabsLibrary(table.elevenLabs(link)), provider: link.provider,
            memory: memory, unixTime: { SystemWallClock.unixTime }, log: log.of("voices"))
    }
}
