"""What `scripts/check-package` does inside a freshly booted Debian, in which Pressel is not yet.

    guest.py OLD.deb NEW.deb SECONDS

Installs OLD.deb, asks it the time through a sound card made of files, claims it, upgrades to
NEW.deb, disturbs it, measures it while it idles for so many SECONDS, and purges it. Prints a line
for each thing that holds or does not; ends with 1 if something does not. There is no network.
"""

import grp
import hashlib
import json
import os
import pwd
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import wave

import service
from service import OWNERS, healthy, log, pids, run, unit, until

KEY = "check-package-key-0123456789"
PASSWORD = "a quiet afternoon"
CARD = "/var/lib/pressel/card"
UNITS = ["pressel.service", "pressel.socket", "pressel-tls.socket"]
# The bars, in bytes.
MEMORY = 25_000_000
WRITTEN_AN_HOUR = 1_000_000
# The processor may be shared with others, so what takes 0.3 s alone is given more.
AT_ONCE = 15

ALSA = """
pcm_type.paced {{ lib "/usr/lib/pressel/libasound_paced.so" }}
pcm.!default {{
    type asym
    capture.pcm {{
        type plug
        slave.pcm {{ type paced in "{card}/microphone" rate {rate} channels 1 }}
    }}
    playback.pcm {{
        type plug
        slave.pcm {{ type paced out "{card}/speaker" rate 24000 channels 1 }}
    }}
}}
"""

failures = []


def check(holds, text):
    print(f"  {'ok  ' if holds else 'FAIL'}  {text}", flush=True)
    if not holds:
        failures.append(text)
    return holds


def ask(path, body=None, method=None, key=KEY, scheme="http"):
    return service.ask(path, body, method, key, scheme)


def get(path):
    return service.get(path, KEY)


def is_running(within=AT_ONCE):
    took = until(within, lambda: unit("ActiveState") == "active" and healthy())
    if took is None:
        print(run("systemctl", "status", "--no-pager", "pressel").stdout)
        print(log()[-3000:])
    return took is not None


# What is on the disk.

LEFT_OUT = re.compile(
    r"/(proc|sys|dev|run|tmp|share|root|var/(log|cache|tmp|lib/(apt|dpkg|systemd/(timers|random-seed|catalog))))(/|$)"
    r"|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|/etc/(ld\.so\.cache|\.pwd\.lock)$"
    r"|/usr/lib/python3.*__pycache__")


def files():
    found = {}
    for folder, folders, names in os.walk("/"):
        folders[:] = [each for each in folders if not LEFT_OUT.match(os.path.join(folder, each))]
        for path in [os.path.join(folder, each) for each in folders + names]:
            if LEFT_OUT.match(path):
                continue
            status = os.lstat(path)
            found[path] = (
                status.st_mode, status.st_uid, status.st_gid,
                0 if stat.S_ISDIR(status.st_mode) else status.st_size)
    return found


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


# The steps.

def install(package):
    result = service.install(package)
    return check(result.returncode == 0, f"apt installs {os.path.basename(package)}")


def looks_right():
    check(is_running(), "the unit runs, and answers on 80 and 443")
    owner = pwd.getpwnam("pressel")
    check(
        all(os.stat(f"/proc/{pid}").st_uid == owner.pw_uid for pid in pids()) and pids(),
        "all of it is user pressel")
    groups = {each.gr_name for each in grp.getgrall() if "pressel" in each.gr_mem}
    check({"audio", "gpio", "input", "spi"} <= groups, f"who is in {', '.join(sorted(groups))}")
    check(unit("NRestarts") == "0", "it never had to be started again")
    for scheme in ["http", "https"]:
        status, body = ask("/", key=None, scheme=scheme)
        check(status == 200 and b"<html" in body, f"the page is there by {scheme}: {status}")


