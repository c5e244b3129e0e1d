"""The wyoming package, unmodified, against `sandbox`, and `pressel` against a server made with it.
Usage: wyoming_check.py TCP_URI PRESSEL WAV, a recording of somebody who says something"""

import asyncio
import json
import os
import sys
import tempfile
import wave

from importlib.metadata import version
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.ping import Ping, Pong
from wyoming.server import AsyncEventHandler, AsyncTcpServer
from wyoming.tts import (
    Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeStopped,
    SynthesizeVoice,
)

uri, pressel, recording = sys.argv[1:]
done = 0


def check(what, truth):
    global done
    if not truth:
        sys.exit(f"check-sdk: {what}: not so")
    done += 1


async def until(client, *kinds):
    """What comes, up to the first event of one of the kinds."""
    events = []
    while True:
        event = await asyncio.wait_for(client.read_event(), 10)
        if event is None:
            sys.exit(f"check-sdk: the connection ended before {kinds}")
        events.append(event)
        if any(kind.is_type(event.type) for kind in kinds):
            return events


def frames(events):
    chunks = [AudioChunk.from_event(event) for event in events if AudioChunk.is_type(event.type)]
    return sum(len(chunk.audio) // chunk.width // chunk.channels for chunk in chunks)


async def check_sandbox():
    async with AsyncClient.from_uri(uri) as client:
        await client.write_event(Describe().event())
        info = Info.from_event((await until(client, Info))[-1])
        check("a model", info.asr[0].models[0].name == "sandbox-ears")
        check("a model that streams", info.asr[0].supports_transcript_streaming)
        voice = info.tts[0].voices[0]
        check("a voice", voice.installed and voice.languages == ["en_US"])
        check("a voice that is not there", not info.tts[0].voices[-1].installed)
        check("a voice that streams", info.tts[0].supports_synthesize_streaming)
        await client.write_event(Ping(text="a").event())
        check("a pong", Pong.from_event((await until(client, Pong))[-1]).text == "a")

        await client.write_event(Transcribe(language="en").event())
        await client.write_event(AudioStart(rate=16000, width=2, channels=1).event())
        for _ in range(10):
            chunk = AudioChunk(audio=bytes(2048), rate=16000, width=2, channels=1)
            await client.write_event(chunk.event())
        await client.write_event(AudioStop().event())
        events = await until(client, TranscriptStop)
        check("a transcript begins", TranscriptStart.is_type(events[0].type))
        whole = Transcript.from_event(events[-2]).text
        check("a transcript", whole == "Hello from the sandbox.")
        pieces = [TranscriptChunk.from_event(event).text for event in events[1:-2]]
        check("its pieces", len(pieces) > 2 and "".join(pieces) == whole)

        name = SynthesizeVoice(name="sandbox-en")
        await client.write_event(Synthesize(text="one two", voice=name).event())
        events = await until(client, AudioStop)
        start = AudioStart.from_event(events[0])
        check("sound begins", (start.rate, start.width, start.channels) == (22050, 2, 1))
        check("sound", frames(events) == 2 * 22050 * 120 // 1000)

        await client.write_event(SynthesizeStart(voice=name).event())
        for text in ["One t", "wo. Thr", "ee."]:
            await client.write_event(SynthesizeChunk(text=text).event())
        await client.write_event(Synthesize(text="One two. Three.", voice=name).event())
        await client.write_event(SynthesizeStop().event())
        events = await until(client, SynthesizeStopped)
        starts = [event for event in events if AudioStart.is_type(event.type)]
        check("sound for each sentence", len(starts) == 2)
        check("sound of all", frames(events) == 3 * 22050 * 120 // 1000)

        await client.write_event(Event(type="of-another-time", data={"a": 1}))
        await client.write_event(Synthesize(text="a", voice=SynthesizeVoice(name="b")).event())
        check("an error", Error.from_event((await until(client, Error))[-1]).code)


class House(AsyncEventHandler):
    """Hears always the same, and says a tone."""

    heard = 0
    said = []

    async def handle_event(self, event):
        if Describe.is_type(event.type):
            made = {
                "attribution": Attribution(name="a", url="b"), "installed": True,
                "description": None, "version": None,
            }
            model = AsrModel(name="m", languages=["en"], **made)
            voice = TtsVoice(name="v", languages=["en_GB"], **made)
            asr = AsrProgram(name="ears", models=[model], **made)
            tts = TtsProgram(
                name="mouth", voices=[voice], supports_synthesize_streaming=True, **made
            )
            await self.write_event(Info(asr=[asr], tts=[tts]).event())
        elif AudioChunk.is_type(event.type):
            House.heard += len(AudioChunk.from_event(event).audio)
        elif AudioStop.is_type(event.type):
            await self.write_event(Transcript(text=" What can you do? ").event())
        elif Synthesize.is_type(event.type):
            await self.say(Synthesize.from_event(event).text)
        elif SynthesizeChunk.is_type(event.type):
            await self.say(SynthesizeChunk.from_event(event).text)
        elif SynthesizeStop.is_type(event.type):
            await self.write_event(SynthesizeStopped().event())
        return True

    async def say(self, text):
        House.said.append(text)
        await self.write_event(AudioStart(rate=16000, width=2, channels=1).event())
        chunk = AudioChunk(audio=bytes([0, 16] * 1600), rate=16000, width=2, channels=1)
        await self.write_event(chunk.event())
        await self.write_event(AudioStop().event())


async def check_pressel():
    server = AsyncTcpServer("127.0.0.1", 0)
    await server.start(House)
    port = server._server.sockets[0].getsockname()[1]
    link = [{"provider": "wyoming", "baseURL": f"tcp://127.0.0.1:{port}"}]
    with tempfile.TemporaryDirectory() as state:
        with open(f"{state}/settings.json", "w") as file:
            json.dump({"speechToText": link, "textToSpeech": link}, file)
        program = await asyncio.create_subprocess_exec(
            pressel, "ask", "--wav", recording, "--out", f"{state}/reply.wav", "--json",
            env=os.environ | {"PRESSEL_STATE": state}, stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(program.communicate(), 60)
        check("pressel's turn", program.returncode == 0)
        report = json.loads(output)
        with wave.open(f"{state}/reply.wav") as file:
            check("what pressel plays", file.getframerate() == 16000 and file.getnframes() > 0)
    check("what pressel understood", report["transcript"] == "What can you do?")
    check("whom it asked", report["providers"]["speechToText"] == "wyoming")
    check("who spoke for it", report["providers"]["textToSpeech"] == "wyoming")
    check("what it sent", House.heard > 16000)
    # Two clauses may be asked for at once.
    said = sorted(" ".join(House.said).split())
    check("what was said", sorted(report["reply"].split()) == said)
    await server.stop()


asyncio.run(check_sandbox())
asyncio.run(check_pressel())
print(f"check-sdk: {done} checks passed with wyoming {version('wyoming')}")
