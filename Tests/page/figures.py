"""What the page weighs, what its files may do, and how soon it shows something."""

import gzip
import re
import statistics
import time
import urllib.error
import urllib.request

from appliance import PASSWORD

LARGEST = 60_000
MARKUP = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"

# Notes when anything on the page changes, from its very beginning.
OBSERVE = """
window.changes = [];
new MutationObserver(() => window.changes.push([performance.now(), Date.now()]))
  .observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""


def fetched(url, headers=None):
    try:
        with urllib.request.urlopen(
                urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def prove_files(proof):
    with proof.device() as device:
        paths = [path for path in device.ask("GET", "/openapi.json")["paths"]
                 if path == "/" or path.startswith("/page/")]
        files = {path: fetched(device.url + path) for path in paths}
        sizes = {path: len(gzip.compress(body, 9)) for path, (_, _, body) in files.items()}
        for path, size in sorted(sizes.items(), key=lambda item: -item[1]):
            proof.tell(f"{size:6} bytes  {path}")
        total = sum(sizes.values())
        proof.check(total <= LARGEST, f"{total} bytes compressed in all, of {LARGEST} at most")
        policies = {headers["Content-Security-Policy"] for _, headers, _ in files.values()}
        policy = policies.pop() or ""
        proof.check(
            not policies and "default-src 'none'" in policy and "unsafe-" not in policy,
            "one content security policy, and nothing unsafe in it")
        tagged = [path for path, (_, headers, _) in files.items()
                  if fetched(device.url + path, {"If-None-Match": headers["ETag"]})[0] != 304]
        proof.check(not tagged, f"a browser that has a file is not sent it again {tagged or ''}")
        texts = {path: body.decode() for path, (_, _, body) in files.items()}
        makers = [path for path, text in texts.items() if re.search(MARKUP, text)]
        proof.check(not makers, f"no script makes markup out of text {makers or ''}")
        others = [path for path, text in texts.items()
                  if re.search(r"[\"'(]https?://(?!www\.w3\.org/)", text)]
        proof.check(not others, f"no file names another host {others or ''}")
        styles = [path for path, text in texts.items() if re.search(r"<[^>]+ (style|on\w+)=", text)]
        proof.check(not styles, f"no style or listener within markup {styles or ''}")
        prove_texts(proof, "".join(texts.values()))


def prove_texts(proof, source):
    """Both languages say the same, and all of it."""
    text = r'"((?:[^"\\]|\\.)*)"'
    rows = {key: (english, german) for key, english, german in re.findall(
        rf'"([\w.-]+)": \[\s*{text},\s*{text},?\s*\]', source)}
    missing = sorted(set(re.findall(r'\bt\("([\w.-]+)"', source)) - set(rows))
    proof.check(len(rows) > 200 and not missing, f"{len(rows)} texts, none missing {missing or ''}")
    odd = [key for key, (english, german) in rows.items()
           if bool(english) != bool(german)
           or set(re.findall(r"\{\w+\}", english)) != set(re.findall(r"\{\w+\}", german))]
    proof.check(not odd, f"each in English and in German, with the same in it {odd or ''}")


def prove_times(proof):
    with proof.cloud() as cloud, proof.device(cloud) as device:
        device.claim()
        with proof.browser(device) as browser:
            browser.open(device.page)
            log_in(browser)
            browser.driver.execute_cdp_cmd(
                "Page.addScriptToEvaluateOnNewDocument", {"source": OBSERVE})
            views = []
            for _ in range(7):
                browser.open(device.page)
                time.sleep(2)
                views.append(browser.script(
                    "return Math.max(...window.changes.map(([at]) => at))"))
            proof.tell("first view complete (bar: 300 ms): "
                       f"median {statistics.median(views):.0f} ms, worst {max(views):.0f} ms")
            seen = []
            for _ in range(7):
                browser.until("rest", lambda: device.ask("GET", "/api/status")["state"] == "idle")
                time.sleep(0.5)
                browser.script("window.changes = []")
                began = time.time() * 1000
                device._edge(True)
                changed = browser.until("a change", lambda: browser.script("return window.changes"))
                time.sleep(0.45)
                device._edge(False)
                seen.append(changed[0][1] - began)
            proof.tell("press → seen on the page (bar: 100 ms): "
                       f"median {statistics.median(seen):.0f} ms, worst {max(seen):.0f} ms")


def log_in(browser, password=PASSWORD):
    """On a device that has an owner."""
    field = browser.find("input[type=password]")
    browser.put(field, password)
    browser.push("^log in$|^anmelden$")
    browser.find("nav a")
