"""What a server on the local network has to bear, and what the device does meanwhile.

    load.py PROGRAM [--seconds N] [--requests N] [--strict]

200 slow clients from one address drip bytes, 12 busy ones from others ask without a rest, and in the
middle of it somebody uses the button and looks at /health. Then comes a row of requests, behind which
nothing may be left. Times are told, and decide only with --strict, since a machine may have other
things to do; what is lost or left behind always decides.
"""

import argparse
import asyncio
import http.client
import json
import math
import multiprocessing
import os
import statistics
import subprocess
import sys
import time

from device import Device, free_port

KEY = "load-test-key-0123456789"
SLOW, BUSY = 200, 12
SHORT = [b"/health", b"/api/status", b"/metrics", b"/nothing/here", b"/health?a=%zz"]


class Failures(list):
    def check(self, holds, text):
        print(f"  {'ok  ' if holds else 'FAIL'}  {text}", flush=True)
        if not holds:
            self.append(text)


def request(port, path, method=b"GET", body=b"", more=b""):
    head = b"%s %s HTTP/1.1\r\nHost: localhost:%d\r\nx-api-key: %s\r\n%s" % (
        method, path, port, KEY.encode(), more)
    if body:
        head += b"Content-Length: %d\r\n" % len(body)
    return head + b"\r\n" + body


async def answer(reader):
    """The status of an answer, and its body."""
    status, body, _ = await last_answer(reader)
    return status, body


async def last_answer(reader):
    """The status of an answer, its body, and whether it is the last on its connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    fields = head.lower()
    is_last = b"connection: close" in fields
    if b"content-length: " in fields:
        length = int(fields.split(b"content-length: ")[1].split(b"\r\n")[0])
        return status, await reader.readexactly(length), is_last
    body = b""
    while length := int(await reader.readline(), 16):
        body += await reader.readexactly(length)
        await reader.readline()
    await reader.readline()
    return status, body, is_last


async def connect(port, address):
    return await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))


async def drip(port, counts, offset):
    """A request that never ends, a byte at a time."""
    await asyncio.sleep(offset)
    while True:
        writer = None
        try:
            reader, writer = await connect(port, "127.0.0.2")
            writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            while not reader.at_eof():
                writer.write(b"x")
                await writer.drain()
                counts["dripped"] += 1
                try:
                    await asyncio.wait_for(reader.read(1), 2)
                except asyncio.TimeoutError:
                    continue
                break
            counts["hung up on"] += 1
        except OSError:
            counts["hung up on"] += 1
        finally:
            if writer:
                writer.close()
        await asyncio.sleep(0.5)


async def ask_on(port, address, counts):
    """One request after the other, on a connection for some twenty."""
    turn = 0
    while True:
        try:
            reader, writer = await connect(port, address)
            for _ in range(20):
                turn += 1
                if turn % 7 == 0:
                    writer.write(request(
                        port, b"/api/button", b"POST", b"x" * 30_000,
                        b"Content-Type: application/json\r\n"))
                else:
                    writer.write(request(port, SHORT[turn % len(SHORT)]))
                status, _, is_last = await last_answer(reader)
                counts[status] = counts.get(status, 0) + 1
                if is_last:
                    break
            writer.close()
        except (OSError, asyncio.IncompleteReadError) as error:
            counts["broken"] = counts.get("broken", 0) + 1
            counts["how"] = repr(error)
            await asyncio.sleep(0.1)


def look_at_health(port, until, told):
    """In a process of its own: the clients' one has too much to do to be on time."""
    times = []
    while time.monotonic() < until:
        began = time.monotonic()
        connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=10, source_address=("127.0.0.20", 0))
        connection.request("GET", "/health")
        found = connection.getresponse()
        body = found.read()
        times.append((time.monotonic() - began) * 1000)
        assert (found.status, body) == (200, b'{"status":"ok"}'), (found.status, body)
        connection.close()
        time.sleep(0.2)
    told.send(times)


async def watch(device, peaks):
    while True:
        for name, value in device.figures().items():
            peaks[name] = max(peaks.get(name, 0), value)
        await asyncio.sleep(0.5)


async def status_of(port):
    reader, writer = await connect(port, "127.0.0.21")
    writer.write(request(port, b"/api/status", more=b"Connection: close\r\n"))
    status, body = await answer(reader)
    writer.close()
    assert status == 200, (status, body)
    return json.loads(body)


async def turn(device, port, question, seconds):
    """Asks with the button, as a person does; gives the turn's own milliseconds after the release:
    all of it, and without what the recognizer and the voice took."""
    before = (await status_of(port)).get("lastTurn") or {"number": 0}
    device.type("press")
    await asyncio.sleep(0.45)
    os.write(device.microphone, question)
    await asyncio.sleep(seconds + 0.4)
    device.type("release")
    for _ in range(600):
        await asyncio.sleep(0.1)
        last = (await status_of(port)).get("lastTurn") or before
        if last["number"] > before["number"]:
            break
    else:
        raise SystemExit("a turn does not end")
    if last["outcome"] != "answered":
        return None
    at = {mark["step"]: mark["milliseconds"] for mark in last["timeline"]}
    own = (
        at["captureEnded"] - at["released"] + at["firstText"] - at["transcript"]
        + at["firstPlayed"] - at["firstSound"])
    return at["firstPlayed"] - at["released"], own