def set_up():
    """As an owner would: a key for programs, a line in the settings, and a sound card."""
    with open("/etc/pressel/environment", "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write("MICROSOFT_REGION=westeurope\n")
    os.makedirs("/etc/credstore", 0o700, exist_ok=True)
    with open("/etc/credstore/PROXY_API_KEY", "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(f"{KEY}\n")
    with open(OWNERS) as file:
        text = file.read()
    with open(OWNERS, "w") as file:
        file.write(text.rstrip().rstrip("}") + '    "button": { "source": "none" },\n}\n')
    question = "/tmp/question.wav"
    run("pressel", "say", "What time is it?", "--out", question, "--state", "/tmp/state")
    owner = pwd.getpwnam("pressel")
    os.mkdir(CARD)
    os.mkfifo(f"{CARD}/microphone")
    for path in [CARD, f"{CARD}/microphone"]:
        os.chown(path, owner.pw_uid, owner.pw_gid)
    with wave.open(question) as file:
        rate, sound = file.getframerate(), file.readframes(file.getnframes())
    with open("/etc/asound.conf", "w") as file:
        file.write(ALSA.format(card=CARD, rate=rate))
    # Open for both ways, it never closes.
    microphone = os.open(f"{CARD}/microphone", os.O_RDWR)
    run("systemctl", "restart", "pressel")
    check(is_running(), "it takes the owner's settings")
    check(ask("/api/status")[0] == 200, "a key from /etc/credstore")
    secrets = {each["name"]: each["source"] for each in get("/api/settings")["secrets"]}
    check(secrets["MICROSOFT_REGION"] == "environment", "and one from /etc/pressel/environment")
    return microphone, sound, len(sound) / 2 / rate


def demo(microphone, sound, seconds):
    heard = os.path.getsize(f"{CARD}/speaker") if os.path.exists(f"{CARD}/speaker") else 0
    known = len(get("/api/turns?limit=50")["turns"])
    ask("/api/button", {"action": "press"})
    time.sleep(0.4)
    os.write(microphone, sound)
    time.sleep(seconds + 0.4)
    ask("/api/button", {"action": "release"})
    turn = {}

    def is_over():
        turns = get("/api/turns?limit=50")["turns"]
        if len(turns) > known:
            turn.update(turns[0])
        return turn.get("outcome")

    until(30, is_over)
    spoken = os.path.getsize(f"{CARD}/speaker") - heard
    check(
        turn.get("outcome") == "answered" and "time" in (turn.get("transcript") or "")
        and spoken > 24_000,
        f"POST /api/button: {turn.get('transcript')!r} is answered {turn.get('reply')!r},"
        f" {spoken / 48_000:.1f} s of sound")
    return turn.get("id")


def claim():
    status, body = ask("/api/claim", {}, key=None)
    code = until(5, lambda: re.search(r"enter the code (\d+ \d+) there", log()))
    if not check(status < 300 and code is not None, "it can be claimed by the code in the log"):
        return
    code = re.findall(r"enter the code (\d+ \d+) there", log())[-1].replace(" ", "")
    status, body = ask(
        "/api/claim", {"claim": json.loads(body)["claim"], "code": code, "password": PASSWORD},
        key=None)
    check(status == 200 and json.loads(body)["state"] == "claimed", "it is claimed")


def kept(turn, owners):
    check(get("/api/settings")["settings"]["audio"]["volume"] == 42, "the page's settings are kept")
    check(digest(OWNERS) == owners, "the owner's settings are kept")
    check(any(each["id"] == turn for each in get("/api/turns")["turns"]), "the history is kept")
    status, _ = ask("/api/login", {"password": PASSWORD}, key=None)
    check(status == 200, "the claim is kept")


def disturb():
    """It works again within 15 s of any of these."""
    for number, what in [(signal.SIGKILL, "is killed"), (signal.SIGSTOP, "hangs")]:
        before = unit("MainPID")
        os.kill(int(before), number)
        took = until(20, lambda: unit("MainPID") not in ("0", before) and healthy())
        check(took is not None and took <= 15,
              f"it works again after it {what}" + (f", in {took:.1f} s" if took else ""))


def hang():
    """So it does where a part of it hangs, which asks for that itself."""
    variables = "/etc/pressel/environment"
    with open(variables) as file:
        before = file.read()
    for part in ["audio", "loop"]:
        with open(variables, "w") as file:
            file.write(f"{before}\nPRESSEL_TEST_HANG={part}\n")
        subprocess.run(["systemctl", "restart", "pressel"], check=True)
        until(20, healthy)
        # The microphone's thread is there by now.
        time.sleep(2)
        hung = unit("MainPID")
        subprocess.run(
            ["systemctl", "kill", "--signal=USR1", "--kill-whom=main", "pressel"], check=True)
        took = until(20, lambda: unit("MainPID") not in ("0", hung) and healthy())
        check(took is not None and took <= 15,
              f"it works again after its {part} hangs" + (f", in {took:.1f} s" if took else ""))
    with open(variables, "w") as file:
        file.write(before)
    subprocess.run(["systemctl", "restart", "pressel"], check=True)
    until(20, healthy)


def idle(seconds):
    time.sleep(60)
    processes = pids()
    memory = 0
    for pid in processes:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            memory += 1024 * int(re.search(r"^Pss: *(\d+)", file.read(), re.M).group(1))

    def written():
        total = 0
        for pid in processes:
            with open(f"/proc/{pid}/io") as file:
                total += int(re.search(r"^write_bytes: (\d+)", file.read(), re.M).group(1))
        return total

    before, lines = written(), len(log())
    time.sleep(seconds)
    an_hour = (written() - before) * 3600 / seconds
    check(memory <= MEMORY, f"idle memory: {memory / 1e6:.1f} MB (PSS, at most {MEMORY / 1e6:.0f})")
    check(an_hour <= WRITTEN_AN_HOUR,
          f"written in an idle hour: {an_hour / 1e3:.0f} kB (by {seconds} s; at most"
          f" {WRITTEN_AN_HOUR / 1e3:.0f}), and {len(log()) - lines} bytes to the log")


def is_free(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def stops():
    began = time.monotonic()
    run("systemctl", "stop", "pressel")
    took = time.monotonic() - began
    check(took <= 1 and not pids(), f"it stops, in {took:.1f} s")
    check(unit("Result") == "success", "without being killed")
    for port in [80, 443]:
        check(until(2, lambda port=port: is_free(port)) is not None, f"nobody listens on {port} then")
    run("systemctl", "start", "pressel")
    check(is_running(), "and starts again")


def shares(port, scheme):
    """Somebody else has one of its ports: the page is at the other."""
    run("systemctl", "stop", *UNITS)
    with socket.create_server(("0.0.0.0", port)):
        run("systemctl", "start", "pressel")
        check(until(AT_ONCE, lambda: ask("/health", key=None, scheme=scheme)[0] == 200) is not None
              and unit("ActiveState") == "active",
              f"where somebody else has port {port}, the page is there by {scheme}")
    run("systemctl", "restart", "pressel")
    check(is_running(), "and by both when that is over")


def starts_anew():
    process, starts = unit("MainPID"), log().count("is ready")
    status, _ = ask("/api/restart", method="POST")
    took = until(AT_ONCE, lambda: log().count("is ready") > starts and healthy())
    check(status < 300 and took is not None and unit("MainPID") == process,
          "POST /api/restart: it starts anew in its own place, and has its ports")


def purge(before, users):
    run("apt-get", "remove", "-y", "-q", "pressel")
    check(os.path.exists("/var/lib/pressel") and os.path.exists(OWNERS), "remove keeps all it knew")
    result = run("apt-get", "purge", "-y", "-q", "pressel")
    check(result.returncode == 0, "it can be purged")
    # Neither was the package's.
    os.remove("/etc/asound.conf")
    os.remove("/etc/credstore/PROXY_API_KEY")
    if "/etc/credstore" not in before:
        os.rmdir("/etc/credstore")
    after = files()
    changed = sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        and not stat.S_ISDIR((after.get(path) or before[path])[0] if path in before else 0))
    check(not changed, f"purge leaves nothing {' '.join(changed[:20])}")
    check({each.pw_name for each in pwd.getpwall()} == users, "and nobody")


def main():
    old, new, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    before, users = files(), {each.pw_name for each in pwd.getpwall()}
    if not install(old):
        return
    looks_right()
    card = set_up()
    turn = demo(*card)
    claim()
    status, _ = ask("/api/settings", {"audio": {"volume": 42}}, method="PUT")
    check(status == 200, "the page's settings are saved")
    owners = digest(OWNERS)
    if not install(new):
        return
    check(is_running(), "it runs after the upgrade")
    version = run("dpkg-query", "-W", "-f", "${Version}", "pressel").stdout
    check(f"_{version}_" in new, f"it is {version}")
    kept(turn, owners)
    demo(*card)
    stops()
    shares(80, "https")
    shares(443, "http")
    starts_anew()
    disturb()
    hang()
    demo(*card)
    idle(seconds)
    purge(before, users)


try:
    main()
except Exception as error:  # what was printed so far is the report
    check(False, f"the check itself: {error!r}")
    print(log()[-3000:])
sys.exit(1 if failures else 0)
