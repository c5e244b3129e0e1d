"""Drives the sandbox's Realtime API with the official openai package."""

import base64
import sys

import openai

url = sys.argv[1]
client = openai.OpenAI(
    api_key="k", base_url=url, websocket_base_url=url.replace("http", "ws", 1), max_retries=0
)
checks = 0


def check(condition, what):
    global checks
    if not condition:
        sys.exit(f"check-sdk: openai realtime: {what}")
    checks += 1


def until(connection, kind):
    """The events up to the first of that kind."""
    events = []
    for event in connection:
        events.append(event)
        if event.type == kind:
            return events
    sys.exit(f"check-sdk: openai realtime: there was no {kind}")


with client.realtime.connect(model="gpt-realtime-2.1-mini") as connection:
    until(connection, "session.created")
    pcm = {"type": "audio/pcm", "rate": 24000}
    connection.session.update(
        session={
            "type": "realtime",
            "output_modalities": ["audio"],
            "audio": {"input": {"turn_detection": None}, "output": {"format": pcm, "voice": "marin"}},
        }
    )
    until(connection, "session.updated")
    connection.response.create(
        response={
            "conversation": "none",
            "output_modalities": ["audio"],
            "metadata": {"seq": "3"},
            "input": [
                {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "one two"}],
                }
            ],
        }
    )
    events = until(connection, "response.done")
    check(events[0].type == "response.created", "the response is not created first")
    check(events[0].response.metadata == {"seq": "3"}, "the metadata is lost")
    sound = b"".join(
        base64.b64decode(event.delta) for event in events if event.type == "response.output_audio.delta"
    )
    check(len(sound) == 2 * 2 * 24000 * 120 // 1000, f"{len(sound)} bytes of sound")
    words = [e.transcript for e in events if e.type == "response.output_audio_transcript.done"]
    check(words == ["one two"], f"it says that it said {words}")
    check(events[-1].response.status == "completed", "it is not completed")
    connection.response.create(response={"no": "such field"})
    check(until(connection, "error")[-1].error.code == "unknown_parameter", "it is not strict")
    connection.response.cancel()
    check(
        until(connection, "error")[-1].error.code == "response_cancel_not_active",
        "there was nothing to cancel",
    )

with client.realtime.connect(
    model="gpt-realtime-2.1-mini", extra_query={"intent": "transcription"}
) as connection:
    until(connection, "session.created")
    connection.session.update(
        session={
            "type": "transcription",
            "audio": {
                "input": {
                    "format": pcm,
                    "transcription": {"model": "gpt-live-transcribe", "language": "en"},
                    "turn_detection": None,
                }
            },
        }
    )
    until(connection, "session.updated")
    connection.input_audio_buffer.commit()
    code = until(connection, "error")[-1].error.code
    check(code == "input_audio_buffer_commit_empty", f"an empty buffer is {code}")
    connection.input_audio_buffer.append(audio=base64.b64encode(bytes(48000)).decode())
    connection.input_audio_buffer.commit()
    done = "conversation.item.input_audio_transcription.completed"
    check(until(connection, done)[-1].transcript == "Hello from the sandbox.", "no transcript")

try:
    with client.realtime.connect(model="no-such-model") as connection:
        next(iter(connection))
    check(False, "a model that does not exist is taken")
except Exception as error:
    check("404" in str(error), f"an unknown model is {error}")

print(f"{checks} checks passed with openai {openai.__version__}, realtime")
