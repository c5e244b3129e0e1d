"""Who may, and the device as a whole: the views Security and System."""

import json
import urllib.error
import urllib.request

from appliance import PASSWORD
from figures import log_in
from keeping import downloaded, sure

NEW = "another quiet afternoon"


def status_with(device, **headers):
    """What somebody with such headers is answered."""
    request = urllib.request.Request(
        device.url + "/api/status", headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def log_in_elsewhere(device, password):
    """As another browser would; gives its cookie."""
    request = urllib.request.Request(
        device.url + "/api/login", json.dumps({"password": password}).encode(),
        {"Content-Type": "application/json", "User-Agent": "Mozilla/5.0 (iPhone) Safari/605"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers["Set-Cookie"].split(";")[0]


def prove_security(proof):
    with proof.device() as device:
        device.claim()
        device.ask("DELETE", "/api/sessions")
        with proof.browser(device) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.go("security")
            other = log_in_elsewhere(device, PASSWORD)
            browser.says("safari on ios")
            browser.push("^log out: safari on ios")
            browser.until("its end", lambda: status_with(device, Cookie=other) == 401)
            proof.check(True, "browsers that are logged in are listed, and logged out")

            browser.fill("password now", "not this one")
            browser.fill("^new password$", NEW)
            browser.fill("^new password again", PASSWORD)
            browser.push("^change the password")
            browser.says("not the same")
            browser.fill("^new password again", NEW)
            browser.push("^change the password")
            browser.says("password is wrong")
            browser.fill("password now", PASSWORD)
            browser.push("^change the password")
            browser.says("^changed", selector="main form .outcome")
            log_in_elsewhere(device, NEW)
            proof.check(True, "the password is changed, by whoever knows it")

            browser.see(browser.find("main summary", "make a key")).click()
            browser.fill("^name", "radio")
            browser.fill("requests a minute", "30")
            browser.push("^make the key")
            shown = browser.field("^key$")
            key = shown.get_attribute("value")
            known = device.ask("GET", "/api/keys")["keys"]
            proof.check(
                [(each["name"], each["scope"], each["perMinute"]) for each in known]
                == [("radio", "talk", 30)] and status_with(device, x_api_key=key) == 403,
                "a key is made, shown, and may what it may")
            browser.push("^i have it")
            proof.check(key not in browser.script("return document.documentElement.outerHTML"),
                        "after that it is shown no more")
            browser.push("^take back: radio")
            sure(browser)
            browser.until("its end", lambda: status_with(device, x_api_key=key) == 401)
            proof.check(True, "and taken back")

            secret = "sk-ant-this-is-a-secret"
            browser.see(browser.find("main summary", "anthropic")).click()
            form = browser.find("main li", "anthropic")
            browser.put(browser.find("input", root=form), secret)
            browser.push("save", root=form)
            browser.says("anthropic: kept")
            source = {each["name"]: each["source"] for each in device.settings()["secrets"]}
            proof.check(
                source["ANTHROPIC_API_KEY"] == "page" and secret not in browser.script(
                    "return document.documentElement.outerHTML + [...document.querySelectorAll("
                    "'input')].map((e) => e.value)"), "a provider's key is kept, and shown nowhere")
            browser.push("^remove", root=browser.find("main li", "anthropic"))
            sure(browser)
            browser.until("its end", lambda: {
                each["name"]: each["source"] for each in device.settings()["secrets"]
            }["ANTHROPIC_API_KEY"] is None)
            browser.push("^log out here")
            browser.find("input[type=password]")
            proof.check(True, "and one logs out")


def prove_system(proof):
    with proof.device() as device:
        device.claim()
        with proof.browser(device) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.go("system")
            browser.says("version")
            browser.says("libmicrohttpd")
            browser.says("has logged in", selector="main .log")
            browser.pick(browser.field("^show"), "error")
            browser.until("fewer lines", lambda: "has logged in" not in browser.text("main .log"))
            proof.check(True, "versions, licences, and the log by what matters")

            device.ask("PUT", "/api/settings", {"audio": {"volume": 33}})
            browser.push("^download a backup")
            backup = downloaded(browser, "backup")
            proof.check(len(backup) > 1000, f"a backup of {len(backup)} bytes")
            device.ask("PUT", "/api/settings", {"audio": {"volume": 44}})
            path = f"{proof.scratch}/pressel.backup"
            with open(path, "wb") as file:
                file.write(b"this is none")
            upload = browser.find("input[type=file]")
            upload.send_keys(path)
            browser.push("^restore")
            sure(browser)
            browser.says("backup", selector="main .outcome.bad")
            proof.check(True, "what is no backup is refused")
            with open(path, "wb") as file:
                file.write(backup)
            browser.find("input[type=file]").send_keys(path)
            ready = device.log.count("is ready")
            browser.push("^restore")
            sure(browser)
            device.says("is ready", times=ready + 1)
            browser.until("the volume", lambda: back(device) == 33)
            proof.check(True, "a backup is put back")
            # Whoever was logged in then is not by now.
            browser.find("input[type=password]", within=30)
            log_in(browser)

            browser.go("system")
            ready = device.log.count("is ready")
            browser.push("^restart")
            browser.find("dialog")
            browser.go("now")
            browser.until("the question's end", lambda: not browser.all("dialog"))
            proof.check(True, "a question goes with its view")
            browser.go("system")
            browser.push("^restart")
            sure(browser)
            device.says("is ready", times=ready + 1)
            browser.says("it is back", within=30)
            proof.check(True, "it is restarted, and the page tells when it is back")


def back(device):
    try:
        return device.settings()["settings"]["audio"]["volume"]
    except OSError:
        return None
