"""A provider that means no good: all that it says is markup with a script in it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Whatever of it becomes an element changes the window's name; a style would hide the page.
MARKUP = "<img src=x onerror=\"window.name='taken'\"><script>window.name='taken'</script><b>{}</b>"


class Hostile:
    """Speaks as OpenAI does."""

    def __init__(self):
        #: Whether it refuses to answer.
        self.refuses = False
        hostile = self

        class Answer(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def tell(self, status, value, kind="application/json"):
                body = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def refuse(self):
                self.tell(401, {"error": {
                    "message": MARKUP.format("refusal"), "code": "invalid_api_key"}})

            def do_GET(self):
                if hostile.refuses:
                    return self.refuse()
                names = ["gpt-" + MARKUP.format("model"), "gpt-5-mini", "whisper-1", "tts-1"]
                self.tell(200, {"object": "list", "data": [
                    {"id": name, "object": "model", "created": 1, "owned_by": "x"}
                    for name in names]})

            do_HEAD = do_GET

            def do_POST(self):
                length = self.headers.get("Content-Length")
                if length is not None:
                    self.rfile.read(int(length))
                else:
                    while size := int(self.rfile.readline(), 16):
                        self.rfile.read(size + 2)
                    self.rfile.readline()
                if hostile.refuses:
                    self.refuse()
                elif "transcriptions" in self.path:
                    self.tell(200, {"text": MARKUP.format("question")})
                else:
                    piece = {"choices": [{"index": 0, "delta": {
                        "content": MARKUP.format("answer")}, "finish_reason": None}]}
                    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
                    self.tell(200, "".join(
                        f"data: {line}\n\n" for line in
                        [json.dumps(piece), json.dumps(end), "[DONE]"]).encode(),
                        "text/event-stream")

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
