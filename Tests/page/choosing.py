"""Every setting, changed on the page and seen in the API; and two pages that agree."""


import time

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.keys import Keys

from figures import log_in
from wizard import chosen

# What would do for texts that may not be any.
SPECIAL = {
    "name": "kitchen", "language": "de", "timeZone": "Pacific/Auckland", "button.line": "GPIO22",
    "audio.captureDevice": "plug:load", "audio.playbackDevice": "plug:load",
    "web.listen": "0.0.0.0", "web.publicURL": "https://pressel.example",
    "web.allowedHosts": ["pressel.example"], "web.allowedOrigins": ["https://pressel.example"],
    "button.device": "/dev/input/by-id/switch", "lights.kind": "apa102",
    "lights.device": "/dev/spidev0.1", "lights.path": "/sys/class/leds/ACT",
}

# What another of the owner's settings cannot be without.
NEEDED = ["button.device"]


def leaves(shape, path=""):
    """Every setting that is one value, and its schema."""
    for key, inner in shape["properties"].items():
        here = f"{path}.{key}" if path else key
        if here == "history.archive" or "properties" not in inner:
            yield here, inner
        else:
            yield from leaves(inner, here)


def types(shape):
    kind = shape.get("type", [])
    return kind if isinstance(kind, list) else [kind]


def another(path, shape, value, device):
    """A value that it does not have."""
    if path in SPECIAL:
        return SPECIAL[path]
    if path == "network.caFile":
        return f"{device.folder}/state/tls/device.crt"
    if "boolean" in types(shape):
        return not value
    if "enum" in shape:
        return next(word for word in shape["enum"] if word not in (value, None))
    if "integer" in types(shape) or "number" in types(shape):
        if "maximum" in shape:
            return shape["maximum"] if value != shape["maximum"] else shape["minimum"]
        return 3
    if path.startswith("lights.palette."):
        return "#102030"
    return "another"


def enter(browser, place, value):
    """As a person would, in whatever there is to do it with."""
    field = browser.script(
        "return arguments[0].querySelector('input, select, textarea')", place)
    kind = field.get_attribute("type")
    if field.tag_name == "select":
        browser.pick(field, value)
    elif kind == "checkbox":
        browser.see(field).click()
    elif kind == "color":
        browser.script("""arguments[0].value = arguments[1];
            for (const name of ['input', 'change']) arguments[0].dispatchEvent(new Event(name))""",
                       field, value)
    else:
        text = "\n".join(value) if isinstance(value, list) else str(value)
        browser.put(field, text)
        browser.press(Keys.TAB)


def open_all(browser):
    browser.script("for (const e of document.querySelectorAll('main details')) e.open = true")


def prove_settings(proof):
    with proof.cloud() as cloud, proof.device(cloud) as device:
        device.claim()
        tree = device.ask("GET", "/openapi.json")["paths"]["/api/settings"]["put"]
        tree = tree["requestBody"]["content"]["application/json"]["schema"]
        with proof.browser(device, width=1000) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.go("settings")
            open_all(browser)
            missing, changed, returned = [], 0, 0
            for path, shape in leaves(tree):
                if "items" in shape and "properties" in shape["items"] or path == "history.archive":
                    continue
                place = browser.script(
                    "return document.querySelector(`[data-path='${arguments[0]}']`)", path)
                if not place:
                    missing.append(path)
                    continue
                value = another(path, shape, chosen(device, path), device)
                enter(browser, place, value)
                try:
                    browser.until(path, lambda: chosen(device, path) == value, within=4)
                    changed += 1
                except Exception:
                    told = place.text.replace("\n", " ")
                    missing.append(f"{path}: {value!r} became {chosen(device, path)!r}: {told}")
                    continue
                browser.until(f"words about {path}", lambda: place.find_element(
                    "css selector", ".outcome").text)
                time.sleep(0.1)
                if value == shape.get("default") or path in NEEDED:
                    continue
                # Back to what it was: some would make the rest hard to reach.
                browser.push("^return to default", root=place)
                browser.until(f"the default of {path}", lambda: chosen(device, path)
                              == shape.get("default"), within=4)
                returned += 1
            proof.check(not missing, f"{changed} settings are changed on the page, and returned to "
                        f"their defaults {missing or ''}")
            proof.check(changed > 50, "that is all of them")

            # Out of range, it stays as it was, and says why.
            place = browser.script("return document.querySelector(`[data-path='audio.noSpeechSeconds']`)")
            enter(browser, place, 1000)
            told = browser.until("why not", lambda: place.find_elements(
                "css selector", ".outcome.bad") and place.text)
            proof.check("60" in told and chosen(device, "audio.noSpeechSeconds") == 5,
                        "a value out of range is refused, and said to be")
            device.ask("PUT", "/api/settings", {"audio": {"noSpeechSeconds": 7}})
            enter(browser, place, "-")
            told = browser.until("why not", lambda: browser.script(
                "return arguments[0].querySelector('input').validity.badInput", place)
                and place.find_elements("css selector", ".outcome.bad") and place.text)
            proof.check(chosen(device, "audio.noSpeechSeconds") == 7,
                        f"what is no number leaves it as it was: {told!r}")
            device.ask("PUT", "/api/settings", {"audio": {"noSpeechSeconds": None}})

            prove_archive(proof, browser, device)
            for stage, name in [("languageModel", "anthropic"), ("speechToText", "azure"),
                                ("textToSpeech", "azure")]:
                prove_links(proof, browser, device, tree, stage, name)


