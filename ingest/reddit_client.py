"""praw's client with our own way to make a request: real timeouts, one table of refusals, and our retries.

praw's own retries sleep by themselves, give up on 429 and on broken answers, and stumble over headers that are not
whole numbers; here praw signs in and builds requests, and sees only answers that can be used.
"""

from __future__ import annotations

from configparser import ConfigParser
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import praw
import requests
from praw.config import Config
from prawcore import Requestor
from prawcore.const import ACCESS_TOKEN_PATH
from prawcore.exceptions import OAuthException

from corpus.errors import SourceError, WalkError
from ingest.http import LATER, LIMITS, MISSING, PASSING, HttpSettings, asked_wait
from ingest.retry import Clock, Transient, persist, wait_for

if TYPE_CHECKING:
    from collections.abc import Mapping

APPS = "https://www.reddit.com/prefs/apps"
KEYS = "STANCEMAP_REDDIT_CLIENT_ID and STANCEMAP_REDDIT_CLIENT_SECRET"
LONGEST_WINDOW = 600.0  # seconds, of Reddit's rate limit


class ExhaustedError(SourceError):
    """One request failed again and again; another may succeed."""


class _StaleToken(Transient):
    """The token is not accepted (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedditKeys:
    """The id and the secret of an app on Reddit; their values are never shown."""

    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)


class RedditClient:
    """Ask Reddit, patiently, for JSON as it comes over the wire.

    Raises WalkError for what is missing or refused, ExhaustedError when patience is at its end, and SourceError for
    keys that are not accepted.
    """

    def __init__(
        self, keys: RedditKeys, *, oauth_url: str, reddit_url: str, user_agent: str, http: HttpSettings, clock: Clock
    ) -> None:
        self._keys = keys
        self._urls = {"oauth_url": oauth_url.rstrip("/"), "reddit_url": reddit_url.rstrip("/")}
        self._user_agent = user_agent
        self._http = http
        self._clock = clock
        self._session = requests.Session()
        self._reddit = self._open()
        self._is_token_new = False

    def get(self, path: str, params: Mapping[str, str], *, expect: type) -> Any:
        """Fetch JSON of the kind that is expected."""
        return self._ask(lambda: self._reddit.request(method="GET", path=path, params=dict(params)), expect)

    def post(self, path: str, data: Mapping[str, str], *, expect: type) -> Any:
        """Fetch JSON by a request that only reads, but is made by POST."""
        return self._ask(lambda: self._reddit.request(method="POST", path=path, data=dict(data)), expect)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _ask(self, request: Any, expect: type) -> Any:
        try:
            return persist(
                lambda: self._once(request, expect), who="Reddit", patience=self._http.patience(), clock=self._clock
            )
        except _StaleToken:
            raise SourceError(_refused_keys("HTTP 401")) from None
        except Transient as problem:
            raise ExhaustedError(f"Reddit: {problem.reason}: {LATER}") from problem

    def _once(self, request: Any, expect: type) -> Any:
        try:
            answer = request()
        except _StaleToken:
            if self._is_token_new:
                raise SourceError(_refused_keys("HTTP 401")) from None
            self._is_token_new, self._reddit = True, self._open()
            raise
        except OAuthException as error:
            raise SourceError(_refused_keys(" ".join(str(error).split())[:100])) from None
        except KeyError as error:
            raise Transient("a token that is not whole") from error
        if not isinstance(answer, expect):
            raise Transient(f"an answer that is {type(answer).__name__} where something else belongs")
        self._is_token_new = False
        return answer

    def _open(self) -> praw.Reddit:
        """Open praw with every setting given, so that no praw.ini and no environment variable has a say."""
        own = ConfigParser(interpolation=None)
        own.read_string(files("praw").joinpath("praw.ini").read_text("utf-8"))
        Config.CONFIG = own  # else praw would read the file praw.ini of the current folder
        return praw.Reddit(
            "DEFAULT",
            client_id=self._keys.client_id,
            client_secret=self._keys.client_secret,
            user_agent=self._user_agent,
            redirect_uri=None,
            refresh_token=None,
            username=None,
            password=None,
            check_for_updates=False,
            check_for_async=False,
            ratelimit_seconds=0,
            timeout=int(self._http.timeout) or 1,
            **self._urls,
            requestor_class=_Requestor,
            requestor_kwargs={"session": self._session, "timeout": self._http.timeout, "clock": self._clock},
        )


class _Requestor(Requestor):
    """Make requests for praw; what cannot be used is raised here, before praw makes anything of it."""

    def __init__(self, *, clock: Clock, **settings: Any) -> None:
        super().__init__(**settings)
        self._clock = clock
        self._next = 0.0

    def request(self, method: str, url: str, *, timeout: float | None = None, **settings: Any) -> requests.Response:  # type: ignore[override] # noqa: ARG002 - praw's timeout is in whole seconds
        """Wait for the turn where the rate limit is used up, ask, and judge the answer."""
        wait = min(self._next - self._clock.now(), LONGEST_WINDOW)
        if wait > 0:
            self._clock.sleep(wait)
        settings["allow_redirects"] = False
        try:
            response = self._http.request(method, url, timeout=self.timeout, **settings)
        except requests.RequestException as error:
            raise Transient(f"no answer from {self.oauth_url} ({type(error).__name__})") from None
        self._clock.hear(response.headers.get("date", ""))
        self._note_limit(response)
        judge(response, url, self._clock)
        return response

    def _note_limit(self, response: requests.Response) -> None:
        """Note when the next request may be made, and hide it from praw, which would sleep by its own clock."""
        left, reset = (wait_for(response.headers.pop(f"x-ratelimit-{name}", None)) for name in ("remaining", "reset"))
        response.headers.pop("x-ratelimit-used", None)
        if left is not None and left < 1 and response.status_code < 400:
            self._next = self._clock.now() + (60.0 if reset is None else reset) + 1.0
        elif reset is not None and response.status_code in LIMITS:
            response.headers.setdefault("retry-after", str(reset))


def judge(response: requests.Response, url: str, clock: Clock) -> None:
    """Raise what an answer's status means; return for one that can be used."""
    code = response.status_code
    if code in LIMITS:
        raise Transient("the rate limit is reached", wait=asked_wait(response.headers, clock), is_limit=True)
    if code in PASSING:
        raise Transient(f"HTTP {code}", wait=wait_for(response.headers.get("retry-after")))
    if url.endswith(ACCESS_TOKEN_PATH) and code >= 300:
        raise SourceError(_refused_keys(f"HTTP {code}"))
    if code == 401:
        raise _StaleToken("the token is not accepted")
    if code >= 300:
        raise WalkError(f"Reddit: {urlsplit(url).path} {_refusal(response)}")
    try:
        answer = response.json()
    except ValueError as error:
        raise Transient("an answer that is not JSON") from error
    if not isinstance(answer, dict | list):
        raise Transient("an answer that holds nothing")


def _refusal(response: requests.Response) -> str:
    code = response.status_code
    if code < 400:
        return f"is not there: check how the subreddit is spelled (HTTP {code})"
    try:
        body = response.json()
    except ValueError:
        body = None
    reason = str(body.get("reason") or "")[:60] if isinstance(body, dict) else ""
    told = f": {' '.join(reason.split())}" if reason else ""
    return f"{'is not there' if code in MISSING else 'is refused'} (HTTP {code}{told})"


def _refused_keys(why: str) -> str:
    return (
        f"Reddit does not accept the app's keys ({why}): copy them again from {APPS} into {KEYS}, "
        "then run the same command again, it goes on where it stopped"
    )
