"""What others say is text, whatever stands in it."""

import contextlib
import json
import urllib.request
import uuid

from appliance import KEY
from figures import log_in
from states import VIEWS, at_rest
from vendor import MARKUP, Hostile

MARKED = "onerror="


def send_form(device, path, fields, file):
    """A form with a recording, as other programs send it."""
    edge = uuid.uuid4().hex
    body = b""
    for name, value in fields.items():
        body += (f"--{edge}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n"
                 f"{value}\r\n").encode()
    body += (f"--{edge}\r\nContent-Disposition: form-data; name=\"audio_file\"; filename=\"a.wav\"\r\n"
             "Content-Type: audio/wav\r\n\r\n").encode() + file + f"\r\n--{edge}--\r\n".encode()
    request = urllib.request.Request(device.url + path, body, {
        "x-api-key": KEY, "Content-Type": f"multipart/form-data; boundary={edge}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def prove_hostile(proof):
    with contextlib.ExitStack() as stack:
        cloud = stack.enter_context(proof.cloud())
        vendor = stack.enter_context(Hostile())
        link = {"provider": "openai", "baseURL": vendor.url}
        device = stack.enter_context(proof.device(cloud, settings={
            "speechToText": [link], "languageModel": [link],
            "textToSpeech": [{"provider": "elevenlabs"}]}))
        device.claim()
        with open(proof.recording("hostile.wav", times=5), "rb") as file:
            wav = file.read()
        send_form(device, "/clone-voice", {
            "user_id": MARKUP.format("user"), "voice_name": MARKUP.format("voice"),
            "consent_by": MARKUP.format("consent")}, wav)
        device.ask("POST", "/api/keys", {
            "name": MARKUP.format("key"), "scope": "talk", "systemPrompt": MARKUP.format("prompt")})
        device.ask("PUT", "/api/settings", {
            "conversation": {"systemPrompt": MARKUP.format("prompt")}})
        device.turn()
        vendor.refuses = True
        device.turn()
        with proof.browser(device, width=1000) as browser:
            browser.open(device.page)
            log_in(browser)
            shown = {}

            def look(name):
                browser.until("rest", lambda: at_rest(browser))
                browser.script("for (const e of document.querySelectorAll('main details')) e.open = true")
                browser.until("rest", lambda: at_rest(browser))
                words = browser.script("""
                    return document.body.innerText + [...document.querySelectorAll('option')].map(
                      (e) => e.textContent).join() + [...document.querySelectorAll(
                      'input, textarea')].map((e) => e.value).join()""")
                shown[name] = words.count(MARKED)
                made = browser.script(
                    "return document.querySelectorAll('[onerror], img, body script, main b').length")
                taken = browser.script("return window.name")
                if made or taken:
                    proof.check(False, f"{name} makes elements of what others say: {made} {taken}")
                return words

            for view in VIEWS:
                browser.go(view)
                look(view)
                if view == "setup":
                    for step in ["providers", "personality"]:
                        browser.go(f"setup/{step}")
                        look(f"setup/{step}")
            # A turn while the page looks on: transcript and reply as they come, then a refusal.
            browser.go("now")
            vendor.refuses = False
            device.turn()
            words = look("now")
            proof.check(
                words.count(MARKED) >= 2, "transcript and answer are shown as they are")
            for view, what in [("history", "what was said"), ("voices", "a voice's name"),
                               ("security", "a key's name"), ("settings", "the model's instructions"),
                               ("now", "a provider's words")]:
                proof.check(shown[view] > 0, f"{what} as text, {shown[view]} times in {view}")
            # The list of models.
            browser.go("settings/languageModel")
            group = browser.find("#settings-languageModel")
            browser.script("for (const e of arguments[0].querySelectorAll('details')) e.open = true", group)
            browser.until("the models", lambda: MARKED in browser.script(
                "return [...document.querySelectorAll('option')].map((e) => e.textContent).join()"))
            look("models")
            proof.check(shown["models"] > 0, "a list of models as text")
            vendor.refuses = True
            browser.push("^test", root=group)
            browser.find(".findings li.fails", within=20, root=group)
            proof.check(MARKED in group.text, f"a provider's error as text: {group.text[-300:]!r}")
            look("an error")
            proof.check(browser.script("return window.name") == "", "and nothing of it ever ran")
