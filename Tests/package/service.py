"""Pressel as a service of the system that this runs in, as its owner and systemd see it."""

import glob
import http.cookiejar
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request

OWNERS = "/etc/pressel/settings.json"


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(f"{' '.join(command)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result


def until(seconds, question):
    """Asks until the answer is true; gives the seconds that took, or nil."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if question():
                return time.monotonic() - began
        except (OSError, ValueError):
            pass
        time.sleep(0.05)
    return None


def install(package):
    return run(
        "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-q",
        "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", package)


# HTTP.

cookies = http.cookiejar.CookieJar()
trusting = ssl._create_unverified_context()
browser = urllib.request.build_opener(
    urllib.request.HTTPCookieProcessor(cookies),
    urllib.request.HTTPSHandler(context=trusting))


def ask(path, body=None, method=None, key=None, scheme="http", timeout=10):
    headers = {"Content-Type": "application/json"} | ({"x-api-key": key} if key else {})
    request = urllib.request.Request(
        f"{scheme}://localhost{path}", method=method, headers=headers,
        data=None if body is None else json.dumps(body).encode())
    try:
        with browser.open(request, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def get(path, key):
    status, body = ask(path, key=key)
    if status != 200:
        raise ValueError(f"{path} answers {status}: {body[:200]}")
    return json.loads(body)


def healthy():
    return ask("/health")[0] == 200 and ask("/health", scheme="https")[0] == 200


# systemd.

def unit(name):
    return run("systemctl", "show", "--value", "-p", name, "pressel").stdout.strip()


def log():
    return run("journalctl", "-u", "pressel", "-o", "cat", "--no-pager").stdout


def pids():
    # cgroup v1 or v2.
    for path in glob.glob("/sys/fs/cgroup/**/pressel.service/cgroup.procs", recursive=True):
        with open(path) as file:
            found = file.read().split()
        if found:
            return found
    return []
