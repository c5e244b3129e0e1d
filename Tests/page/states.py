"""A device that somebody has lived with, and the ways to each state of its page."""

import contextlib
import re
import time

from appliance import PASSWORD
from figures import log_in

VIEWS = ["now", "setup", "settings", "voices", "history", "talk", "security", "system"]

TALK = [
    ("Wie wird das Wetter morgen?",
     "Morgen wird es wechselhaft, mit Schauern am Nachmittag und höchstens zwölf Grad."),
    ("What can I cook with leeks and potatoes?",
     "A leek and potato soup is quick. Soften two leeks in butter, add three potatoes and a litre of "
     "stock, and let it simmer for twenty minutes."),
    ("Set a timer for twenty minutes, and tell me who wrote The Magic Mountain.",
     "The timer is set. The Magic Mountain is by Thomas Mann; it came out in 1924."),
]


class Stage(contextlib.ExitStack):
    """Two devices: one that is somebody's and has a past, and one that is nobody's yet."""

    def __init__(self, proof):
        super().__init__()
        self.proof = proof
        self.asked = 0

    def __enter__(self):
        super().__enter__()
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise
        return self

    def _prepare(self):
        self.cloud = self.enter_context(self.proof.cloud())
        self.cloud.follow(profile="typical")
        self.device = self.enter_context(self.proof.device(
            self.cloud, settings={"name": "kitchen", "history": {"keepAudio": True}}))
        self.new = self.enter_context(self.proof.device(self.cloud))
        # Requests of both are none to another host.
        both = self.device.origins + self.new.origins
        for device in (self.device, self.new):
            device.known = both
        self.device.claim()
        for question, reply in TALK:
            self.cloud.follow(transcript=question, reply=reply)
            self.device.turn()
        self.device.ask("POST", "/api/keys", {"name": "radio in the kitchen", "scope": "talk"})


STEPS = ["language", "sound", "button", "providers", "personality", "done"]


def states(stage, browser):
    """Brings the page to one state after the other, and gives their names."""

    def come(name):
        """When what the page asked for is there."""
        browser.until("rest", lambda: at_rest(browser))
        return name

    def open_all():
        browser.script(
            "for (const e of document.querySelectorAll('main details')) e.open = true")

    browser.open(stage.new.page)
    browser.find("main h1")
    yield come("claim")
    # Whoever asks too often has to wait.
    stage.asked += 1
    if stage.asked <= 3:
        browser.push(CLAIM)
        stage.new.come_to("consenting")
        yield come("claim-hold")
        # A tap says no.
        stage.new.hold(0.1)
        stage.new.rest()

    browser.open(stage.device.page)
    browser.find("input[type=password]")
    yield come("login")
    log_in(browser)
    browser.go("now")
    yield come("now")
    stage.device._edge(True)
    stage.device.come_to("listening")
    stage.device.hear()
    time.sleep(1)
    yield "now-listening"
    stage.device._edge(False)
    stage.device.rest()
    for step in STEPS:
        browser.go(f"setup/{step}")
        if step in ("button", "providers"):
            open_all()
        yield come(f"setup-{step}")
    browser.go("settings")
    yield come("settings")
    open_all()
    yield come("settings-open")
    browser.go("voices")
    browser.until("voices", lambda: browser.all("main li.card"))
    yield come("voices")
    open_all()
    yield come("voices-clone")
    browser.go("history")
    yield come("history")
    browser.see(browser.find("main li summary", "leeks")).click()
    yield come("history-turn")
    browser.see(browser.find("main li[open] button.danger, main details[open] button.danger")).click()
    browser.find("dialog")
    yield come("history-delete")
    browser.find("dialog button.plain").click()
    for view in ["talk", "security", "system"]:
        browser.go(view)
        yield come(view)
        if view == "security":
            open_all()
            yield come("security-key")


CLAIM = "^manage this device|^dieses gerät verwalten"


def at_rest(browser):
    """Whether what the page asked for is there: it says no more that it waits."""
    time.sleep(0.4)
    return not re.search(r"one moment|einen moment|asking who|fragt, wer", browser.text("main"), re.I)
