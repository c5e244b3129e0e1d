"""The official anthropic package, unmodified, against `sandbox`: does it see what it would in the
cloud? Usage: check_anthropic.py BASE_URL"""

import json
import sys
import urllib.request

import anthropic
from anthropic import Anthropic

base = sys.argv[1].removesuffix("/v1")
client = Anthropic(base_url=base, api_key="sk-ant-sandbox", max_retries=2)
impatient = client.with_options(max_retries=0)
done = 0


def script(**changes):
    request = urllib.request.Request(
        base + "/sandbox/script", json.dumps(changes).encode(), method="POST"
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


wanted = {
    "model": "claude-haiku-5-5",
    "max_tokens": 100,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "How are you?"}],
}

# Models.
models = [model.id for model in client.models.list(limit=2)]
check("the models are listed over several pages", "claude-haiku-5-5" in models)

# A reply.
script(reply="I am well. And you?")
answer = client.messages.create(**wanted)
check("a reply", answer.content[0].text == "I am well. And you?")
check("how it ended", answer.stop_reason == "end_turn")
check("its request's id", answer._request_id.startswith("req_"))
with client.messages.stream(**wanted) as stream:
    text = "".join(stream.text_stream)
    message = stream.get_final_message()
check("a streamed reply", text == message.content[0].text == "I am well. And you?")
check("what it cost", message.usage.output_tokens == 7)
events = [event.type for event in client.messages.create(**wanted, stream=True)]
check("its events", events[0] == "message_start" and events[-1] == "message_stop")
cut = client.messages.create(**{**wanted, "max_tokens": 2})
check("the limit", cut.stop_reason == "max_tokens" and cut.content[0].text == "I am")

# Tools.
script(toolCall='set_timer:{"minutes": 5}', reply="It is set.")
tools = [
    {
        "name": "set_timer",
        "description": "Sets a timer.",
        "input_schema": {"type": "object", "properties": {"minutes": {"type": "integer"}}},
    }
]
asked = client.messages.create(**wanted, tools=tools)
check("a call", asked.stop_reason == "tool_use" and asked.content[0].input == {"minutes": 5})
with client.messages.stream(**wanted, tools=tools) as stream:
    asked = stream.get_final_message()
check("a streamed call", asked.content[0].input == {"minutes": 5})
result = {"type": "tool_result", "tool_use_id": asked.content[0].id, "content": "done"}
conversation = wanted["messages"] + [
    {"role": "assistant", "content": asked.content},
    {"role": "user", "content": [result]},
]
answer = client.messages.create(**{**wanted, "messages": conversation}, tools=tools)
check("a reply after the result", answer.content[0].text == "It is set.")
lonely = {**wanted, "messages": conversation[:1] + conversation[2:]}
refusal(anthropic.BadRequestError, lambda: client.messages.create(**lonely, tools=tools))
check("a result without a call is refused", True)
script(toolCall=None, reply=None)

# What goes wrong.
for fault, kind, type in [
    ("400", anthropic.BadRequestError, "invalid_request_error"),
    ("401", anthropic.AuthenticationError, "authentication_error"),
    ("403", anthropic.PermissionDeniedError, "permission_error"),
    ("404", anthropic.NotFoundError, "not_found_error"),
    ("413", anthropic.APIStatusError, "request_too_large"),
    ("422", anthropic.UnprocessableEntityError, "invalid_request_error"),
    ("quota", anthropic.APIStatusError, "billing_error"),
]:
    script(faults=[fault])
    error = refusal(kind, lambda: client.messages.create(**wanted))
    check(f"a {fault} has its body", error.body["error"]["type"] == type)
    check(f"a {fault} has its id", error.request_id == "req_sandbox")
for fault in ["408", "409", "500", "503"]:
    script(faults=[f"{fault}:count=1"])
    check(f"a {fault} is tried again", client.messages.create(**wanted).content)
script(faults=["429"])
error = refusal(anthropic.RateLimitError, lambda: impatient.messages.create(**wanted))
check("when to come back", error.response.headers["retry-after"] == "1")
script(faults=["503"])
error = refusal(anthropic.APIStatusError, lambda: impatient.messages.create(**wanted))
check("overloaded", error.status_code == 529)
script(faults=["messages=errorEvent"])
refusal(
    anthropic.APIStatusError,
    lambda: list(client.messages.create(**wanted, stream=True)),
)
check("an error in the stream", True)
script(faults=["messages=trickle"])
with client.messages.stream(**wanted) as stream:
    check("a byte at a time", stream.get_final_text().startswith("You said"))
script(faults=[])
error = refusal(
    anthropic.BadRequestError,
    lambda: client.messages.create(
        **wanted,
        extra_body={"temperature": 1.0},
        extra_headers={"anthropic-version": "2026-10-21"},
    ),
)
check("sampling is refused", "Extra inputs" in error.body["error"]["message"])
print(f"check-sdk: {done} checks passed with anthropic {anthropic.__version__}")
