"""The requests that Bluesky answers: those open to all at the AppView, and searches, which want a login."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corpus.errors import SourceError, WalkError
from ingest.fields import string
from ingest.http import HttpSettings, KeyRefusedError, RefusedError, json_api

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.http import JsonApi
    from ingest.retry import Clock

PREFIX = "/xrpc/app.bsky.feed."
LOGIN = "/xrpc/com.atproto.server.createSession"
DEEPEST = 1_000  # what the API allows to be asked; the AppView may give less
MOST_POSTS, MOST_QUOTES, MOST_HITS = 25, 100, 100  # in one answer
STALE = ("ExpiredToken", "InvalidToken")
NO_SEARCH = (
    "Bluesky searches only for those who are logged in: set STANCEMAP_BLUESKY_HANDLE and STANCEMAP_BLUESKY_APP_PASSWORD"
)


class NoSearchError(WalkError):
    """A search, or its next page, is refused to those who are not logged in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskyKeys:
    """An account's handle and one of its app passwords, which cannot change the account; searches alone need them."""

    handle: str = field(repr=False)
    app_password: str = field(repr=False)


class BlueskyClient:
    """Requests to the AppView, and for searches to the server of the account, which passes them on."""

    def __init__(
        self, keys: BlueskyKeys | None, *, appview_url: str, service_url: str, http: HttpSettings, clock: Clock
    ) -> None:
        self._keys = keys
        self._appview = json_api("Bluesky", appview_url, settings=http, clock=clock, headers={})
        self._service = json_api("Bluesky", service_url, settings=http, clock=clock, headers={})
        self._is_logged_in = False

    @property
    def has_login(self) -> bool:
        """Say whether there is an account to search with."""
        return self._keys is not None

    def thread(self, uri: str, *, depth: int = DEEPEST, height: int = 0) -> dict[str, Any]:
        """Fetch a node of a thread, with what is below it and so many posts above; {} where there is no such post."""
        try:
            answer = self._view("getPostThread", {"uri": uri, "depth": depth, "parentHeight": height})
        except RefusedError as error:
            if error.name == "NotFound":
                return {}
            raise
        node: dict[str, Any] = answer.get("thread") or {}
        return {} if node.get("notFound") else node

    def posts(self, uris: Sequence[str]) -> dict[str, Any]:
        """Fetch post views; what is gone is left out."""
        return self._view("getPosts", {"uris": list(uris)})

    def quotes(self, uri: str, cursor: str | None) -> dict[str, Any]:
        """Fetch posts that quote a post, newest first."""
        return self._view("getQuotes", {"uri": uri, "limit": MOST_QUOTES, **({"cursor": cursor} if cursor else {})})

    def search(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Search posts; NoSearchError where that needs a login and there are no keys."""
        wanted = {"limit": MOST_HITS, "sort": "latest", **params}
        if self._keys is None:
            try:
                return self._view("searchPosts", wanted)
            except (RefusedError, KeyRefusedError) as error:
                if isinstance(error, RefusedError) and error.status != 403:
                    raise
                raise NoSearchError(NO_SEARCH) from error
        return self._search_as(self._keys, wanted)

    def close(self) -> None:
        """Close the connections."""
        self._appview.close()
        self._service.close()

    def _view(self, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return _object(self._appview, name, params)

    def _search_as(self, keys: BlueskyKeys, params: Mapping[str, Any]) -> dict[str, Any]:
        """Search with a session, and with a new one where it has grown too old (they last about two hours)."""
        if self._is_logged_in:
            try:
                return _object(self._service, "searchPosts", params)
            except (RefusedError, KeyRefusedError) as error:
                if isinstance(error, RefusedError) and error.name not in STALE:
                    raise
        self._log_in(keys)
        return _object(self._service, "searchPosts", params)

    def _log_in(self, keys: BlueskyKeys) -> None:
        self._service.client.headers.pop("Authorization", None)
        body = {"identifier": keys.handle, "password": keys.app_password}
        try:
            token = string(self._service.post(LOGIN, body), "accessJwt")
        except (RefusedError, KeyRefusedError) as error:
            raise SourceError(
                "Bluesky does not accept STANCEMAP_BLUESKY_HANDLE with STANCEMAP_BLUESKY_APP_PASSWORD: make an app "
                "password under Settings, Privacy and security, and run the same command again"
            ) from error
        self._service.client.headers["Authorization"] = f"Bearer {token}"
        self._is_logged_in = True


def _object(api: JsonApi, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = api.get(PREFIX + name, params)
    return answer