async def turns(device, port, question, seconds, until):
    done = []
    while not done or time.monotonic() < until:
        done.append(await turn(device, port, question, seconds))
    return done


def told(found):
    own = sorted(each[1] for each in found if each)
    whole = sorted(each[0] for each in found if each)
    return (
        f"{len(found)} turns, release to first sample {statistics.median(whole):.0f} ms,"
        f" of which not the recognizer's or the voice's: median {statistics.median(own):.1f} ms,"
        f" most {own[-1]:.1f} ms")


async def under_load(device, port, question, seconds, arguments, failures):
    counts, slow, peaks = {}, {"dripped": 0, "hung up on": 0}, {}
    idle = await turns(device, port, question, seconds, time.monotonic() + 10)
    print(f"  without load: {told(idle)}")
    tasks = [asyncio.create_task(drip(port, slow, number / 100)) for number in range(SLOW)]
    tasks += [
        asyncio.create_task(ask_on(port, f"127.0.0.{3 + number}", counts))
        for number in range(BUSY)]
    tasks += [asyncio.create_task(watch(device, peaks))]
    end = time.monotonic() + arguments.seconds
    health, told_health = multiprocessing.Pipe(duplex=False)
    looking = multiprocessing.Process(target=look_at_health, args=(port, end, told_health))
    looking.start()
    busy = await turns(device, port, question, seconds, end)
    await asyncio.sleep(max(0, end - time.monotonic()))
    times = health.recv() if health.poll(15) else []
    looking.join(5)
    failures.check(looking.exitcode == 0, f"/health was always answered, {len(times)} times")
    for task in tasks:
        if task.done():
            await task
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(f"  under load: {told(busy)}")
    print(f"  {SLOW} slow clients: {slow}; {BUSY} busy ones: {counts}")
    own = sorted(each[1] for each in busy if each)
    failures.check(all(idle + busy), "every turn was answered")
    failures.check(counts.get("broken", 0) == 0, f"no busy client was cut off {counts.get('how')}")
    failures.check(not any(type(s) is int and s >= 500 for s in counts), "no status of 500 or more")
    failures.check(slow["hung up on"] > SLOW / 2, "slow clients are hung up on")
    late = failures if arguments.strict else Failures()
    most = max(times, default=math.inf)
    late.check(most < 100, f"/health took {most:.1f} ms at most")
    late.check(statistics.median(own) <= 10 and own[-1] <= 30, "the button keeps its bars")
    if not arguments.sanitized:
        failures.check(
            peaks["pss"] < 40e6,
            f"the program's memory stayed at or below {peaks['pss'] / 1e6:.1f} MB,"
            f" {peaks['threads']} threads")


async def row(device, port, arguments, failures):
    kept = None

    async def ask(count):
        nonlocal kept
        for number in range(count):
            # Half of them on one connection, the others on one each.
            if number % 2:
                reader, writer = await connect(port, "127.0.0.3")
                writer.write(request(
                    port, SHORT[number % len(SHORT)], more=b"Connection: close\r\n"))
                await answer(reader)
                writer.close()
            else:
                kept = kept or await connect(port, "127.0.0.4")
                kept[1].write(request(port, SHORT[number % len(SHORT)]))
                if (await last_answer(kept[0]))[2]:
                    kept[1].close()
                    kept = None
        # Threads of connections that are over may still be ending.
        await asyncio.sleep(2)
        return device.figures()

    before = await ask(max(1000, arguments.requests // 10))
    began = time.monotonic()
    after = await ask(arguments.requests)
    rate = arguments.requests / (time.monotonic() - began)
    if kept:
        kept[1].close()
    grown = (after["anonymous"] - before["anonymous"]) / 1e6
    print(f"  {rate:.0f} requests a second")
    failures.check(
        before["files"] >= after["files"] and before["threads"] >= after["threads"],
        f"files and threads before and behind {arguments.requests} requests: {before} {after}")
    if not arguments.sanitized:
        failures.check(grown < 1, f"anonymous memory grew by {grown:.2f} MB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--requests", type=int, default=30_000)
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--sanitized", action="store_true")
    arguments = parser.parse_args()
    failures = Failures()
    wave = subprocess.run(
        ["espeak-ng", "--stdout", "-v", "en", "What time is it?"], check=True,
        stdout=subprocess.PIPE).stdout
    question, rate = wave[44:], int.from_bytes(wave[24:28], "little")
    with Device(arguments.program, KEY, {"port": free_port()}, rate=rate) as device:
        port = int(device.says(r"serving on .*, port (\d+)", within=120).group(1))
        device.says("recording from")
        time.sleep(1)
        print(f"load: {arguments.seconds} seconds of slow and busy clients")
        seconds = len(question) / 2 / rate
        asyncio.run(under_load(device, port, question, seconds, arguments, failures))
        print(f"load: {arguments.requests} requests in a row")
        asyncio.run(row(device, port, arguments, failures))
        status, took = device.end()
        failures.check(status == 0, f"ended with status {status} after {took * 1000:.0f} ms")
        for word in ["Sanitizer", "Fatal error", "cannot answer a request"]:
            failures.check(word not in device.log, f"no \"{word}\" in the log")
        if failures:
            print(device.log[-20_000:], file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
