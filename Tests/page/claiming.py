"""How a new device gets its owner by its page, and who comes in later."""

import re

from appliance import PASSWORD
from figures import log_in

SET_UP = "#setup"


def prove_claim(proof):
    """By its own button, held while the page waits."""
    with proof.device() as device, proof.browser(device) as browser:
        browser.open(device.page)
        link = browser.find("a", "HTTPS").get_attribute("href")
        proof.check(
            link.startswith(f"https://127.0.0.1:{device.secure_port}/"),
            "before a password is typed over plain HTTP, the page says so and offers HTTPS")
        browser.push("^manage this device")
        browser.says("hold the button for three seconds")
        # Whoever loses the page meanwhile goes on where they were.
        browser.open(device.page)
        browser.says("hold the button for three seconds")
        # Whoever thinks better of it, and then thinks again, has asked already.
        browser.push("^cancel")
        proof.check(browser.until("a heading", lambda: browser.focused.tag_name == "h2"),
                    "who cancels is taken back to the beginning")
        browser.push("^manage this device")
        browser.says("hold the button for three seconds")
        device.agree()
        browser.says("choose a password")
        browser.fill("^password", PASSWORD)
        browser.fill("again", "another afternoon")
        browser.push("^set the password")
        browser.says("not the same")
        proof.check(True, "two passwords that differ are none")
        browser.fill("again", PASSWORD)
        browser.push("^set the password")
        browser.until("the set-up", lambda: browser.script("return location.hash") == SET_UP)
        browser.find("nav a")
        proof.check(device.ask("GET", "/api/claim")["claimed"], "the button makes it somebody's")

        # Somebody else, or the same a day later.
        browser.driver.delete_all_cookies()
        browser.open(device.page)
        browser.fill("^password", "not this one")
        browser.push("^log in")
        browser.says("the password is wrong")
        log_in(browser)
        proof.check(True, "a wrong password is told, the right one opens the page")
        browser.open(device.page)
        browser.find("nav a")
        proof.check(True, "who is logged in stays so")
        device.ask("DELETE", "/api/sessions")
        browser.find("input[type=password]", within=40)
        proof.check(True, "who is logged out meanwhile is asked for the password")
    with proof.device() as device, proof.browser(device, language="de-DE") as browser:
        device.claim()
        browser.open(device.page)
        browser.fill("^passwort", "nicht dieses")
        browser.push("^anmelden")
        browser.says("das passwort ist falsch")
        proof.check(True, "in German, too")


def prove_code(proof):
    """Where there is no button, with a code from the log."""
    with proof.device(button="none") as device, proof.browser(device) as browser:
        browser.open(device.page)
        browser.push("^manage this device")
        code = device.says(r"enter the code (\d{4} \d{4}) there").group(1)
        wrong = re.sub(r"\d", lambda digit: str((int(digit.group()) + 1) % 10), code)
        browser.fill("code", wrong)
        browser.push("^go on")
        browser.says("the code is wrong")
        browser.fill("code", code)
        browser.push("^go on")
        browser.fill("^password", PASSWORD)
        browser.fill("again", PASSWORD)
        browser.push("^set the password")
        browser.find("nav a")
        proof.check(
            device.ask("GET", "/api/claim")["claimed"], "the code of its log makes it somebody's")
