"""Runs the rig's scenarios, and prints one table. scripts/rig calls it, once the guest is made."""

import argparse
import contextlib
import datetime
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import traceback

from machine import KEY, Guest, GuestError, has_kvm
from scenarios import SCENARIOS, Unmet

HERE = os.path.dirname(os.path.abspath(__file__))
READY = "ready"
PACKAGE = "/srv/rig/pressel.deb"

# The owner's file of every guest: which cards, which light, and that sound is kept. A simulated line
# knows no contact that is stronger than its bias, so a button that is held as it is opened would not be.
SETTINGS = """{
    "web": { "port": 80, "tlsPort": 443 },
    "audio": { "captureDevice": "plughw:CARD=Mic,DEV=1", "playbackDevice": "plughw:CARD=Spk,DEV=0" },
    "button": { "bias": "none" },
    "lights": { "kind": "rgb", "red": 22, "green": 23, "blue": 24 },
    "history": { "keepAudio": true },
}
"""


def digest(*paths):
    whole = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            whole.update(file.read())
    return whole.hexdigest()


class Rig:
    def __init__(self, work, arch, package, newer, sandbox):
        self.work, self.arch = work, arch
        # scripts/rig runs on amd64.
        self.is_fast = arch == "amd64" and has_kvm(work)
        self.image = f"{work}/guest.img"
        self.payload = f"{work}/payload.tar"
        self.installed = f"{work}/installed.qcow2"
        # All that the state of a guest depends on, in which Pressel is installed.
        self.recipe = digest(
            package, f"{self.image}.recipe", f"{HERE}/agent.py", f"{HERE}/machine.py",
            f"{HERE}/rig.py", f"{HERE}/../package/service.py") + f" {self.is_fast}"
        with tarfile.open(self.payload, "w") as tar:
            tar.add(package, os.path.basename(PACKAGE))
            tar.add(f"{HERE}/agent.py", "agent.py")
            tar.add(f"{HERE}/../package/service.py", "service.py")
            tar.add(newer, "newer.deb")
            tar.add(sandbox, "sandbox")

    def disk(self, path, base, kind):
        """A disk that differs from `base` by what is written to it."""
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", kind, path], check=True)
        return path

    def guest(self, disk, memory=512):
        return Guest(self.work, self.arch, self.is_fast, self.payload, disk, memory)

    def install(self, guest):
        """As its owner would, shortly before twenty past ten: an hour that any recognizer makes out."""
        guest.boot(wait=False, rtc=f"{datetime.date.today()}T10:18:00")
        guest.write("/etc/credstore/PROXY_API_KEY", f"{KEY}\n")
        status, text = guest.install(PACKAGE)
        if status != 0:
            raise GuestError(text)
        guest.wait_until_healthy()
        guest.write("/etc/pressel/settings.json", SETTINGS)
        # So that its log tells what it says.
        guest.write("/etc/pressel/environment", "PRESSEL_LOG=debug\n")
        guest.shell("systemctl restart pressel")
        guest.wait_until_healthy()

    def prepare(self):
        """The disk on which Pressel is installed, and on it the state of a guest in which it runs:
        most scenarios start from that, which saves a boot."""
        recipe = f"{self.installed}.recipe"
        if os.path.exists(recipe):
            with open(recipe) as file:
                if file.read() == self.recipe:
                    return
            os.remove(recipe)
        if os.path.exists(self.installed):
            os.remove(self.installed)
        guest = self.guest(self.disk(self.installed, self.image, "raw"))
        try:
            self.install(guest)
            guest.until(guest.is_idle, 30, "it is idle")
            # Some scenarios boot from this disk instead.
            guest.shell("sync")
            guest.save(READY)
            with open(recipe, "w") as file:
                file.write(self.recipe)
        except Exception:
            self.keep(guest, "install", traceback.format_exc())
            raise
        finally:
            guest.remove()

    def run(self, scenario):
        """Nil, or why it failed."""
        path = f"{self.work}/disk.qcow2"
        if scenario.is_first_boot:
            self.disk(path, self.image, "raw")
        else:
            subprocess.run(["cp", "--reflink=auto", self.installed, path], check=True)
        guest = self.guest(path, scenario.memory)
        try:
            if scenario.is_first_boot:
                self.install(guest)
            elif scenario.boots:
                guest.boot(loads=READY)
            scenario.play(guest)
            return None
        except Exception as error:  # whatever it is, the others are still run
            self.keep(guest, scenario.name, traceback.format_exc())
            return str(error) if isinstance(error, (Unmet, GuestError)) else repr(error)
        finally:
            guest.remove()
            os.remove(path)

    def keep(self, guest, name, text):
        """What somebody needs who wants to know why."""
        folder = f"{self.work}/failed/{name}"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with open(f"{folder}/why.txt", "w") as file:
            file.write(text)
        try:
            guest.patience = lambda seconds: 20
            with contextlib.suppress(Exception):
                guest.heard()
            with open(f"{folder}/journal.txt", "w") as file:
                file.write(guest.shell("journalctl -b --no-pager -o short-monotonic")[1])
        except Exception as error:  # a guest in any state
            with open(f"{folder}/why.txt", "a") as file:
                file.write(f"no journal: {error}\n")
        for number, sound in enumerate(guest.recordings):
            sound.save(f"{folder}/heard-{number + 1}.wav")
        for name in os.listdir(guest.folder):
            if name.startswith("console"):
                shutil.copy(f"{guest.folder}/{name}", folder)


def chosen(names):
    known = {scenario.name: scenario for scenario in SCENARIOS}
    for name in names:
        if name not in known:
            sys.exit(f"rig: there is no scenario {name}; scripts/rig --list names them")
    return [known[name] for name in names] or SCENARIOS


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work")
    parser.add_argument("--arch")
    parser.add_argument("--package")
    parser.add_argument("--newer")
    parser.add_argument("--sandbox")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true", help="only whether the names are known")
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if options.list:
        for scenario in SCENARIOS:
            print(f"{scenario.name:<14} {scenario.text}")
        return 0
    scenarios = chosen(options.names)
    if options.check:
        return 0
    # Whoever ends it ends the guest, too.
    for number in [signal.SIGTERM, signal.SIGHUP]:
        signal.signal(number, lambda *_: sys.exit(1))
    rig = Rig(options.work, options.arch, options.package, options.newer, options.sandbox)
    if options.prepare:
        rig.prepare()
        return 0
    failures = 0
    began = time.monotonic()
    print(f"{os.path.basename(options.package)} in a guest of {options.arch}"
          f" ({'KVM' if rig.is_fast else 'translated'})\n")
    print("| scenario | result | s | what |\n|---|---|---|---|", flush=True)
    if any(not scenario.is_first_boot for scenario in scenarios):
        rig.prepare()
    for scenario in scenarios:
        started = time.monotonic()
        problem = rig.run(scenario)
        failures += problem is not None
        result = "ok" if problem is None else "FAIL"
        print(f"| {scenario.name} | {result} | {time.monotonic() - started:.0f} | {scenario.text} |",
              flush=True)
        for note in scenario.notes:
            print(f"|  |  |  | {note} |")
        if problem is not None:
            print(f"|  |  |  | {problem.strip().splitlines()[-1][:300]} |", flush=True)
    print(f"\n{len(scenarios) - failures} of {len(scenarios)} hold,"
          f" {time.monotonic() - began:.0f} s")
    if failures:
        print(f"what they left is in {options.work}/failed", file=sys.stderr)
    return 1 if failures else 0


sys.exit(main())
