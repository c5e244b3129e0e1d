"""The rig's guest, seen from outside: a virtual machine that can be booted, asked and cut off."""

import base64
import collections
import io
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import zlib

from sound import Sound

KEY = "rig-key-0123456789abcdef"

# What each architecture is emulated by, as which processor, and where its console is.
Machine = collections.namedtuple("Machine", "command processor console")
MACHINES = {
    "amd64": Machine(["qemu-system-x86_64", "-machine", "q35"], "max", "ttyS0"),
    "arm64": Machine(["qemu-system-aarch64", "-machine", "virt"], "cortex-a72", "ttyAMA0"),
}


class GuestError(Exception):
    """The guest did not do what it was asked, or is gone."""


def has_kvm(work):
    """Whether this machine runs a kernel by itself, which not every /dev/kvm can."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    try:
        # Without a disk it starts anew, which ends the program.
        return subprocess.run(
            ["qemu-system-x86_64", "-machine", "q35", "-accel", "kvm", "-cpu", "host",
             "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-m", "256",
             "-kernel", f"{work}/vmlinuz", "-append", "panic=-1"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class Guest:
    """Made with its disk; `boot` starts it. Any function of agent.py is one of its own."""

    key = KEY

    def __init__(self, work, arch, is_fast, payload, disk, memory=512):
        self.work, self.machine = work, MACHINES[arch]
        self.is_fast, self.payload = is_fast, payload
        self.disk, self.memory = disk, memory
        self.folder = tempfile.mkdtemp(prefix="pressel-rig-")
        self.process = self.socket = None
        self.rest = b""
        self.boots = 0
        self.recordings = []

    def patience(self, seconds):
        """So many seconds, or more where every instruction is translated."""
        return seconds * (1 if self.is_fast else 4)

    def boot(self, append="", rtc="utc", wait=True, loads=None, skips=False):
        """From power on, or from a state that `save` has kept. One that skips does not wait, where its
        time passes by instructions: as soon as it is idle, it is the moment of its next timer."""
        self.boots += 1
        port, monitor = f"{self.folder}/agent", f"{self.folder}/monitor"
        for path in [port, monitor]:
            if os.path.exists(path):
                os.remove(path)
        # Translated, its time passes by the instructions that it executes, so that a busy host makes
        # it slow, but nothing in it late.
        accelerator = ["-accel", "kvm", "-cpu", "host", "-smp", "2"] if self.is_fast else [
            "-accel", "tcg,thread=single", "-icount", f"shift=0,sleep={'off' if skips else 'on'}",
            "-cpu", self.machine.processor]
        self.process = subprocess.Popen(
            self.machine.command + accelerator + [
                "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                "-m", str(self.memory), "-rtc", f"base={rtc},clock=vm",
                "-kernel", f"{self.work}/vmlinuz",
                "-initrd", f"{self.work}/initrd",
                "-append", f"root=/dev/vda rw console={self.machine.console} quiet"
                f" systemd.show_status=0 {append}",
                "-drive", f"file={self.disk},format=qcow2,if=none,id=disk",
                "-device", "virtio-blk-pci,drive=disk",
                "-drive", f"file={self.payload},format=raw,readonly=on,if=none,id=rig",
                "-device", "virtio-blk-pci,drive=rig,serial=rig",
                "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
                "-chardev", f"socket,id=agent,path={port},server=on,wait=off",
                "-device", "virtserialport,chardev=agent,name=rig",
                "-monitor", f"unix:{monitor},server=on,wait=off",
                "-serial", f"file:{self.folder}/console-{self.boots}.txt",
            ] + (["-loadvm", loads] if loads else []),
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.socket = self._connect(port)
        self.rest = b""
        if loads:
            # It slept, and does not know for how long.
            self.shell(f"date -s @{time.time():.3f}")
        else:
            self._line(self.patience(60))
        if wait:
            self.wait_until_healthy()
            # Which answers before the button is there.
            self.until(lambda: "the button is line" in self.log(), 30, "Pressel has the button")

    def _connect(self, path):
        line = socket.socket(socket.AF_UNIX)
        for _ in range(400):
            try:
                line.connect(path)
                return line
            except OSError:
                if self.process.poll() is not None:
                    raise GuestError(self.process.stderr.read()) from None
                time.sleep(0.05)
        raise GuestError(f"nobody answers at {path}")

    def save(self, name):
        """Keeps its whole state on its disk, and ends it."""
        with self._connect(f"{self.folder}/monitor") as monitor:
            monitor.sendall(f"savevm {name}\nquit\n".encode())
            answer = b""
            while more := monitor.recv(4096):
                answer += more
        self.cut_off()
        if b"Error" in answer:
            raise GuestError(answer.decode(errors="replace"))

    def _line(self, seconds):
        self.socket.settimeout(seconds)
        while b"\n" not in self.rest:
            try:
                more = self.socket.recv(1 << 20)
            except TimeoutError:
                raise GuestError(f"the guest says nothing for {seconds} s") from None
            if not more:
                raise GuestError("the guest is gone")
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def do(self, name, *arguments, seconds=120, **named):
        call = {"call": name, "with": arguments, "by": named}
        self.socket.sendall(json.dumps(call).encode() + b"\n")
        answer = self._line(self.patience(seconds))
        if "fails" in answer:
            raise GuestError(f"{name}: {answer['fails']}")
        return answer["gives"]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **named: self.do(name, *arguments, **named)

    # Ending.

    def cut_off(self):
        """As if its plug were pulled: what its kernel had not written yet is lost."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
            self.process.stderr.close()
        if self.socket:
            self.socket.close()
        self.process = self.socket = None

    def shut_down(self):
        self.do("shell", "systemctl poweroff --no-block")
        try:
            self.process.wait(self.patience(40))
        except subprocess.TimeoutExpired:
            raise GuestError("the guest does not go down") from None
        finally:
            self.cut_off()

    def remove(self):
        self.cut_off()
        shutil.rmtree(self.folder)

    # What is asked of Pressel.

    def wait_until_healthy(self, seconds=30):
        self.until(lambda: self.ask("/health")[0] == 200, seconds, "/health answers")

    def until(self, holds, seconds, what):
        """Asks until the answer is true, and gives it. The seconds are the guest's own; a guest so slow
        that its host waits twenty times as long is none."""
        end, latest = self.do("now") + seconds, time.monotonic() + 20 * seconds
        while True:
            try:
                answer = holds()
                if answer:
                    return answer
            except GuestError as error:
                if "URLError" not in str(error) and "Connection" not in str(error):
                    raise
                answer = error
            if self.do("now") > end or time.monotonic() > latest:
                last = str(answer).strip().splitlines()[-1:]
                raise GuestError(f"not within {seconds} s: {what}; last: {last}")
            time.sleep(0.1)

    def api(self, path, body=None, method=None, expects=200):
        status, answer = self.do("ask", path, body, method, KEY)
        if status != expects:
            raise GuestError(f"{method or ''} {path} answers {status}: {answer[:300]}")
        return json.loads(answer) if answer else None

    def status(self):
        return self.api("/api/status")

    def is_idle(self):
        return self.status()["state"] == "idle"

    def turns(self):
        """The newest first."""
        return self.api("/api/turns?limit=50")["turns"]

    def next_turn(self, before, seconds=30):
        """The turn that comes to `before`, as `turns` gave them, when it is over and heard."""
        known = {turn["id"] for turn in before}

        def new():
            fresh = [turn for turn in self.turns() if turn["id"] not in known]
            return fresh[0] if fresh and fresh[0]["outcome"] else None
        turn = self.until(new, seconds, "a turn is over")
        self.until(self.is_idle, seconds, "it is idle again")
        return turn

    def kept(self, turn, which):
        """The `question` or `reply` of a turn."""
        status, sound = self.do("fetch", f"/api/turns/{turn['id']}/{which}.wav", KEY)
        if status != 200:
            raise GuestError(f"the {which} of turn {turn['id']}: {status}")
        return Sound.of_file(base64.b64decode(sound))

    def set(self, settings):
        self.api("/api/settings", settings, "PUT")

    def understands(self, sound):
        """What a recognizer makes of it."""
        file = io.BytesIO()
        sound.save(file)
        return self.do("understood", base64.b64encode(file.getvalue()).decode())

    def heard(self):
        answer = self.do("heard")
        sound = Sound(
            zlib.decompress(base64.b64decode(answer["sound"])), answer["rate"], answer["began"])
        self.recordings.append(sound)
        if answer["complaint"]:
            raise GuestError(f"the recording has gaps: {answer['complaint']}")
        return sound
