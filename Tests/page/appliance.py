"""A device with a button, a microphone and a cloud of its own, for a browser to meet."""

import fcntl
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../api"))
from device import Device, free_port  # noqa: E402
from served import Served  # noqa: E402

KEY = "check-page-key-0123456789"
PASSWORD = "a quiet afternoon"
# Somebody says "go forward ten meters"; from Debian's pocketsphinx-testdata, 16 kHz.
RECORDING = "/usr/share/pocketsphinx/test/data/goforward.raw"
RATE = 16_000


def spoken():
    with open(RECORDING, "rb") as file:
        return file.read()


def recording(path, times=1):
    """The same as a WAV file, with a second of silence behind it."""
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(spoken() * times + bytes(2 * RATE))
    return path


class Cloud:
    """The sandbox: OpenAI, ElevenLabs and the others on loopback."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, "--profile", "instant", *options], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[2]
        self.root = self.url.removesuffix("/v1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def follow(self, **script):
        request = urllib.request.Request(
            f"{self.root}/sandbox/script", json.dumps(script).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def requests(self):
        """What it was asked."""
        with urllib.request.urlopen(f"{self.root}/sandbox/requests", timeout=10) as answer:
            return json.loads(answer.read())

    @property
    def environment(self):
        return {
            "OPENAI_API_KEY": "sandbox-key", "OPENAI_BASE_URL": self.url,
            "ELEVENLABS_API_KEY": "sandbox-key", "ELEVENLABS_BASE_URL": self.root,
        }


class Appliance(Device):
    """`pressel run` with a button of the kernel's kind: its input device is a pipe."""

    # Of linux/input-event-codes.h.
    KEY_EVENT, KEY_ENTER = 1, 28

    def __init__(
            self, program, environment=None, settings=None, web=None, button="input", files=None):
        self.port = free_port()
        self.secure_port = free_port()
        # What is inherited would make a device with another cloud out of it.
        inherited = [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL"))]
        self.saved = {name: os.environ.pop(name) for name in inherited}
        self.line = None
        pipe = os.path.join(
            tempfile.gettempdir(), f"pressel-button-{os.getpid()}-{self.port}")
        if button == "input":
            os.mkfifo(pipe)
            self.line = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self.pipe = pipe
        super().__init__(
            program, KEY, {"port": self.port, "tlsPort": self.secure_port} | (web or {}),
            environment, RATE,
            {"button": {"source": button} | ({"device": pipe} if self.line else {})}
            | (settings or {}))
        # A whole sentence fits into the microphone.
        fcntl.fcntl(self.microphone, fcntl.F_SETPIPE_SZ, 1 << 20)
        self.says(r"serving on", within=60)
        self.says(r"serving HTTPS on", within=60)
        self.url = f"http://127.0.0.1:{self.port}"
        self.secure_url = f"https://127.0.0.1:{self.secure_port}"
        # Where browsers find its page.
        self.page_port = Served(files, self.port).port if files else self.port
        self.page = f"http://127.0.0.1:{self.page_port}"

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        os.environ.update(self.saved)
        if self.line is not None:
            os.close(self.line)
            os.unlink(self.pipe)

    known = None

    @property
    def origins(self):
        """Of its own, however it is called; and what else a proof knows."""
        if self.known:
            return self.known
        ports = {self.port, self.page_port, self.secure_port}
        return [f"{scheme}://{name}:{port}" for scheme in ("http", "https", "ws", "wss")
                for name in ("127.0.0.1", "localhost", "pressel.local") for port in ports]

    # Its button.

    def _edge(self, is_down):
        now = time.monotonic_ns()
        seconds, rest = divmod(now // 1000, 1_000_000)
        event = struct.pack("qqHHi", seconds, rest, self.KEY_EVENT, self.KEY_ENTER, int(is_down))
        os.write(self.line, event + struct.pack("qqHHi", seconds, rest, 0, 0, 0))

    def hold(self, seconds):
        self._edge(True)
        time.sleep(seconds)
        self._edge(False)

    def hold_soon(self, after, seconds):
        """While something else goes on."""
        def later():
            time.sleep(after)
            self.hold(seconds)
        threading.Thread(target=later, daemon=True).start()

    # Its microphone.

    def hear(self, sound=None):
        """Lets it hear somebody; gives how many seconds that takes."""
        sound = sound or spoken()
        os.write(self.microphone, sound)
        return len(sound) / 2 / RATE

    def turn(self):
        """A whole one, by its button; waits until it is over."""
        before = sum(self.ask("GET", "/api/status")["turns"].values())
        self._edge(True)
        time.sleep(self.hear() + 0.1)
        self._edge(False)
        for _ in range(600):
            status = self.ask("GET", "/api/status")
            if sum(status["turns"].values()) > before and status["state"] == "idle":
                return
            time.sleep(0.1)
        raise SystemExit(f"a turn does not end:\n{self.log}")

    def come_to(self, state):
        for _ in range(300):
            if self.ask("GET", "/api/status")["state"] == state:
                return
            time.sleep(0.1)
        raise SystemExit(f"it does not come to be {state}:\n{self.log}")

    def rest(self):
        """Waits until it says and hears nothing."""
        self.come_to("idle")

    # Its API, for what a test has to know without the page.

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data, {"x-api-key": KEY, "Content-Type": "application/json"},
            method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def settings(self):
        return self.ask("GET", "/api/settings")

    def agree(self):
        """Holds its button when it asks whether a browser may manage it."""
        self.come_to("consenting")
        self.hold(3.3)

    def claim(self):
        """Makes it somebody's, with the password that all tests use."""
        asked = self.ask("POST", "/api/claim", {})
        if asked["how"] == "button":
            self.agree()
        for _ in range(300):
            told = self.ask("POST", "/api/claim", {"claim": asked["claim"]})
            if told["state"] == "agreed":
                break
            time.sleep(0.1)
        self.ask("POST", "/api/claim", {"claim": asked["claim"], "password": PASSWORD})
        self.rest()
