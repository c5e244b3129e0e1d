"""What all proofs share: what is run, what came of it, and how it is told."""

import contextlib
import os
import shutil
import tempfile
import traceback

from appliance import Appliance, Cloud, recording
from browser import Browser


class Proof:
    def __init__(self, arguments):
        self.program = arguments.program
        self.sandbox = arguments.sandbox
        self.files = arguments.files
        self.folder = arguments.folder
        # For what browsers are given.
        self.scratch = tempfile.mkdtemp(prefix="pressel-proof-")
        self.axe = None
        if arguments.axe:
            with open(arguments.axe, encoding="utf-8") as file:
                self.axe = file.read()
        self.failures = []
        self.skipped = []
        self.name = ""

    def end(self):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def check(self, holds, text):
        print(f"  {'ok  ' if holds else 'FAIL'}  {text}", flush=True)
        if not holds:
            self.failures.append(f"{self.name}: {text}")
        return holds

    def tell(self, text):
        """A figure, which decides nothing."""
        print(f"        {text}", flush=True)

    def skip(self, what):
        if what not in self.skipped:
            self.skipped.append(what)

    def run(self, name, act):
        self.name = name
        print(f"check-page: {name}", flush=True)
        try:
            act(self)
        except (Exception, SystemExit) as error:  # one proof that breaks leaves the others alone
            words = str(error).partition("\n")[0]
            self.check(False, f"{type(error).__name__}: {words}")
            place = traceback.extract_tb(error.__traceback__)
            for frame in place:
                if "/Tests/page/" in frame.filename:
                    self.tell(f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.line}")

    def cloud(self, *options):
        return Cloud(self.sandbox, *options)

    def device(self, cloud=None, **more):
        """`environment` is added to that of the cloud."""
        environment = (cloud.environment if cloud else {}) | more.pop("environment", {})
        return Appliance(self.program, environment, files=self.files, **more)

    def recording(self, name, times=1):
        """A WAV file of somebody who says something, some times over."""
        return recording(f"{self.scratch}/{name}", times)

    @contextlib.contextmanager
    def browser(self, device, *, width=390, height=844, dark=False, language="en-GB",
                zone="Europe/Berlin", **more):
        """A browser, whose page is held to account at the end: no error in its scripts, nothing that
        the security policy forbade, no request to another host. What it shows when a proof breaks
        is kept as a picture."""
        with Browser(**more) as browser:
            browser.be(width, height, dark, language, zone)
            try:
                yield browser
            except (Exception, SystemExit):
                os.makedirs(self.folder, exist_ok=True)
                path = f"{self.folder}/{self.name.replace(' ', '-')}.png"
                with contextlib.suppress(Exception):
                    browser.picture(path)
                    print(f"        what it showed is in {path}")
                    for line in [*browser.errors(), *browser.text("main").splitlines(),
                                 *device.lines[-12:]]:
                        if line:
                            self.tell(line)
                raise
            errors = browser.errors()
            self.check(not errors, f"no errors in the page's scripts {errors or ''}")
            strangers = browser.strangers(device.origins)
            self.check(not strangers, f"no request to another host {strangers or ''}")
