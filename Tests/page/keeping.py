"""What was said, as the page finds it, plays it and deletes it."""

import glob
import time

from figures import log_in
from states import TALK

SURE = "dialog button.danger"


def sure(browser):
    """Says yes to what the page asks before it deletes something."""
    browser.find(SURE).click()
    browser.until("the question's end", lambda: not browser.all("dialog"))


def turns(device, text=""):
    return device.ask("GET", f"/api/turns?text={text}")["turns"]


def downloaded(browser, kind):
    """Waits for a file that the page has handed over, and gives what is in it."""
    path = browser.until(
        f"a download of {kind}",
        lambda: [each for each in glob.glob(f"{browser.folder}/downloads/*{kind}")])[0]
    with open(path, "rb") as file:
        return file.read()


def prove_history(proof):
    with proof.cloud() as cloud, proof.device(
            cloud, settings={"history": {"keepAudio": True}}) as device:
        device.claim()
        with proof.browser(device, width=800) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.go("history")
            browser.says("nothing was asked yet")
            for question, reply in TALK:
                cloud.follow(transcript=question, reply=reply)
                device.turn()
            browser.says("3 turns", within=3)
            proof.check(True, "turns come into the list as they end")
            browser.fill("search", "Magic Mountain")
            browser.until("one of them", lambda: len(browser.all("main summary")) == 1)
            proof.check(
                bool(browser.all("main summary", "set a timer")), "it is searched, also in answers")

            browser.see(browser.find("main summary")).click()
            browser.says("thomas mann")
            sounds = browser.until("two recordings", lambda: (
                found := browser.script("return [...document.querySelectorAll('main audio')]"))
                and len(found) == 2 and found)
            browser.pick(browser.field("^speed"), "1.5")
            play = """const [audio, done] = arguments;
                audio.play().then(() => setTimeout(() => done(
                  [audio.currentTime, audio.playbackRate, audio.duration, audio.muted]), 600),
                  (error) => done([0, 0, String(error)]));"""
            heard = [browser.driver.execute_async_script(play, each) for each in sounds]
            proof.check(
                all(at > 0.5 and rate == 1.5 for at, rate, *_ in heard),
                f"question and answer are played, at 1.5 times the speed {heard}")
            browser.push("download.*answer|download", root=None) if browser.all(
                "button", "download") else browser.see(browser.find("main a", "download")).click()
            proof.check(downloaded(browser, ".wav")[:4] == b"RIFF", "and downloaded")
            steps = browser.script(
                "return [...document.querySelectorAll('.waterfall tbody th')].map((e) => e.innerText)")
            proof.check(
                {"Let go", "Words understood", "First sound heard"} <= set(steps),
                f"a waterfall of {len(steps)} stages")

            browser.push("^delete this turn")
            browser.find("dialog button", "cancel").click()
            proof.check(len(turns(device)) == 3, "who says no deletes nothing")
            browser.push("^delete this turn")
            sure(browser)
            browser.until("two turns", lambda: len(turns(device)) == 2)
            proof.check(not turns(device, "Magic"), "one turn is deleted")
            browser.put(browser.field("search"), " ")
            browser.until("two of them", lambda: len(browser.all("main summary")) == 2)
            label = browser.script("return document.querySelector('main figure [role=img], "
                                   "main figure svg')?.getAttribute('aria-label') ?? ''")
            proof.check("2 answers" in label, f"latency over time, also in words: {label}")
            browser.push("^delete the whole history")
            sure(browser)
            browser.says("nothing was asked yet")
            proof.check(not turns(device), "all of it is deleted")
            time.sleep(0.2)
