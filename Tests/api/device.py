"""A `pressel run` on a simulated sound card, for scripts that ask it things from outside."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

CARD = """
pcm_type.paced {{ lib "{plugin}" }}
pcm.load {{
    type asym
    capture.pcm {{
        type plug
        slave.pcm {{
            type paced in "{folder}/microphone" rate {rate} channels 1 speed {speed}
        }}
    }}
    playback.pcm {{
        type plug
        slave.pcm {{ type paced out "/dev/null" rate 24000 channels 1 speed {speed} }}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Device:
    """Made by `with`; ended, and its folder removed, at the end of it. Its card is `speed` times as
    fast as a real one."""

    def __init__(
            self, program, key, web, environment=None, rate=16_000, settings=None, speed=1):
        self.folder = tempfile.mkdtemp(prefix="pressel-load-")
        self.lines = []
        self.key = key
        os.mkfifo(f"{self.folder}/microphone")
        # Open for both ways, it never closes.
        self.microphone = os.open(f"{self.folder}/microphone", os.O_RDWR | os.O_NONBLOCK)
        plugin = os.path.join(os.path.dirname(os.path.abspath(program)), "libasound_paced.so")
        with open(f"{self.folder}/asound.conf", "w") as file:
            file.write(CARD.format(
                plugin=plugin, folder=self.folder, rate=rate, speed=speed))
        with open(f"{self.folder}/owner.json", "w") as file:
            json.dump({
                "button": {"source": "keyboard"}, "web": {"listen": "127.0.0.1"} | web,
                "audio": {"captureDevice": "load", "playbackDevice": "load"}, **(settings or {}),
            }, file)
        own = os.environ | {
            "ALSA_CONFIG_PATH": f"{self.folder}/asound.conf", "PROXY_API_KEY": key,
        } | (environment or {})
        self.process = subprocess.Popen(
            [program, "run", "--settings", f"{self.folder}/owner.json", "--state",
             f"{self.folder}/state"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=own, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(5)
        os.close(self.microphone)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self):
        return "\n".join(self.lines)

    def says(self, pattern, times=1, within=30):
        """Waits until so many lines of the log match; gives the last of them."""
        end = time.monotonic() + within
        while True:
            found = [match for line in list(self.lines) if (match := re.search(pattern, line))]
            if len(found) >= times:
                return found[times - 1]
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(f"the log does not say {pattern} {times} times:\n{self.log}")
            time.sleep(0.01)

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self):
        """Ends it as a service manager does; gives its exit status and the seconds that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.reader.join(5)
        return status, time.monotonic() - began

    # What the kernel knows of it.

    def figures(self):
        own = f"/proc/{self.process.pid}"
        sizes = {}
        with open(f"{own}/smaps_rollup") as file:
            for line in file.readlines()[1:]:
                name, value, *_ = line.split()
                sizes[name.rstrip(":")] = int(value) * 1024
        return {
            "pss": sizes["Pss"], "anonymous": sizes["Anonymous"],
            "threads": len(os.listdir(f"{own}/task")), "files": len(os.listdir(f"{own}/fd")),
        }