def prove_archive(proof, browser, device):
    form = browser.find("form", "archive", root=browser.find("#settings-history"))
    for key, value in [("endpoint", "http://127.0.0.1:9"), ("bucket", "turns"),
                       ("region", "us-east-1"), ("prefix", "kitchen")]:
        field = browser.script("""return [...arguments[0].querySelectorAll('.field')].find(
            (e) => e.textContent.includes(arguments[1])).querySelector('input')""", form, f"archive.{key}")
        browser.put(field, value)
    browser.push("^save", root=form)
    browser.until("the archive", lambda: (chosen(device, "history.archive") or {}).get("bucket")
                  == "turns")
    browser.push("^no archive", root=form)
    browser.until("none", lambda: chosen(device, "history.archive") is None)
    proof.check(True, "the archive is set as a whole, and taken away")


def is_gone(browser, element):
    try:
        return not browser.script("return arguments[0].isConnected", element)
    except StaleElementReferenceException:
        return True


def prove_links(proof, browser, device, tree, stage, name):
    """Chains: links are added, set in all that they have, moved and removed."""
    group = browser.find(f"#settings-{stage}")

    def links():
        return [link["provider"] for link in chosen(device, stage) or []]

    def card(index=0):
        return browser.until("the link", lambda: browser.script(
            "return arguments[0].querySelectorAll('li.card')[arguments[1]]", group, index))

    browser.pick(browser.find("select", "who is added", root=group), name)
    browser.push("^add", root=group)
    browser.until("a link", lambda: name in links())
    while links()[0] != name:
        before = links()
        browser.push(f"ask .*{name} earlier", root=group)
        browser.until("its place", lambda: links() != before)
    proof.check(True, f"{stage}: links are added and moved: {links()}")
    shape = tree["properties"][stage]["items"]
    missing, changed = [], 0
    values = {"baseURL": "http://127.0.0.1:9/v1", "language": "de", "region": "westeurope",
              "transport": "http", "upload": "whole", "voice": "anna"}
    shown = browser.script("""return [...arguments[0].querySelectorAll('details .field > .note')]
        .map((e) => e.textContent.trim())""", card())
    for key, inner in shape["properties"].items():
        if key not in shown:
            continue
        browser.script("for (const e of arguments[0].querySelectorAll('details')) e.open = true", group)
        field = browser.until(key, lambda: browser.script("""
            const place = [...arguments[0].querySelectorAll('.field')].find((e) =>
              e.querySelector('.note')?.textContent.trim() === arguments[1]);
            return place""", card(), key))
        now = chosen(device, stage)[0].get(key)
        value = values.get(key) or another(f"link.{key}", inner, now, device)
        enter(browser, field, value)
        try:
            browser.until(key, lambda: chosen(device, stage)[0].get(key) == value, within=4)
            browser.until(f"{key} drawn anew", lambda: is_gone(browser, field), within=4)
            changed += 1
        except Exception:
            missing.append(f"{key}: {value!r} became {chosen(device, stage)[0].get(key)!r} "
                           f"{browser.all('.outcome.bad', '', group) and browser.all('.outcome.bad', '', group)[0].text}")
    proof.check(not missing and changed > 4, f"a link's {changed} values are set {missing or ''}")
    browser.push(f"remove .*{name}", root=group)
    browser.until("its end", lambda: name not in links())
    browser.push("^return to default", root=group)
    browser.until("the default", lambda: chosen(device, stage) is None)
    proof.check(True, "links are removed, and the chain returned to its default")


def prove_windows(proof):
    """Two pages of one device show the same, and none overwrites what the other has changed."""
    with proof.cloud() as cloud, proof.device(cloud) as device:
        device.claim()
        with proof.browser(device, width=1000) as browser:
            driver = browser.driver
            browser.open(device.page)
            log_in(browser)
            first = driver.current_window_handle
            driver.switch_to.new_window("window")
            second = driver.current_window_handle
            browser.be(1000, 900)
            browser.open(device.page)
            browser.find("nav a")

            browser.go("settings")
            open_all(browser)
            name = browser.find("[data-path='name'] input")
            browser.see(name).click()
            name.send_keys("-two")

            driver.switch_to.window(first)
            volume = browser.find("input[type=range]")
            browser.see(volume).send_keys(Keys.ARROW_LEFT * 5)
            browser.until("the volume", lambda: chosen(device, "audio.volume") == 65)

            driver.switch_to.window(second)
            browser.until("the other's volume", lambda: browser.find(
                "[data-path='audio.volume'] input").get_attribute("value") == "65")
            proof.check(
                name.get_attribute("value").endswith("-two"),
                "what one page changes the other shows, and what is being typed there stays")
            browser.press(Keys.TAB)
            browser.until("the name", lambda: chosen(device, "name") == "pressel-two")
            proof.check(chosen(device, "audio.volume") == 65, "and overwrites nothing")

            browser.go("history")
            browser.says("nothing was asked")
            driver.switch_to.window(first)
            cloud.follow(transcript="Is anybody there?", reply="Yes.")
            device.turn()
            browser.says("is anybody there", selector=".exchange")
            driver.switch_to.window(second)
            browser.says("is anybody there")
            proof.check(True, "both show the turn")
            driver.switch_to.window(first)
            device.ask("DELETE", "/api/turns")
            driver.switch_to.window(second)
            browser.says("nothing was asked")
            proof.check(True, "and what was deleted elsewhere is gone")


