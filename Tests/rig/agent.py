"""What runs in the rig's guest: a finger on the button, a mouth at the microphone, an ear at the
speaker, an eye on the light, and hands for the rest.

The host calls functions of this file by name, one at a time, in lines of JSON over a virtio port.
Moments are seconds of CLOCK_MONOTONIC.
"""

import array
import base64
import json
import math
import operator
import os
import re
import subprocess
import threading
import time
import traceback
import wave
import zlib

import service
from service import browser, pids, run, unit  # noqa: F401, some only for the host

PORT = "/dev/virtio-ports/rig"
LINES = "/run/rig-gpio"
BUTTON = 17
PEOPLE = "/usr/share/pocketsphinx/test/data"
# In memory: the disk may be full.
SPEECH = "/run/rig/speech.wav"
RATE = 16_000
# In what voice and how fast Debian 13's espeak-ng says what, so that it is understood whichever
# millisecond it begins at. Another voice may be understood every other time.
VOICES = {
    "What time is it?": ("en-us+klatt", 140),
    "Set a timer for thirty seconds.": ("en-us+klatt4", 135),
}
HEARD = "/run/rig/heard.raw"


# The button.

def pull(line, way):
    """Moves a line, and gives the moment at which that was asked of the kernel."""
    descriptor = os.open(f"{LINES}/sim_gpio{line}/pull", os.O_WRONLY)
    try:
        now = time.monotonic()
        os.write(descriptor, way.encode())
        return now
    finally:
        os.close(descriptor)


def press(line=BUTTON):
    return pull(line, "pull-down")


def release(line=BUTTON):
    return pull(line, "pull-up")


# Sound.

def status(card, stream):
    """What the kernel tells of one end of a cable."""
    with open(f"/proc/asound/{card}/{stream}/sub0/status") as file:
        return dict(re.findall(r"^(\w+)\s*: (.*)$", file.read(), re.M))


def begins(process, card, stream):
    """The moment of the first sample of what was just started."""
    for _ in range(2000):
        now = status(card, stream)
        # As long as a few samples are all that was sent.
        if now.get("state") == "RUNNING":
            return float(now["trigger_time"])
        if process.poll() is not None:
            break
        time.sleep(0.001)
    raise RuntimeError(f"{process.args} does not begin: {now} {process.communicate()[1]}")


