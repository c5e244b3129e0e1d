"""From a device that nobody knows to one that answers: by finger, and by keyboard alone."""

import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from appliance import PASSWORD
from figures import log_in
from keeping import sure

# Where hardly anybody runs tests, so that it is not the system's.
ZONE = "Pacific/Auckland"
STAGES = ["speechToText", "languageModel", "textToSpeech"]


def chosen(device, path):
    value = device.settings()["settings"]
    for key in path.split("."):
        value = (value or {}).get(key)
    return value


def keyless(cloud):
    """A device that could reach the cloud, and has no key yet."""
    return {name: value for name, value in cloud.environment.items() if name.endswith("URL")}


def next_step(browser, heading):
    browser.push("^next")
    browser.find("h2", heading)


def prove_wizard(proof):
    with proof.cloud("--key", "the-right-key") as cloud, proof.device(
            environment=keyless(cloud)) as device:
        device.claim()
        with proof.browser(device, zone=ZONE) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.go("setup")
            browser.find("h2", "name, language and time")
            browser.says(ZONE)
            browser.push("use that for the device")
            browser.until("the zone", lambda: chosen(device, "timeZone") == ZONE)
            browser.fill("^name", "kitchen")
            browser.press(Keys.TAB)
            browser.until("the name", lambda: chosen(device, "name") == "kitchen")
            proof.check(True, "name, language and time zone, as the browser has it")

            device.rest()
            next_step(browser, "microphone and speaker")
            microphone = browser.field("microphone|capture", within=10)
            options = [each.text for each in microphone.find_elements("tag name", "option")]
            proof.check(
                any("default" in each for each in options), f"sound cards by name {options}")
            card = chosen(device, "audio.playbackDevice")
            device.ask("PUT", "/api/settings", {"audio": {"playbackDevice": "plug:load"}})
            browser.until("no tests of the old card", lambda: not browser.all(
                "button", "^play a tone"))
            device.ask("PUT", "/api/settings", {"audio": {"playbackDevice": card}})
            browser.push("^play a tone")
            browser.find(".findings li.works", "tone|speaker|play")
            proof.check(True, "a tone is played")
            browser.push("^measure for ten seconds")
            browser.find("button", "^cancel")
            # Whoever has heard enough stops it, and it is stopped at the device.
            browser.push("^cancel")
            browser.until("rest", lambda: not browser.all("button", "^cancel"))
            browser.push("^record five seconds")
            for _ in range(2):
                time.sleep(device.hear())
            told = browser.says(r"loudness (-?\d+) db", within=30)
            proof.check(-60 < int(told.group(1)) < 0, f"one hears oneself: {told.group()}")
            browser.push("^start the self-test")
            browser.find(".findings li", "hears? the speaker", within=30)
            proof.check(True, "the self-test says what it found")

            next_step(browser, "the button")
            browser.push("^find the button")
            browser.says("press the device's button now")
            browser.push("^cancel")
            browser.see(browser.find("summary", "set it by hand")).click()
            browser.push("^try the button")
            device.hold_soon(0.7, 0.2)
            browser.find(".findings li.works", within=15)
            proof.check(chosen(device, "button.source") == "input", "it waits for a press, and sees it")

            # Left, and gone on with.
            browser.open(device.page)
            browser.find("nav a")
            browser.go("setup")
            browser.find("h2", "the button")
            proof.check(True, "who leaves goes on where they were")

            next_step(browser, "who hears, thinks and speaks")
            browser.see(browser.find("summary", "^openai")).click()
            card = browser.find("details[open]", "openai")
            browser.put(browser.find("input[type=password]", root=card), "the-wrong-key")
            browser.push("^save key", root=card)
            told = browser.find(".findings li.fails", within=20, root=card).text
            proof.check("key" in told.lower(), f"a wrong key: {told!r}")
            browser.put(browser.find("input[type=password]", root=card), "the-right-key")
            browser.push("^save key", root=card)
            told = browser.says(r"answered in (\d+) ms", within=20).group()
            proof.check(True, f"the right one: {told!r}")
            chain = browser.script(
                "return [...document.querySelectorAll('.chain')].at(-1)")
            browser.until("a link", lambda: browser.all("summary", "^details", chain))
            browser.see(browser.find("summary", "^details", root=chain)).click()
            voice = browser.until("voices", lambda: [
                each for each in browser.all("select", "voice", chain)
                if len(each.find_elements("tag name", "option")) > 3])[0]
            names = [each.text for each in voice.find_elements("tag name", "option")]
            browser.pick(voice, "coral")
            browser.until("the voice", lambda: (chosen(device, "textToSpeech") or [{}])[0].get(
                "voice") == "coral")
            proof.check(True, f"{len(names) - 2} voices from the provider to choose from")
            # The chain is just drawn anew.
            models = browser.until("models", lambda: [names for names in (
                [each.text for each in select.find_elements("tag name", "option")]
                for select in browser.all("select", "^model", chain)) if len(names) > 2])[0]
            proof.check(True, f"models from the provider: {models[:4]}")
            browser.push("^play this voice")
            browser.until("its end", lambda: not browser.all(".task .outcome.bad") and not [
                e for e in browser.all("button", "^play this voice")
                if e.get_attribute("aria-disabled")], within=20)
            proof.check(not browser.all(".task .outcome.bad"), "and to play")

            next_step(browser, "how it answers")
            browser.pick(browser.field("^manner"), "short")
            browser.until("the prompt", lambda: "short" in (
                chosen(device, "conversation.systemPrompt") or ""))
            device.ask("PUT", "/api/settings", {"conversation": {"systemPrompt": "Own words."}})
            manner = browser.field("^manner")
            browser.until("own words", lambda: manner.get_attribute("value") == "")
            browser.pick(manner, "patient")
            browser.find("dialog button.plain").click()
            browser.until("own words again", lambda: manner.get_attribute("value") == "")
            proof.check(chosen(device, "conversation.systemPrompt") == "Own words.",
                        "one's own words are not replaced unasked")
            browser.pick(manner, "patient")
            sure(browser)
            browser.until("the prompt", lambda: "patient" in (
                chosen(device, "conversation.systemPrompt") or ""))
            cloud.follow(reply="Because short waves are scattered most.")
            browser.push("^ask")
            browser.says("short waves are scattered")
            proof.check(True, "it is tried out how it answers")

            next_step(browser, "^done")
            browser.push("^check everything")
            browser.find(".findings li", within=60)
            browser.see(browser.find("main a", "see what it does")).click()
            browser.find(".push")
            proof.check(True, "and done")


