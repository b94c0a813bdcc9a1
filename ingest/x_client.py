"""tweepy's client with our own way to make a request: our address, real timeouts, and one table of refusals.

tweepy's own has neither: it waits for ever for an answer, repeats at once where a rate limit names no time, and logs
the bearer token at debug level.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
import tweepy

from corpus.errors import SourceError, WalkError
from ingest.http import LATER, LIMITS, PASSING, HttpSettings, asked_wait
from ingest.retry import Clock, Transient, persist, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

CONSOLE = "https://console.x.com"
AGAIN = "then run the same command again, it goes on where it stopped"
CAPPED = ("usage-capped", "UsageCapExceeded")
ARCHIVE, QUOTES = "/tweets/search/all", "/quote_tweets"
OFTEN = ARCHIVE, "/tweets/counts/all"  # one request a second


class NoArchiveError(WalkError):
    """The access does not include the full archive."""


class StaleTokenError(WalkError):
    """A token of a page is not accepted (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XKeys:
    """The key of an app on X; its value is never shown."""

    bearer_token: str = field(default="", repr=False)


class XClient(tweepy.Client):  # type: ignore[misc] # tweepy has no types
    """Ask X, patiently; each method of tweepy gives the answer as a dict."""

    def __init__(self, keys: XKeys, *, base: str, seconds_between: float, http: HttpSettings, clock: Clock) -> None:
        super().__init__(return_type=dict)
        self._token = keys.bearer_token
        self._base = base.rstrip("/")
        self._http = http
        self._clock = clock
        self._pace = Pace(seconds_between, clock)

    def request(
        self,
        method: str,
        route: str,
        params: Any = None,
        json: Any = None,  # noqa: ARG002 - nothing is posted
        user_auth: bool = False,  # noqa: ARG002 - the app asks, not a user
    ) -> requests.Response:
        """Make a request as tweepy's endpoints ask for it."""

        def once() -> requests.Response:
            return self._once(method, route, params)

        def paced() -> requests.Response:
            return self._pace(once)

        ask = paced if route.endswith(OFTEN) else once
        try:
            return persist(ask, who="X", patience=self._http.patience(), clock=self._clock)
        except Transient as problem:
            raise SourceError(f"X: {problem.reason}: {LATER}") from problem

    def _once(self, method: str, route: str, params: Any) -> requests.Response:
        headers = {"User-Agent": self.user_agent, "Authorization": f"Bearer {self._token}"}
        try:
            response: requests.Response = self.session.request(
                method,
                self._base + route,
                params=params,
                headers=headers,
                timeout=self._http.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Transient(f"no answer from {self._base} ({type(error).__name__})") from None
        self._clock.hear(response.headers.get("date", ""))
        judge(response, route, self._clock)
        return response


class Pace:
    """Keep requests apart: at least so many seconds from one to the next. Takes the request as an argument."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next = 0.0

    def __call__(self, request: Callable[[], requests.Response]) -> requests.Response:
        """Wait for the turn, and make the request."""
        wait = min(self._next - self._clock.now(), self._seconds)
        if wait > 0:
            self._clock.sleep(wait)
        try:
            return request()
        finally:
            self._next = self._clock.now() + self._seconds


REFUSALS = {
    401: f"X does not accept the bearer token: copy it again from {CONSOLE} into STANCEMAP_X_BEARER_TOKEN, {AGAIN}",
    402: f"X: the credit is used up: buy credit at {CONSOLE}, {AGAIN}; what was fetched is stored",
    403: f"X refuses {{what}} to this app ({{why}}): put the app into a project with paid access at {CONSOLE}, {AGAIN}",
}


def judge(response: requests.Response, route: str, clock: Clock) -> None:
    """Raise what an answer's status means; return for one that can be used."""
    code, body = response.status_code, _body(response)
    if code in LIMITS and any(mark in str(body) for mark in CAPPED):
        raise SourceError(
            f"X: this month's cap of posts is reached: wait for the next month or raise it at {CONSOLE}, {AGAIN}"
        )
    if code in LIMITS:
        raise Transient("the rate limit is reached", wait=asked_wait(response.headers, clock), is_limit=True)
    if code in PASSING:
        raise Transient(f"HTTP {code}", wait=wait_for(response.headers.get("retry-after")))
    if code == 403 and route.endswith(ARCHIVE):
        raise NoArchiveError(f"X refuses the full archive to this app ({_why(body)})")
    if code == 403 and route.endswith(QUOTES):
        raise WalkError(f"X refuses quotes to this app ({_why(body)}): see its access at {CONSOLE}")
    if code in REFUSALS:
        raise SourceError(REFUSALS[code].format(what=route.removeprefix("/2"), why=_why(body)))
    if code == 400 and "token" in str(body):
        raise StaleTokenError(f"X: the token of a page is not accepted ({_why(body)})")
    if code >= 400:
        raise WalkError(f"X: {route} is refused (HTTP {code}: {_why(body)})")
    if not isinstance(body, dict) or code >= 300:
        raise Transient("an answer that is not JSON")


def _body(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _why(body: Any) -> str:
    """Give the platform's own words, in one line."""
    if not isinstance(body, dict):
        return "no reason given"
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = first.get("message") or body.get("detail") or body.get("title") or "no reason given"
    return " ".join(str(words).split())[:200]
