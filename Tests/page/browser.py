"""Chromium, as a person in front of the page uses it, and as a test watches it."""

import json
import os
import re
import shutil
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import JavascriptException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

# Finds what a person could see or hear of by a word, wherever it stands in the page.
FIND = r"""
const [selector, pattern, flags, root] = arguments;
const wanted = new RegExp(pattern, flags);
const words = (element) => (element ? element.textContent : "").replace(/\s+/g, " ").trim();
const named = (element) => {
  const by = element.getAttribute("aria-labelledby");
  if (by) return by.split(" ").map((id) => words(document.getElementById(id))).join(" ");
  return element.getAttribute("aria-label")
    || (element.labels && [...element.labels].map(words).join(" ")) || words(element)
    || element.getAttribute("title") || element.value || "";
};
return [...(root || document).querySelectorAll(selector)].filter((element) =>
  wanted.test(named(element)) && element.checkVisibility({ visibilityProperty: true }));
"""

BUTTONS = "button, [role=button], summary"
FIELDS = "input, select, textarea"


class Missing(Exception):
    """Something is not on the page that should be."""


class Browser:
    """Made by `with`; closed, and its profile removed, at the end of it.

    `microphone` is a WAV file that is heard, over and over, while a page listens. `names` are hosts
    that lead to this machine; no other host is found by its name.
    """

    def __init__(self, microphone=None, names=()):
        self.folder = tempfile.mkdtemp(prefix="pressel-page-")
        options = Options()
        options.binary_location = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        rules = ["MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"]
        rules = [f"MAP {name} 127.0.0.1" for name in names] + rules
        for argument in [
            "--headless=new", f"--user-data-dir={self.folder}", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--disable-gpu", "--mute-audio", "--hide-scrollbars",
            f"--host-resolver-rules={','.join(rules)}", "--ignore-certificate-errors",
            "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        ]:
            options.add_argument(argument)
        if microphone:
            options.add_argument(f"--use-file-for-fake-audio-capture={microphone}")
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        options.add_experimental_option("prefs", {
            "download.default_directory": f"{self.folder}/downloads",
            "download.prompt_for_download": False,
        })
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(
            service=Service(os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")),
            options=options)
        self.driver.set_script_timeout(60)
        self.requests = []
        self.messages = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What it is.

    def be(self, width, height, dark=False, language="en-GB", zone="Europe/Berlin", scale=1):
        """A screen of that size, and a person of those ways. Holds for this window."""
        tell = self.driver.execute_cdp_cmd
        tell("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 700})
        tell("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}]})
        agent = self.script("return navigator.userAgent")
        tell("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language})
        tell("Emulation.setTimezoneOverride", {"timezoneId": zone})

    # Where it is.

    def open(self, url):
        self.driver.get(url)

    def go(self, view):
        """To a view, as a link leads there; waits until it has its heading."""
        self.script("""
            if (location.hash === arguments[0]) return;
            document.querySelector("main h1")?.setAttribute("data-old", "");
            location.hash = arguments[0]""", f"#{view}")
        self.until(f"the view {view}", lambda: self.script(
            "const h = document.querySelector('main h1'); return h && !h.hasAttribute('data-old')"))

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def until(self, what, holds, within=15):
        """Waits for something, and gives it."""
        end = time.monotonic() + within
        while True:
            try:
                if value := holds():
                    return value
            except (JavascriptException, StaleElementReferenceException, Missing):
                # The page is just changing.
                pass
            if time.monotonic() > end:
                raise Missing(f"{what} does not come")
            time.sleep(0.02)

    # What is on it.

    def text(self, selector="body"):
        return self.script(
            "return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def says(self, pattern, within=15, selector="body"):
        """Waits until the page says something that matches."""
        return self.until(
            f"\"{pattern}\"", lambda: re.search(pattern, self.text(selector), re.I), within)

    def all(self, selector, name="", root=None):
        return self.script(FIND, selector, name, "i", root)

    def find(self, selector, name="", within=15, root=None):
        found = self.until(
            f"a {selector} called \"{name}\"", lambda: self.all(selector, name, root), within)
        return found[0]

    def button(self, name, within=15, root=None):
        return self.find(BUTTONS, name, within, root)

    def field(self, name, within=15, root=None):
        return self.find(FIELDS, name, within, root)

    # What is done to it, by hand.

    def see(self, element):
        self.script("arguments[0].scrollIntoView({ block: 'center' })", element)
        return element

    def push(self, name, within=15, root=None):
        def click():
            found = self.all(BUTTONS, name, root)
            if found:
                self.see(found[0]).click()
            return bool(found)
        # What is just drawn anew is pushed when it is there again.
        self.until(f"a button called \"{name}\"", click, within)

    def fill(self, name, text, root=None):
        self.put(self.field(name, root=root), text)

    def put(self, element, text):
        """Types into a field in the place of what is there, as the keyboard does."""
        self.see(element).click()
        element.send_keys(Keys.CONTROL, "a")
        element.send_keys(Keys.DELETE)
        element.send_keys(text)

    def pick(self, element, value):
        """A value of a select."""
        self.see(element)
        for option in element.find_elements(By.TAG_NAME, "option"):
            if option.get_attribute("value") == value:
                return option.click()
        raise Missing(f"there is no {value} to choose")

    def hold(self, element, act):
        """Holds the pointer down on something while `act` goes on."""
        self.see(element)
        ActionChains(self.driver).click_and_hold(element).perform()
        try:
            return act()
        finally:
            ActionChains(self.driver).release().perform()

    # What is done to it, by keyboard.

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    @property
    def focused(self):
        return self.driver.switch_to.active_element

    def tab_to(self, selector, name="", most=150):
        """Goes on with the tabulator until something has the focus."""
        def is_there():
            try:
                found = self.all(selector, name)
                return found and self.script(
                    "return arguments[0].includes(document.activeElement)", found)
            except StaleElementReferenceException:
                # Drawn anew meanwhile.
                return False
        self.until(f"a {selector} called \"{name}\"", lambda: self.all(selector, name))
        for _ in range(most):
            if is_there():
                return self.focused
            self.press(Keys.TAB)
        raise Missing(f"the tabulator does not come to a {selector} called \"{name}\"")

    # What it looks like.

    def picture(self, path, whole=True):
        """The page as a PNG, all of its height."""
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "format": "png", "captureBeyondViewport": whole,
            **({"clip": {"x": 0, "y": 0, "width": size["width"],
                         "height": min(size["height"], 6000), "scale": 1}} if whole else {})})
        import base64
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def overflow(self):
        """What is wider than the window, by tag and class; nothing if all fits."""
        return self.script(r"""
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll("body *")].filter((element) => {
              const box = element.getBoundingClientRect();
              return box.width && box.right > width + 0.5;
            }).slice(0, 8).map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`)
            """)

    # What it did.

    def watch(self):
        """Takes over what the browser has noted since it was asked last."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            elif message["method"] == "Network.webSocketCreated":
                self.requests.append(message["params"]["url"])
        self.messages += self.driver.get_log("browser")

    def errors(self):
        """What the page's scripts did wrong, and what its security policy forbade them. An answer
        with an error is none, as the page tells it; nor is a header that Chromium heeds only by
        HTTPS."""
        self.watch()
        return [f"{entry['source']}: {entry['message']}" for entry in self.messages
                if entry["level"] == "SEVERE" and entry["source"] not in ("network", "other")]

    def strangers(self, origins):
        """What was asked for elsewhere."""
        self.watch()
        # What the browser asks of itself is no request.
        allowed = ("data:", "blob:", "about:", "chrome:", "chrome-untrusted:", *origins)
        return sorted({url for url in self.requests if not url.startswith(allowed)})
