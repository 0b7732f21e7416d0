"""A relay on loopback: notes every exchange, and can ask Prism for an answer other than the good one."""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Headers that belong to one connection.
OWN = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"}


class Exchange:
    """One request and its answer."""

    def __init__(self, method, target, body, status, answer, violations):
        self.method = method
        self.target = target
        self.path = target.split("?")[0]
        self.body = body
        self.status = status
        self.answer = answer
        self.violations = violations

    def json(self):
        return json.loads(self.body) if self.body else None

    def __str__(self):
        return f"{self.method} {self.target} {self.body.decode('utf-8', 'replace')} -> {self.status} {self.answer[:300]!r}"


class Relay:
    """Forwards to 127.0.0.1:`upstream`. `prefer` is None or (methods, status): asked for with these methods."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.prefer = None
        self.exchanges = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                relay.forward(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = forward

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forward(self, handler):
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        headers = {n: v for n, v in handler.headers.items() if n.lower() not in OWN}
        if self.prefer and handler.command in self.prefer[0]:
            headers["Prefer"] = f"code={self.prefer[1]}"
        line = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        try:
            line.request(handler.command, handler.path, body or None, headers)
            answer = line.getresponse()
            content = answer.read()
        finally:
            line.close()
        violations = json.loads(answer.headers.get("sl-violations") or "[]")
        self.exchanges.append(
            Exchange(handler.command, handler.path, body, answer.status, content, violations))
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in OWN:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def taken(self):
        """The exchanges since the last call."""
        exchanges, self.exchanges = self.exchanges, []
        return exchanges

    def end(self):
        self.server.shutdown()
        self.server.server_close()