def prove_keyboard(proof):
    """No pointer is moved in here."""
    with proof.cloud("--key", "the-right-key") as cloud, proof.device(
            environment=keyless(cloud)) as device, proof.browser(
                device, width=1000, zone=ZONE) as browser:
        browser.open(device.page)
        browser.tab_to("button", "^manage this device")
        browser.press(Keys.ENTER)
        browser.says("hold the button for three seconds")
        device.agree()
        browser.says("choose a password")
        browser.tab_to("input", "^password")
        browser.press(PASSWORD)
        browser.tab_to("input", "again")
        browser.press(PASSWORD, Keys.ENTER)
        browser.find("h2", "name, language and time")

        def next_by_key(heading):
            browser.tab_to("button", "^next")
            browser.press(Keys.ENTER)
            browser.find("h2", heading)

        browser.tab_to("button", "use that for the device")
        browser.press(Keys.SPACE)
        browser.until("the zone", lambda: chosen(device, "timeZone") == ZONE)
        device.rest()
        next_by_key("microphone and speaker")
        browser.tab_to("button", "^play a tone")
        browser.press(Keys.ENTER)
        browser.find(".findings li.works")
        next_by_key("the button")
        browser.tab_to("summary", "set it by hand")
        browser.press(Keys.ENTER)
        browser.tab_to("button", "^try the button")
        browser.press(Keys.ENTER)
        device.hold_soon(0.7, 0.2)
        browser.find(".findings li.works", within=15)
        next_by_key("who hears, thinks and speaks")
        browser.tab_to("summary", "^openai")
        browser.press(Keys.ENTER)
        browser.tab_to("details[open] input[type=password]")
        browser.press("the-right-key", Keys.ENTER)
        browser.says("answered in", within=20)
        # Who thinks, and with which model: each arrow chooses, and one goes on from there.
        browser.tab_to("summary", "^details anthropic|^details openai")
        browser.press(Keys.ENTER)
        browser.tab_to("details[open] select", "^model")
        browser.until("models", lambda: len(browser.focused.find_elements(
            "tag name", "option")) > 3)
        seen = []
        for _ in range(2):
            browser.press(Keys.ARROW_DOWN)
            seen.append(browser.until("another model", lambda: next((
                link["model"] for stage in STAGES for link in chosen(device, stage) or []
                if link.get("model") not in (None, *seen)), None)))
            browser.until("the focus", lambda: browser.focused.tag_name == "select"
                          and browser.focused.get_attribute("value") == seen[-1])
        proof.check(True, f"models are chosen by keys: {seen}")
        next_by_key("how it answers")
        browser.tab_to("select", "^manner")
        before = chosen(device, "conversation.systemPrompt")
        browser.press(Keys.ARROW_DOWN)
        browser.until("a manner", lambda: chosen(
            device, "conversation.systemPrompt") not in (None, before))
        browser.tab_to("textarea")
        browser.press("Be brief.", Keys.TAB)
        browser.until("the prompt", lambda: (chosen(
            device, "conversation.systemPrompt") or "").endswith("Be brief."))
        next_by_key("^done")
        browser.tab_to("main a", "see what it does")
        browser.press(Keys.ENTER)
        browser.find(".push")
        cloud.follow(transcript="Hello?", reply="Good evening, and welcome.")
        browser.tab_to("button", "hold and speak")
        ActionChains(browser.driver).key_down(Keys.SPACE).perform()
        browser.says("listening", selector=".state")
        time.sleep(device.hear())
        ActionChains(browser.driver).key_up(Keys.SPACE).perform()
        browser.says("good evening", selector=".exchange")
        proof.check(True, "claim, set-up and a question by the keyboard alone")
        for view in ["Settings", "Voices", "History", "Talk", "Security", "System"]:
            browser.tab_to("nav a", f"^{view}")
            browser.press(Keys.ENTER)
            browser.find("main h1")
            browser.until("its heading", lambda: browser.script(
                "return location.hash.slice(1)") == view.lower())
        proof.check(True, "and from view to view")
        hidden = browser.script("""
            const names = [];
            for (const e of document.querySelectorAll('a, button, input, select, textarea, summary')) {
              e.focus({ focusVisible: true });
              if (document.activeElement !== e) continue;
              const style = getComputedStyle(e);
              if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) {
                names.push(e.outerHTML.slice(0, 80));
              }
            }
            return names;""")
        proof.check(not hidden, f"what has the focus can be seen {hidden or ''}")
