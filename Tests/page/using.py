"""The button on the page, as good as the real one; and talking through the browser's microphone."""

import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from figures import log_in

QUESTION = "What can I cook with leeks and potatoes?"
REPLY = "A soup of leeks and potatoes. Let it simmer for twenty minutes, and add some cream."

# Keeps what microphones give.
COUNT = """
window.streams = [];
const devices = navigator.mediaDevices;
const open = devices.getUserMedia.bind(devices);
devices.getUserMedia = async (wish) => {
  const stream = await open(wish);
  window.streams.push(stream);
  return stream;
};
"""


def prove_button(proof):
    lamp = {"lights": {"kind": "sysfs", "path": "/none"}}
    with proof.cloud() as cloud, proof.device(cloud, settings=lamp) as device:
        cloud.follow(transcript=QUESTION, reply=REPLY)
        device.claim()
        with proof.browser(device) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.says("light cannot open /none/max_brightness", selector=".findings")
            way = browser.find(".findings li.fails a").get_attribute("href")
            proof.check(way.endswith("#settings/lights"), "what is wrong leads to where it is mended")
            push = browser.button("hold and speak")
            browser.says("ready", selector=".state")

            levels = []

            def speak():
                browser.says("listening", selector=".state")
                end = time.monotonic() + device.hear()
                while time.monotonic() < end:
                    levels.append(browser.script(
                        "return document.querySelector('.stage meter').value"))
                    time.sleep(0.1)

            browser.hold(push, speak)
            proof.check(max(levels) > -40 > min(levels), "held, it listens, and shows how loud it is")
            browser.says("what can i cook", selector=".exchange")
            browser.says("soup of leeks.*cream", selector=".exchange")
            proof.check(True, "question and answer come while they come")
            browser.says("speaking", selector=".state")
            browser.push("tap to stop")
            browser.says("ready", selector=".state", within=2)
            proof.check(True, "a tap stops the answer")

            # By the keyboard alone.
            cloud.follow(transcript="Is it late?", reply="Not yet: there is time for a walk "
                         "along the river, and for a cup of tea before the rain comes back.")
            browser.open(device.page)
            browser.tab_to("button", "hold and speak")
            ActionChains(browser.driver).key_down(Keys.SPACE).perform()
            browser.says("listening", selector=".state")
            time.sleep(device.hear())
            ActionChains(browser.driver).key_up(Keys.SPACE).perform()
            browser.says("speaking", selector=".state")
            browser.says("not yet.*comes back", selector=".exchange")
            # As if somebody came back to the page.
            browser.script("document.dispatchEvent(new Event('visibilitychange'))")
            time.sleep(0.5)
            words = browser.text(".exchange").lower()
            proof.check(words.count("is it late") == words.count("not yet") == 1
                        and "soup" not in words, "what comes is not mixed with what was before")
            browser.press(Keys.ENTER)
            browser.says("ready", selector=".state", within=5)
            proof.check(True, "the space bar holds it, and Enter taps it")

            # Whoever goes away while it is held lets go of it.
            browser.tab_to("button", "hold and speak")
            ActionChains(browser.driver).key_down(Keys.SPACE).perform()
            browser.says("listening", selector=".state")
            time.sleep(0.5)
            browser.script("location.hash = 'history'")
            browser.until("rest", lambda: device.ask("GET", "/api/status")["state"] == "idle")
            ActionChains(browser.driver).key_up(Keys.SPACE).perform()
            proof.check(True, "a view that is left lets go of the button")
            browser.go("now")
            push = browser.see(browser.button("hold and speak"))
            ActionChains(browser.driver).click_and_hold(push).perform()
            browser.says("listening", selector=".state")
            browser.open("about:blank")
            browser.until("rest", lambda: device.ask("GET", "/api/status")["state"] == "idle")
            ActionChains(browser.driver).release().perform()
            proof.check(True, "and so does a page that is closed")

            browser.open(device.page)
            device.ask("PUT", "/api/settings", {"button": {"mode": "toggle"}})
            browser.button("press to begin")
            device.ask("PUT", "/api/settings", {"button": {"mode": None}})
            browser.button("hold and speak")
            proof.check(True, "it says how it is pressed")

            cloud.follow(transcript=QUESTION, reply=REPLY)
            device.turn()
            browser.push("^repeat the last answer")
            browser.says("speaking", selector=".state")
            browser.push("tap to stop")
            browser.says("ready", selector=".state")
            browser.push("^begin a new conversation")
            browser.says("next question begins anew")
            proof.check(True, "it repeats, and forgets")
            device.rest()
            volume = browser.find("input[type=range]")
            before = device.settings()["settings"]["audio"]["volume"]
            browser.see(volume).send_keys(Keys.ARROW_LEFT * 7)
            browser.until("the volume", lambda: device.settings()["settings"]["audio"]["volume"]
                          == before - 7)
            browser.push("^mute")
            browser.says("microphone is muted", selector=".state")
            proof.check(device.settings()["settings"]["audio"]["muted"], "it can be muted")
            browser.push("open the microphone")
            browser.says("ready", selector=".state")
            proof.check(
                not device.settings()["settings"]["audio"]["muted"], "and heard again")


