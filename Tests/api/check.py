"""Holds a running device against its own description, and against other people's programs.

    check.py PROGRAM SANDBOX SCHEMATHESIS PROMTOOL [--cases N] [--port N]

schemathesis makes up requests from /openapi.json and sees whether the answers are as described;
promtool reads /metrics; OpenSSL looks at HTTPS; the package websockets talks at /ws/voice.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

import sockets
from device import Device, free_port

KEY = "check-api-key-0123456789"
# What would end the device, or put it back to another day, in the middle of it.
LEFT_OUT = ["/api/restart", "/api/restore"]
WANTED = 2000
CONFIGURATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemathesis.toml")


class Failures(list):
    def check(self, holds, text):
        print(f"  {'ok  ' if holds else 'FAIL'}  {text}", flush=True)
        if not holds:
            self.append(text)


def sandbox(program):
    child = subprocess.Popen(
        [program, "--profile", "instant"], stdout=subprocess.PIPE, text=True)
    return child, child.stdout.readline().split()[2]


def get(port, path, key=KEY, context=None):
    connection = (
        http.client.HTTPSConnection("localhost", port, context=context, timeout=10) if context
        else http.client.HTTPConnection("localhost", port, timeout=10))
    connection.request("GET", path, headers={"x-api-key": key} if key else {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def check_metrics(port, promtool, failures):
    status, text = get(port, "/metrics")
    failures.check(status == 200, "/metrics is answered")
    result = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, check=False)
    told = (result.stdout + result.stderr).decode().strip()
    failures.check(result.returncode == 0 and not told, f"promtool takes /metrics {told}")


def check_tls(port, folder, failures):
    """The certificate is good for the names it should be good for, and TLS is none of the old ones."""
    authority = f"{folder}/state/tls/device.crt"
    mode = [oct(os.stat(f"{folder}/state/tls/{name}").st_mode & 0o777)
            for name in ["device.crt", "device.key"]]
    failures.check(mode == ["0o600", "0o600"], "the certificate is its owner's alone")
    context = ssl.create_default_context(cafile=authority)
    failures.check(
        get(port, "/health", None, context) == (200, b'{"status":"ok"}'), "HTTPS is answered")
    for name, is_good in [("pressel.local", True), ("evil.example", False)]:
        try:
            with socket.create_connection(("127.0.0.1", port)) as plain:
                with context.wrap_socket(plain, server_hostname=name) as secure:
                    version = secure.version()
            failures.check(is_good and version == "TLSv1.3", f"{name} is good, by {version}")
        except ssl.SSLCertVerificationError:
            failures.check(not is_good, f"{name} is not in the certificate")


def status_of(port, method, path, headers):
    # From an address of its own: wrong keys slow down whoever sends them.
    target = re.sub(r"\{.*?\}", "1", path)
    connection = http.client.HTTPConnection(
        "localhost", port, timeout=10, source_address=("127.0.0.9", 0))
    connection.request(method.upper(), target, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def check_scopes(document, port, failures):
    """Whoever shows nothing, or not enough, gets into nothing but what is described as open."""
    scopes = ["talk", "read", "admin"]
    keys = {}
    if "/api/keys" in document["paths"]:
        for scope in scopes[:2]:
            connection = http.client.HTTPConnection("localhost", port, timeout=10)
            connection.request(
                "POST", "/api/keys", json.dumps({"name": f"check {scope}", "scope": scope}),
                {"x-api-key": KEY, "Content-Type": "application/json"})
            keys[scope] = json.loads(connection.getresponse().read())["key"]
    count = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if not operation["security"]:
                continue
            needed = operation["security"][0]["key"][0]
            for headers in [{}, {"x-api-key": "wrong"}, {"Cookie": "pressel=wrong"}]:
                status = status_of(port, method, path, headers)
                count += 1
                if status not in (401, 429):
                    failures.check(False, f"{method} {path} with {headers} answers {status}")
            for scope, key in keys.items():
                if scopes.index(scope) >= scopes.index(needed):
                    continue
                status = status_of(port, method, path, {"x-api-key": key})
                count += 1
                if status not in (403, 429):
                    failures.check(False, f"{method} {path} with scope {scope}: {status}")
    failures.check(count > 0, f"{count} times nobody got in who may not")


def check_description(arguments, port, failures):
    document = json.loads(get(port, "/openapi.json")[1])
    check_scopes(document, port, failures)
    # What it leaves beside its report lies there, too.
    folder = tempfile.mkdtemp()
    report = f"{folder}/report.json"
    command = [
        os.path.abspath(arguments.schemathesis), "--config-file", CONFIGURATION, "run", f"http://localhost:{port}/openapi.json",
        "-H", f"x-api-key: {KEY}", "--max-examples", str(arguments.cases), "--rate-limit", "auto",
        "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all",
        "--request-timeout", "30", "--generation-database", "none", "--no-color",
        "--report", "json", "--report-json-path", report, "--suppress-health-check", "all",
        "--warnings", "off",
    ]
    for path in LEFT_OUT:
        command += ["--exclude-path", path]
    # It is an event stream, which has no end.
    command += ["--exclude-path", "/api/events"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    cases = re.search(r"(\d[\d,]*) generated", result.stdout)
    count = int(cases.group(1).replace(",", "")) if cases else 0
    if result.returncode != 0 or count < WANTED:
        print(result.stdout[-30_000:] + result.stderr[-5_000:])
    failures.check(result.returncode == 0, f"schemathesis finds nothing in {count} cases")
    failures.check(count >= WANTED, f"that were {WANTED} cases or more")
    shutil.rmtree(folder, ignore_errors=True)
    return document


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("sandbox")
    parser.add_argument("schemathesis")
    parser.add_argument("promtool")
    parser.add_argument("--cases", type=int, default=60)
    arguments = parser.parse_args()
    failures = Failures()
    cloud, url = sandbox(arguments.sandbox)
    web = {"port": free_port(), "tlsPort": free_port()}
    environment = {"OPENAI_API_KEY": "sandbox-key", "OPENAI_BASE_URL": url}
    # A recording may be asked for that takes three minutes.
    with Device(arguments.program, KEY, web, environment, speed=20) as device:
        device.says(r"serving on", within=120)
        device.says(r"serving HTTPS on", within=120)
        print("check-api: HTTPS")
        check_tls(web["tlsPort"], device.folder, failures)
        print("check-api: metrics")
        check_metrics(web["port"], arguments.promtool, failures)
        print("check-api: the description")
        document = check_description(arguments, web["port"], failures)
        if "/ws/voice" in document["paths"]:
            for scheme, port in [("ws", web["port"]), ("wss", web["tlsPort"])]:
                print(f"check-api: WebSockets by {scheme}")
                authority = f"{device.folder}/state/tls/device.crt"
                context = ssl.create_default_context(cafile=authority)
                sockets.check(
                    f"{scheme}://localhost:{port}/ws/voice", KEY,
                    context if scheme == "wss" else None, failures)
        # Behind all that, it is as it was.
        check_metrics(web["port"], arguments.promtool, failures)
        failures.check(get(web["port"], "/health")[0] == 200, "it is still there")
        status, took = device.end()
        failures.check(status == 0, f"ended with status {status} after {took * 1000:.0f} ms")
        for word in ["Fatal error", "cannot answer a request", KEY, "sandbox-key"]:
            failures.check(word not in device.log, f"no \"{word}\" in the log")
        if failures:
            print(device.log[-20_000:], file=sys.stderr)
    cloud.kill()
    cloud.wait()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
