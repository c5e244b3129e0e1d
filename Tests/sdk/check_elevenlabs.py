"""The official elevenlabs package, unmodified, against `sandbox`: does it see what it would in the
cloud? It knows WebSockets only over TLS. Usage: check_elevenlabs.py BASE_URL, with SSL_CERT_FILE
naming the sandbox's certificate."""

import io
import json
import ssl
import sys
import urllib.request
import wave
from importlib.metadata import version

from elevenlabs import VoiceSettings
from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError

base = sys.argv[1].removesuffix("/v1")
client = ElevenLabs(base_url=base, api_key="xi-sandbox")
adam = "adam0000000000000001"
done = 0


def script(**changes):
    request = urllib.request.Request(
        base + "/sandbox/script", json.dumps(changes).encode(), method="POST"
    )
    urllib.request.urlopen(request, context=ssl.create_default_context()).read()


def check(what, truth):
    global done
    if not truth:
        sys.exit(f"check-sdk: {what}: not so")
    done += 1


def refusal(call):
    try:
        call()
    except ApiError as found:
        return found
    sys.exit("check-sdk: no ApiError came")


def stream(text="one two three", **options):
    return b"".join(
        client.text_to_speech.stream(
            adam, text=text, model_id="eleven_flash_v2_5", output_format="pcm_24000", **options
        )
    )


def realtime(text, voice=adam):
    return b"".join(
        client.text_to_speech.convert_realtime(
            voice, text=iter(text), model_id="eleven_flash_v2_5", output_format="pcm_24000",
            voice_settings=VoiceSettings(speed=1.0),
        )
    )


# Models and voices.
models = {model.model_id: model for model in client.models.list()}
check("the models are listed", models["eleven_flash_v2_5"].can_do_text_to_speech)
voices = client.voices.get_all().voices
check("the voices are listed", [voice.name for voice in voices] == ["Adam", "Rachel", "Lena"])
page = client.voices.search(page_size=100)
check("a page of them", page.has_more and page.next_page_token == "2" and len(page.voices) == 2)
page = client.voices.search(next_page_token=page.next_page_token)
check("the next page", not page.has_more and page.voices[0].name == "Lena")

# Speech.
word = 120 * 24 * 2
check("sound", len(stream()) == 3 * word)
check(
    "faster sound",
    len(stream(voice_settings=VoiceSettings(speed=1.2), language_code="en")) < 3 * word,
)
mp3 = b"".join(client.text_to_speech.stream(adam, text="one", output_format="mp3_44100_128"))
check("MP3", mp3[0] == 0xFF)

# Speech of a text while it is written.
check("a reply in pieces", len(realtime(["one ", "two, ", "three."])) == 3 * word)
error = refusal(lambda: realtime(["one "], voice="nobody"))
check("no such voice", error.status_code == 1008)

# A clone.
sound = io.BytesIO()
with wave.open(sound, "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(16000)
    file.writeframes(bytes(32000))
account = client.user.subscription.get()
check("a clone is allowed", account.can_use_instant_voice_cloning)
check("there is a place", account.voice_slots_used < account.voice_limit)
made = client.voices.ivc.create(
    name="Anna", files=[("a.wav", sound.getvalue(), "audio/wav")],
    labels={"language": "en"},
)
check("a clone", not made.requires_verification)
check("it is listed", made.voice_id in [voice.voice_id for voice in client.voices.get_all().voices])
check("it is removed", client.voices.delete(made.voice_id).status == "ok")
error = refusal(lambda: client.voices.delete(made.voice_id))
check("only once", error.body["detail"]["status"] == "voice_not_found")

# What goes wrong.
for fault, status, name in [
    ("400", 400, "max_character_limit_exceeded"), ("401", 401, "invalid_api_key"),
    ("quota", 401, "quota_exceeded"), ("403", 403, "only_for_creator+"),
]:
    script(faults=[fault])
    error = refusal(stream)
    check(f"{name} has its status", error.status_code == status)
    check(f"{name} has its name", error.body["detail"]["status"] == name)
script(faults=["422"])
error = refusal(stream)
check("what is wrong has its place", error.status_code == 422)
for fault in ["429", "503", "500", "408"]:
    script(faults=[f"{fault}:count=1"])
    # The package does not try a stream again.
    voices = client.voices.get_all(request_options={"max_retries": 2}).voices
    check(f"a {fault} is tried again", len(voices) == 3)
script(faults=["eleven-stream=errorEvent"])
error = refusal(lambda: realtime(["one two three four five six. "]))
check("an error in the stream", error.status_code == 1008)
check("its reason", "quota_exceeded" in str(error.body))
script(faults=[])
print(f"check-sdk: {done} checks passed with elevenlabs {version('elevenlabs')}")
