"""What an independent WebSocket client finds at /ws/voice: whole and cut messages, pings, closes,
sizes, and frames that no client may send (RFC 6455)."""

import json
import struct
import time

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect


def opened(url, key, context, **more):
    headers = more.pop("additional_headers", {})
    if key:
        headers["x-api-key"] = key
    return connect(
        url, additional_headers=headers, ssl=context, open_timeout=10, close_timeout=5,
        max_size=None, **more)


def end_of(socket, limit=20):
    """The code that it is closed with, and what texts came before."""
    texts = []
    end = time.monotonic() + limit
    try:
        while time.monotonic() < end:
            message = socket.recv(timeout=limit)
            if isinstance(message, str):
                texts.append(message)
    except ConnectionClosed as closed:
        return (closed.rcvd.code if closed.rcvd else 1006), texts
    except TimeoutError:
        pass
    return None, texts


def frame(opcode, payload=b"", final=True, reserved=0, masked=True, length=None):
    """The bytes of a frame, right or wrong."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    count = len(payload) if length is None else length
    mark = 0x80 if masked else 0
    head = struct.pack("!B", first)
    if count < 126:
        head += struct.pack("!B", mark | count)
    elif count < 65_536:
        head += struct.pack("!BH", mark | 126, count)
    else:
        head += struct.pack("!BQ", mark | 127, count)
    # A mask of zeros changes nothing.
    return head + (bytes(4) if masked else b"") + payload


# What is sent, and the codes that it may be answered with; 1006 is a connection that just ends.
BROKEN = [
    ("a frame without a mask", frame(1, b"{}", masked=False), {1002, 1006}),
    ("reserved bits", frame(1, b"{}", reserved=4), {1002, 1006}),
    ("an unknown opcode", frame(3, b"x"), {1002, 1006}),
    ("an unknown control opcode", frame(11), {1002, 1006}),
    ("a ping in two frames", frame(9, final=False), {1002, 1006}),
    ("a ping of 126 bytes", frame(9, bytes(126)), {1002, 1006}),
    ("a continuation of nothing", frame(0, b"x"), {1002, 1006}),
    ("a message within a message", frame(1, b"{", False) + frame(1, b"}"), {1002, 1006}),
    ("a text that is no UTF-8", frame(1, b"\xc3\x28"), {1007, 1006}),
    ("a text that is no UTF-8, cut", frame(1, b"\xc3", False) + frame(0, b"("), {1007, 1006}),
    ("a close of one byte", frame(8, b"\x03"), {1002, 1006}),
    ("a close with a code that none may send", frame(8, struct.pack("!H", 1005)), {1002, 1006}),
    ("a close whose reason is no UTF-8", frame(8, b"\x03\xe8\xff"), {1007, 1002, 1006}),
    ("a frame of 2^63 bytes", frame(2, length=1 << 63), {1002, 1009, 1006}),
    ("a frame of a gigabyte", frame(2, b"x", length=1 << 30), {1009, 1006}),
]


# Somebody says "go forward ten meters"; from Debian's pocketsphinx-testdata, 16 kHz.
RECORDING = "/usr/share/pocketsphinx/test/data/goforward.raw"


def talk(url, key, context, failures):
    """A turn, whole: the question as it is recorded, then what comes of it."""
    with open(RECORDING, "rb") as file:
        sound = file.read()
    with opened(url, key, context) as socket:
        socket.send(json.dumps({"type": "start", "format": "pcm16", "rate": 16_000}))
        for start in range(0, len(sound), 3200):
            socket.send(sound[start:start + 3200])
        socket.send(json.dumps({"type": "end"}))
        kinds, heard = [], 0
        while not kinds or kinds[-1] not in ("done", "error"):
            message = socket.recv(timeout=60)
            if isinstance(message, bytes):
                heard += len(message)
                kind = "sound"
            else:
                kind = json.loads(message)["type"]
            if not kinds or kinds[-1] != kind:
                kinds.append(kind)
        order = [kind for kind in kinds if kind in ("transcript", "audio.start", "done")]
        failures.check(
            order == ["transcript", "audio.start", "done"] and "reply.delta" in kinds and heard > 0,
            f"a turn: {' '.join(kinds)}, {heard} bytes of sound")


def check(url, key, context, failures):
    def refused(what, wanted, **more):
        try:
            opened(url, context=context, **more).close()
            failures.check(False, f"{what} is let in")
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            failures.check(status in wanted, f"{what} is answered with {status}")

    refused("nobody", {401}, key=None)
    refused("a wrong key", {401, 403}, key="wrong")
    refused("another site", {403}, key=key, origin="https://evil.example")

    with opened(url, key, context) as socket:
        began = time.monotonic()
        socket.ping(b"are you there").wait(5)
        took = (time.monotonic() - began) * 1000
        failures.check(took < 1000, f"a ping is answered, after {took:.1f} ms")
        socket.close(1000, "enough")
        failures.check(socket.protocol.close_rcvd.code == 1000, "a close is answered with its code")

    with opened(url, key, context) as socket:
        # Cut into three frames, with a ping between them.
        start = json.dumps({"type": "start", "format": "pcm16", "rate": 16_000}).encode()
        raw = frame(1, start[:5], False) + frame(0, start[5:9], False) + frame(9, b"p")
        socket.socket.sendall(raw + frame(0, start[9:]))
        socket.send(iter([bytes(3200), bytes(3200)]))
        socket.send(json.dumps({"type": "cancel"}))
        socket.ping().wait(5)
        failures.check(True, "a message in frames, with a ping between them, is one message")

    for words in ["", "x", "[]", "7", '{"type":', '{"type":"dance"}', '{"type":7}', "{}",
                  '{"type":"start","format":"mp9","rate":16000}',
                  '{"type":"start","format":"pcm16","rate":-1}',
                  '{"type":"start","format":"pcm16","rate":1e300}', '{"type":"end"}',
                  "[" * 60_000, '{"type":"start","format":"' + "x" * 60_000 + '"}']:
        with opened(url, key, context) as socket:
            socket.send(words)
            if words == '{"type":"end"}':
                socket.send(words)
            try:
                answer = json.loads(socket.recv(timeout=10))
                code = None
            except ConnectionClosed as closed:
                answer, code = {}, closed.rcvd.code if closed.rcvd else 1006
            except TimeoutError:
                answer, code = {}, None
            failures.check(
                answer.get("type") == "error" or code in {1002, 1003, 1007, 1008},
                f"{words[:50]} is answered with {str(answer)[:90] or code}")

    with opened(url, key, context) as socket:
        socket.send(bytes(100))
        try:
            answer = socket.recv(timeout=10)
            failures.check("error" in str(answer), "sound before a start is an error")
        except ConnectionClosed:
            failures.check(True, "sound before a start ends it")

    with opened(url, key, context) as socket:
        try:
            socket.send(bytes(8 << 20))
        except ConnectionClosed:
            pass
        code, _ = end_of(socket)
        failures.check(code in {1009, 1006}, f"a message of 8 MB ends it with {code}")

    with opened(url, key, context) as socket:
        try:
            # No message is too long, but all frames of it are.
            socket.send(bytes(65_536) for _ in range(128))
        except ConnectionClosed:
            pass
        code, _ = end_of(socket)
        failures.check(code in {1009, 1006}, f"8 MB in 128 frames end it with {code}")

    for what, raw, wanted in BROKEN:
        with opened(url, key, context) as socket:
            try:
                socket.socket.sendall(raw)
                code, _ = end_of(socket, 10)
            except OSError:
                # It had enough before all was sent.
                code = 1006
            failures.check(code in wanted, f"{what}: {code}")

    talk(url, key, context, failures)

    sockets = [opened(url, key, context) for _ in range(5)]
    for socket in sockets[:4]:
        # Gone without a word.
        socket.socket.close()
    sockets[4].ping().wait(5)
    sockets[4].close()
    failures.check(True, "those that hang up without a word leave the others alone")
