"""A small local server that answers as a test says, for what no recording holds."""

from __future__ import annotations

import itertools
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Asked(NamedTuple):
    """A request as the server saw it; `query` holds the first value of each parameter, `every` all of them."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str = ""
    every: dict[str, list[str]] = {}  # noqa: RUF012 - never changed


class Answer(NamedTuple):
    """What to answer: a status, a JSON document (or text as it is) and headers."""

    document: Any
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


class Answering:
    """A running server: `url`, the requests that it saw, and by how many seconds its clock is wrong."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.skew = 0.0
        self.asked: list[Asked] = []


@contextmanager
def answering(answer: Callable[[Asked], Any]) -> Iterator[Answering]:
    """Serve what `answer` gives (a document, or an Answer) while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            every = parse_qs(parts.query, keep_blank_values=True)
            query = {key: values[0] for key, values in every.items()}
            asked = Asked(parts.path, query, dict(self.headers), self.received(), every)
            running.asked.append(asked)
            given = answer(asked)
            given = given if isinstance(given, Answer) else Answer(given)
            body = (given.document if isinstance(given.document, str) else json.dumps(given.document)).encode()
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server asks for

        def received(self) -> str:
            return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(time.time() + running.skew if timestamp is None else timestamp)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Answering(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def faulty(answer: Callable[[Asked], Any], *faults: Any, every: int = 2) -> Callable[[Asked], Any]:
    """Answer so, but for each second (or so) request, to which one fault after the other is given."""
    left, count = list(faults), itertools.count(1)

    def given(asked: Asked) -> Any:
        return left.pop(0) if next(count) % every == 0 and left else answer(asked)

    return given


FAULTS = (
    Answer({"error": "RateLimitExceeded"}, 429, {"ratelimit-reset": "1800000060"}),
    Answer({"error": "Too many requests"}, 429),
    Answer({}, 500),
    Answer({}, 503, {"Retry-After": "3"}),
    Answer('{"thread": {"post": {"uri": "at:'),
    Answer("<html>Bad gateway</html>"),
    Answer("null"),
)
