"""Voices: listed, heard, used, made after somebody's, and removed."""

import time

from figures import log_in
from keeping import sure


def voices(device):
    return device.ask("GET", "/api/voices")


def prove_voices(proof):
    sound = proof.recording("voice.wav")
    chain = [{"provider": "elevenlabs"}]
    with proof.cloud() as cloud, proof.device(
            cloud, settings={"textToSpeech": chain}) as device:
        device.claim()
        with proof.browser(device, microphone=sound) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.go("voices")
            browser.says("rachel")
            browser.fill("name or language", "german")
            browser.until("one voice", lambda: not browser.all("main li", "rachel"))
            proof.check(bool(browser.all("main li", "lena")), "voices are found by language")
            browser.put(browser.field("name or language"), "rachel")
            browser.push("^listen: rachel")
            browser.find("button", "^cancel")
            browser.until("its end", lambda: not browser.all("button", "^cancel"), within=20)
            asked = [each for each in cloud.requests() if "rachel" in str(each)]
            proof.check(
                bool(asked) and not browser.all("main", "stood|did not answer"),
                "a voice can be listened to, and it is that one")
            # Somebody else adds another meanwhile.
            device.ask("PUT", "/api/settings", {"textToSpeech": [
                {"provider": "openai"}, {"provider": "elevenlabs", "timeoutSeconds": 17}]})
            browser.push("^use this voice: rachel")
            browser.says("answers speak with rachel")
            used = [{key: value for key, value in link.items() if value is not None}
                    for link in device.settings()["settings"]["textToSpeech"]]
            proof.check(
                used[0].get("voice", "").startswith("rachel") and used[0]["timeoutSeconds"] == 17
                and [link["provider"] for link in used] == ["elevenlabs", "openai"],
                f"and used, in front of the others: {used}")

            browser.see(browser.find("main summary", "make a voice")).click()
            browser.push("^make the voice")
            browser.says("say who speaks")
            browser.fill("who speaks", "Anna")
            browser.push("^record in this browser")
            browser.find("button", "^stop recording")
            time.sleep(3)
            browser.push("^stop recording")
            browser.says("too short")
            proof.check(True, "a recording that is too short is told so")
            browser.push("^record in this browser")
            browser.find("button", "^stop recording")
            time.sleep(11)
            browser.push("^stop recording")
            browser.says("it will do")
            browser.push("^make the voice")
            browser.says("only if the person who speaks agrees")
            proof.check(not voices(device)["made"], "without consent there is no voice")
            browser.see(browser.find("input[type=checkbox]", "agrees")).click()
            browser.push("^make the voice")
            browser.until("a voice", lambda: voices(device)["made"])
            made = voices(device)["made"][0]
            proof.check(
                (made["name"], made["consentBy"]) == ("Anna", "Anna"),
                "a voice is made in the browser, with the speaker's consent")
            browser.push("^delete: anna", within=10)
            sure(browser)
            browser.until("no voice", lambda: not voices(device)["made"])
            proof.check(True, "and deleted")

            if not browser.script("return document.querySelector('main details').open"):
                browser.see(browser.find("main summary", "make a voice")).click()
            browser.fill("who speaks", "Berta")
            browser.push("^record at the device")
            browser.find("button", "^stop recording")
            for _ in range(5):
                time.sleep(device.hear())
            browser.push("^stop recording")
            browser.says("it will do")
            browser.see(browser.find("input[type=checkbox]", "agrees")).click()
            browser.push("^make the voice")
            browser.until("a voice", lambda: voices(device)["made"])
            proof.check(
                voices(device)["made"][0]["name"] == "Berta", "a voice is made at the device")
