"""JSON over HTTP: one status table, real timeouts, and nothing but JSON taken for an answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from corpus.errors import SourceError, WalkError
from ingest.retry import Clock, Patience, Transient, persist, wait_for, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSING = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
LIMITS = frozenset({420, 429})
MISSING = frozenset({404, 410})
AGENT = "stancemap (collects public discussions for research)"


class RefusedError(WalkError):
    """A request is refused (HTTP 4xx); `name` is what the platform's answer calls the error, "" where it does not."""

    def __init__(self, message: str, *, status: int, name: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.name = name


class KeyRefusedError(SourceError):
    """The platform does not accept the key, or wants one (HTTP 401)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """How requests are made: seconds without an answer until one is given up, and how often it is tried again.

    Without retries nothing is asked twice, not even after a rate limit.
    """

    timeout: float = 30.0
    retries: int = 6
    pause: float = 1.0

    def patience(self) -> Patience:
        """Give the patience that these settings mean."""
        patience = Patience(failures=self.retries, pause=self.pause)
        return patience if self.retries else replace(patience, limits=0)


@dataclass(frozen=True, slots=True)
class JsonApi:
    """An API that answers with JSON.

    Requests raise RefusedError for what is missing or refused (404, 403 and other 4xx) and SourceError for what stops
    the whole source: KeyRefusedError (401), no connection, or patience at its end.
    """

    name: str
    base: str
    client: httpx.Client
    patience: Patience
    clock: Clock = field(default_factory=Clock)

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, expect: type | tuple[type, ...] = dict) -> Any:
        """Fetch JSON of the kind that is expected; anything else is asked for again."""
        return self.page(path, params, expect=expect)[0]

    def page(
        self, path: str, params: Mapping[str, Any] | None = None, *, expect: type | tuple[type, ...] = list
    ) -> tuple[Any, str | None]:
        """Fetch JSON, and the address that the header `Link` names for the next page."""
        response, answer = self._ask("GET", path, expect, params=params)
        return answer, response.links.get("next", {}).get("url")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON and give the object that answers it."""
        return self._ask("POST", path, dict, json=body)[1]

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _ask(
        self, method: str, path: str, expect: type | tuple[type, ...], **content: Any
    ) -> tuple[httpx.Response, Any]:
        try:
            return persist(
                lambda: self._once(method, path, expect, content),
                who=self.name,
                patience=self.patience,
                clock=self.clock,
            )
        except Transient as problem:
            raise SourceError(f"{self.name}: {problem.reason}: {LATER}") from problem

    def _once(
        self, method: str, path: str, expect: type | tuple[type, ...], content: Mapping[str, Any]
    ) -> tuple[httpx.Response, Any]:
        try:
            response = self.client.request(method, self.base.rstrip("/") + path, **content)
        except httpx.RequestError as error:
            raise Transient(f"no answer from {urlsplit(self.base).netloc} ({type(error).__name__})") from error
        self.clock.hear(response.headers.get("date", ""))
        self._judge(response, path)
        try:
            answer = response.json()
        except ValueError as error:
            raise Transient("an answer that is not JSON") from error
        if not isinstance(answer, expect):
            raise Transient(f"an answer that is {type(answer).__name__} where something else belongs")
        return response, answer

    def _judge(self, response: httpx.Response, path: str) -> None:
        code = response.status_code
        if code in LIMITS:
            wait = asked_wait(response.headers, self.clock)
            raise Transient("the rate limit is reached", wait=wait, is_limit=True)
        if code in PASSING:
            raise Transient(f"HTTP {code}", wait=wait_for(response.headers.get("retry-after")))
        if code == 401:
            raise KeyRefusedError(
                f"{self.name} does not accept the key (HTTP 401): check it and run the same command again"
            )
        if code >= 400:
            what = "has nothing there" if code in MISSING else "refuses it"
            message = f"{self.name}: {path} {what} (HTTP {code})"
            raise RefusedError(message, status=code, name=_error_name(response))
        if code >= 300:
            raise Transient(f"HTTP {code} to another address")


LATER = "run the same command again later, it goes on where it stopped"


def asked_wait(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Read how long a rate limit asks to wait, in seconds, from whichever header says it."""
    seconds = wait_for(headers.get("retry-after"))
    if seconds is not None:
        return seconds + 1.0
    for name in ("x-rate-limit-reset", "ratelimit-reset", "x-ratelimit-reset"):
        value = headers.get(name)
        number = wait_for(value)
        wait = number + 1.0 if number is not None and number <= 1e9 else wait_until(value, clock)
        if wait is not None:
            return wait
    return None


def _error_name(response: httpx.Response) -> str:
    try:
        answer = response.json()
    except ValueError:
        return ""
    return str(answer.get("error") or "") if isinstance(answer, dict) else ""


def json_api(name: str, base: str, *, settings: HttpSettings, clock: Clock, headers: Mapping[str, str]) -> JsonApi:
    """Open an API; `headers` may hold a key, which is sent to `base` and nowhere else."""
    client = httpx.Client(timeout=settings.timeout, headers={"User-Agent": AGENT, **headers}, follow_redirects=False)
    return JsonApi(name, base, client, settings.patience(), clock)