def prove_talk(proof):
    sound = proof.recording("question.wav")
    with proof.cloud() as cloud, proof.device(cloud) as device:
        cloud.follow(transcript=QUESTION, reply=REPLY)
        device.claim()
        with proof.browser(device, microphone=sound, names=["pressel.local"]) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.go("talk")
            speak = browser.button("^speak")
            browser.hold(speak, lambda: (browser.says("listening"), time.sleep(3)))
            browser.says("what can i cook")
            browser.says("soup of leeks")
            browser.says("speaking", within=5, selector=".state")
            turns = browser.until("the turn", lambda: device.ask("GET", "/api/turns")["turns"])
            proof.check(
                turns[0]["transcript"] == QUESTION, "held, it sends what the browser hears")
            browser.says("ready", selector=".state", within=30)
            proof.check(True, "the answer is played to its end")

            # Tapped, the end of speech ends it; the recording ends with a second of silence.
            before = len(turns)
            browser.see(browser.button("^speak")).click()
            browser.until("a second turn", lambda: len(
                device.ask("GET", "/api/turns")["turns"]) > before, within=30)
            browser.says("speaking", selector=".state")
            browser.push("^speak")
            browser.says("ready", selector=".state", within=3)
            proof.check(True, "tapped, it hears when somebody has finished; a tap stops the answer")

            file = browser.find("input[type=file]")
            before = len(device.ask("GET", "/api/turns")["turns"])
            file.send_keys(sound)
            browser.until("a third turn", lambda: len(
                device.ask("GET", "/api/turns")["turns"]) > before)
            proof.check(True, "a recording can be sent as well")

            browser.says("ready", selector=".state", within=30)
            browser.push("^begin a new conversation")
            browser.says("forgotten", selector=".state")
            time.sleep(0.5)
            proof.check(not browser.text("main [role=alert]"), "a conversation is forgotten")

            # Pushed again while it connects, it stops, and begins once more.
            browser.go("history")
            browser.script(COUNT)
            browser.go("talk")
            browser.watch()
            sockets = sum("/ws/voice" in url for url in browser.requests)
            browser.script("arguments[0].click(); arguments[0].click(); arguments[0].click()",
                           browser.button("^speak"))
            browser.says("listening", selector=".state")
            browser.watch()
            sockets = sum("/ws/voice" in url for url in browser.requests) - sockets
            opened = browser.script("return window.streams.length")
            proof.check((sockets, opened) == (1, 1), "pushed thrice, it opens one microphone and "
                        f"one connection: {opened}, {sockets}")
            browser.go("history")
            browser.go("talk")
            browser.script("arguments[0].click(); location.hash = 'history'",
                           browser.button("^speak"))
            browser.until("an open microphone", lambda: browser.script(
                "return window.streams.length > 1"))
            browser.until("silence", lambda: browser.script("return window.streams.every("
                "(stream) => stream.getTracks().every((track) => track.readyState === 'ended'))"))
            proof.check(True, "whoever has left is not listened to")

            # By plain HTTP from another machine there is no microphone.
            browser.open(device.page.replace("127.0.0.1", "pressel.local"))
            log_in(browser)
            browser.go("talk")
            browser.says("HTTPS")
            link = browser.find("main a", "HTTPS").get_attribute("href")
            proof.check(
                link == f"https://pressel.local:{device.secure_port}/#talk"
                and not browser.all("button", "^speak"),
                "over plain HTTP it says why there is no microphone, and leads to HTTPS")
            browser.open(link)
            log_in(browser)
            browser.go("talk")
            browser.hold(browser.button("^speak"), lambda: (
                browser.says("listening"), time.sleep(3)))
            browser.says("soup of leeks")
            proof.check(True, "over HTTPS it talks")
