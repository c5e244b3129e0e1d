"""The page's files from the disk, in front of a device that does the rest: whoever works on the page
sees what they changed without building the program."""

import asyncio
import http.client
import os
import threading

from device import free_port

TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class Served:
    def __init__(self, folder, backend):
        self.folder, self.backend, self.port = folder, backend, free_port()
        # What the device says of its own page is said of these files.
        asked = http.client.HTTPConnection("127.0.0.1", backend, timeout=10)
        asked.request("GET", "/")
        own = ("content-length", "content-type", "etag", "date", "connection")
        self.headers = "".join(
            f"{name}: {value}\r\n" for name, value in asked.getresponse().getheaders()
            if name.lower() not in own)
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._run(ready)), daemon=True).start()
        ready.wait()

    async def _run(self, ready):
        async with await asyncio.start_server(self._serve, "127.0.0.1", self.port):
            ready.set()
            await asyncio.Event().wait()

    def _file(self, path):
        name = "index.html" if path == "/" else path.removeprefix("/page/")
        kind = TYPES.get(name.rsplit(".", 1)[-1], "text/plain")
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                body = file.read()
            status = "200 OK"
        except OSError:
            body, status = b"there is no such file", "404 Not Found"
        head = (f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\n{self.headers}"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n")
        return head.encode() + body

    async def _serve(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode().split("?")[0]
            if path == "/" or path.startswith("/page/"):
                writer.write(self._file(path))
                await writer.drain()
                return
            if b"\nupgrade: websocket" not in head.lower():
                lines = [line for line in head[:-4].split(b"\r\n")
                         if not line.lower().startswith(b"connection:")]
                head = b"\r\n".join(lines + [b"Connection: close"]) + b"\r\n\r\n"
            back, forth = await asyncio.open_connection("127.0.0.1", self.backend)
            forth.write(head)
            await asyncio.gather(self._hand(reader, forth), self._hand(back, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def _hand(reader, writer):
        """On, as it comes."""
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