def compose(*parts):
    """Makes SPEECH of seconds of silence, recordings of people, and texts for espeak-ng."""
    sound = b""
    for part in parts:
        if isinstance(part, (int, float)):
            sound += bytes(2 * int(part * RATE))
        elif part.endswith(".raw"):
            with open(f"{PEOPLE}/{part}", "rb") as file:
                sound += file.read()
        else:
            sound += spoken(part)
    with wave.open(SPEECH, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(sound)
    return len(sound) / 2 / RATE


def spoken(text):
    """As espeak-ng says it, without the silence around it."""
    path = "/run/rig/spoken.wav"
    voice, speed = VOICES[text]
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", path, text], check=True)
    with wave.open(path) as file:
        rate, frames = file.getframerate(), file.readframes(file.getnframes())
    out = resampled(array.array("h", frames), rate)
    loud = [index for index, sample in enumerate(out) if abs(sample) > 300]
    return out[loud[0]:loud[-1]].tobytes()


def resampled(samples, rate, half=12):
    """At RATE, without what is too high for that, which would be heard as something else."""
    share = min(1.0, 0.95 * RATE / rate)

    def weight(distance):
        if abs(distance) >= half:
            return 0.0
        angle = math.pi * distance
        wave = math.sin(share * angle) / angle if angle else share
        return wave * (0.5 + 0.5 * math.cos(angle / half))

    weights, out = {}, array.array("h")
    for number in range(len(samples) * RATE // rate):
        index, phase = divmod(number * rate, RATE)
        if phase not in weights:
            weights[phase] = [weight(at - phase / RATE) for at in range(1 - half, half + 1)]
        first = index + 1 - half
        if first < 0 or index + half >= len(samples):
            out.append(0)
            continue
        value = sum(map(operator.mul, weights[phase], samples[first:index + half + 1]))
        out.append(max(-32768, min(32767, int(value))))
    return out


def spoken_between():
    """The seconds of SPEECH between which there is a voice, and no breath."""
    with wave.open(SPEECH) as file:
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
    loud = [index for index, sample in enumerate(samples) if abs(sample) > 1500]
    return [loud[0] / RATE, loud[-1] / RATE]


class Mouth:
    process = None


def speak():
    """Begins to say SPEECH into the microphone; gives the moment of its first sample."""
    if Mouth.process:
        # What it said last ended in silence.
        Mouth.process.kill()
        Mouth.process.communicate()
    Mouth.process = subprocess.Popen(
        ["aplay", "-q", "-D", "plughw:CARD=Mic,DEV=0", SPEECH],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return begins(Mouth.process, "Mic", "pcm0p")


class Ear:
    process = None
    began = 0.0
    rate = 0


def listen():
    """Begins to record what comes out of the speaker. When that ends, the cable gives out 2 ms of what
    its buffer held there before: of nothing, if the buffer is as long as a recording."""
    Ear.process = subprocess.Popen(
        ["arecord", "-q", "-D", "hw:CARD=Spk,DEV=1", "-f", "S16_LE", "-r", "48000", "-c", "1",
         "-t", "raw", "--period-size=960", "--buffer-size=960000", HEARD],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    Ear.began = begins(Ear.process, "Spk", "pcm1c")
    # A cable whose other end is open already is as that end made it.
    with open("/proc/asound/Spk/pcm1c/sub0/hw_params") as file:
        Ear.rate = int(re.search(r"^rate: (\d+)", file.read(), re.M).group(1))
    return Ear.began


def heard():
    """Ends the recording, and gives it, with the moment at which it began."""
    Ear.process.terminate()
    complaint = Ear.process.communicate()[1]
    with open(HEARD, "rb") as file:
        sound = file.read()
    return {
        "began": Ear.began, "rate": Ear.rate, "complaint": complaint.strip(),
        "sound": base64.b64encode(zlib.compress(sound, 1)).decode()}


def understood(wave_file):
    """What a recognizer makes of a WAV file, in base64."""
    path = "/run/rig/understood.wav"
    with open(path, "wb") as file:
        file.write(base64.b64decode(wave_file))
    text = run("pressel", "ask", "--wav", path, "--json", "--state", "/run/rig/state").stdout
    return json.loads(text.splitlines()[-1])["transcript"]


def play(steps, speaks=False):
    """Does `steps`, pairs of a time and what to do then (press, release), counted from the first
    sample of SPEECH if it `speaks`, else from now; gives the moments."""
    began = speak() if speaks else time.monotonic()
    moments = [began]
    for at, what in steps:
        time.sleep(max(0, began + at - time.monotonic()))
        moments.append({"press": press, "release": release}[what]())
    return moments


# The light.

class Eye:
    thread = None
    seen = []
    looks = False


def watch(lines=(22, 23, 24)):
    """Begins to note when the lines of the light change."""
    files = [os.open(f"{LINES}/sim_gpio{line}/value", os.O_RDONLY) for line in lines]

    def look():
        last = before = None
        while Eye.looks:
            now = "".join(os.pread(file, 1, 0).decode() for file in files)
            # Read one after another, they may be of two moments.
            if now == before and now != last:
                Eye.seen.append([time.monotonic(), now])
                last = now
            before = now
            time.sleep(0.002)
        for file in files:
            os.close(file)

    Eye.seen, Eye.looks = [], True
    Eye.thread = threading.Thread(target=look, daemon=True)
    Eye.thread.start()


def watched():
    """What was seen: moments, and the lines from then on, as in "100"."""
    Eye.looks = False
    Eye.thread.join()
    return Eye.seen


# The stand-in for the cloud.

class Cloud:
    process = None


def start_cloud(profile, reply):
    Cloud.process = subprocess.Popen(
        ["/srv/rig/sandbox", "--port", "9000", "--profile", profile, "--reply", reply,
         "--transcript", "What can I cook?"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return Cloud.process.stdout.readline()


def stop_cloud():
    Cloud.process.kill()
    Cloud.process.wait()
    Cloud.process.stdout.close()


# The rest.

def log():
    """Since the last boot."""
    return run("journalctl", "-b", "-u", "pressel", "-o", "cat", "--no-pager").stdout


def memory():
    """Bytes of all processes of Pressel's, each shared page shared out."""
    total = 0
    for pid in pids():
        with open(f"/proc/{pid}/smaps_rollup") as file:
            total += 1024 * int(re.search(r"^Pss: *(\d+)", file.read(), re.M).group(1))
    return total


def now():
    return time.monotonic()


def wait(seconds):
    """By the guest's own clock, which may be slow."""
    time.sleep(seconds)


def shell(command, timeout=60):
    done = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, text=True, timeout=timeout,
        check=False, stdin=subprocess.DEVNULL)
    return [done.returncode, done.stdout + done.stderr]


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def ask(path, body=None, method=None, key=None, timeout=10):
    code, answer = service.ask(path, body, method, key, timeout=timeout)
    return [code, answer.decode(errors="replace")]


def ask_while(path, body, key, line):
    """The same while the button of `line` is pressed every now and then."""
    answers = []
    asking = threading.Thread(target=lambda: answers.append(ask(path, body, None, key, 30)))
    asking.start()
    while asking.is_alive():
        time.sleep(1)
        press(line)
        time.sleep(0.3)
        release(line)
    return answers[0]


def fetch(path, key):
    """A body of bytes."""
    code, answer = service.ask(path, key=key)
    return [code, base64.b64encode(answer).decode()]


def install(package):
    done = service.install(package)
    return [done.returncode, done.stdout + done.stderr]


def main():
    os.makedirs(os.path.dirname(SPEECH), exist_ok=True)
    with open(PORT, "r+b", buffering=0) as port:
        port.write(b'{"gives": "hello"}\n')
        rest = b""
        while True:
            while b"\n" not in rest:
                more = port.read(65536)
                if not more:
                    # Nobody is there yet, or any more.
                    time.sleep(0.05)
                rest += more or b""
            line, rest = rest.split(b"\n", 1)
            call = json.loads(line)
            try:
                answer = {"gives": globals()[call["call"]](*call["with"], **call["by"])}
            except Exception:  # whatever it is, the scenario is told
                answer = {"fails": traceback.format_exc()}
            out = json.dumps(answer).encode() + b"\n"
            while out:
                out = out[port.write(out):]


main()
