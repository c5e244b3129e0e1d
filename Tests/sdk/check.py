"""The official openai package, unmodified, against `sandbox`: does it see what it would in the
cloud? Usage: check.py BASE_URL"""

import io
import json
import sys
import urllib.request
import wave

import openai
from openai import OpenAI

base = sys.argv[1]
client = OpenAI(base_url=base, api_key="sk-sandbox", max_retries=2)
done = 0


def script(**changes):
    request = urllib.request.Request(
        base.removesuffix("/v1") + "/sandbox/script", json.dumps(changes).encode(), method="POST"
    )
    urllib.request.urlopen(request).read()


def check(what, truth):
    global done
    if not truth:
        sys.exit(f"check-sdk: {what}: not so")
    done += 1


def refusal(error, call):
    try:
        call()
    except error as found:
        return found
    sys.exit(f"check-sdk: no {error.__name__} came")


sound = io.BytesIO()
with wave.open(sound, "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(16000)
    file.writeframes(bytes(32000))
question = ("question.wav", sound.getvalue(), "audio/wav")
messages = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "How are you?"},
]

# Models.
models = {model.id: model for model in client.models.list()}
check("the models are listed", "gpt-6-luna" in models and "tts-1" in models)
check("a model's end is told", models["tts-1"].shutdown_date is not None)

# Transcription.
answer = client.audio.transcriptions.create(model="gpt-transcribe", file=question, language="en")
check("a transcript", answer.text == "Hello from the sandbox.")
answer = client.audio.transcriptions.create(
    model="whisper-1", file=question, response_format="verbose_json",
    timestamp_granularities=["segment"],
)
check("a transcript with segments", answer.segments[0].text == "Hello from the sandbox.")
answer = client.audio.transcriptions.create(
    model="whisper-1", file=question, response_format="text"
)
check("a transcript as text", answer == "Hello from the sandbox.\n")
events = list(
    client.audio.transcriptions.create(model="gpt-transcribe", file=question, stream=True)
)
deltas = "".join(event.delta for event in events if event.type == "transcript.text.delta")
check("a streamed transcript", deltas == events[-1].text == "Hello from the sandbox.")

# Chat.
script(reply="I am well. And you?")
answer = client.chat.completions.create(model="gpt-6-luna", messages=messages)
check("a reply", answer.choices[0].message.content == "I am well. And you?")
chunks = list(
    client.chat.completions.create(
        model="gpt-6-luna", messages=messages, stream=True, max_completion_tokens=100,
        stream_options={"include_usage": True, "include_obfuscation": False},
    )
)
text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
check("a streamed reply", text == "I am well. And you?")
check("what it cost", chunks[-1].usage.completion_tokens == 7 and not chunks[-1].choices)
check("how it ended", chunks[-2].choices[0].finish_reason == "stop")

script(toolCall='set_timer:{"minutes": 5}', reply="It is set.")
tools = [
    {
        "type": "function",
        "function": {
            "name": "set_timer",
            "parameters": {"type": "object", "properties": {"minutes": {"type": "integer"}}},
        },
    }
]
with client.chat.completions.stream(
    model="gpt-6-luna", messages=messages, tools=tools
) as stream:
    asked = stream.get_final_completion().choices[0]
check("a call", asked.finish_reason == "tool_calls")
call = asked.message.tool_calls[0]
check("its arguments", json.loads(call.function.arguments) == {"minutes": 5})
said = {
    "role": "assistant",
    "tool_calls": [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.function.name, "arguments": call.function.arguments},
        }
    ],
}
result = {"role": "tool", "tool_call_id": call.id, "content": "done"}
answer = client.chat.completions.create(
    model="gpt-6-luna", messages=messages + [said, result], tools=tools
)
check("a reply after the result", answer.choices[0].message.content == "It is set.")
script(toolCall=None, reply=None)

# Speech.
with client.audio.speech.with_streaming_response.create(
    model="tts-1", voice="alloy", input="one two three", response_format="pcm"
) as response:
    pieces = list(response.iter_bytes())
check("sound", sum(map(len, pieces)) == 3 * 120 * 24 * 2)
check("its kind", response.headers["content-type"] == "audio/pcm")
wav = client.audio.speech.create(
    model="tts-1", voice="alloy", input="one", response_format="wav"
).read()
check("WAV of unknown length", wav[:4] == b"RIFF" and wav[4:8] == b"\xff" * 4)
mp3 = client.audio.speech.create(model="tts-1", voice="alloy", input="one").read()
check("MP3", mp3[0] == 0xFF)


# What goes wrong.
def chat():
    return client.chat.completions.create(model="gpt-6-luna", messages=messages)


def streamed():
    return list(
        client.chat.completions.create(model="gpt-6-luna", messages=messages, stream=True)
    )


for fault, kind in [
    ("400", openai.BadRequestError), ("401", openai.AuthenticationError),
    ("403", openai.PermissionDeniedError), ("404", openai.NotFoundError),
    ("413", openai.APIStatusError), ("422", openai.UnprocessableEntityError),
]:
    script(faults=[fault])
    error = refusal(kind, chat)
    check(f"a {fault} has its body", error.body and error.body["message"])
for fault in ["408", "409", "500", "503"]:
    script(faults=[f"{fault}:count=1"])
    check(f"a {fault} is tried again", chat().choices)
script(faults=["quota"])
impatient = client.with_options(max_retries=0)
error = refusal(
    openai.RateLimitError,
    lambda: impatient.chat.completions.create(model="gpt-6-luna", messages=messages),
)
check("the quota is told", error.type == "insufficient_quota")
script(faults=["chat=errorEvent"])
refusal(openai.APIError, streamed)
check("an error in the stream", True)
script(faults=["chat=trickle"])
check("a byte at a time", len(streamed()) > 5)
script(faults=[])
error = refusal(
    openai.BadRequestError,
    lambda: client.chat.completions.create(model="gpt-6-luna", messages=messages, max_tokens=5),
)
check("what is deprecated is refused", error.param == "max_tokens")
print(f"check-sdk: {done} checks passed with openai {openai.__version__}")
