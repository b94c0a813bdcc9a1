"""The requests that an instance of Mastodon answers, with a token or without."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from corpus.errors import SourceError, WalkError
from ingest.fields import objects, required
from ingest.http import MISSING, HttpSettings, KeyRefusedError, RefusedError, json_api
from ingest.phrases import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.retry import Clock

STATUSES, SEARCH = "/api/v1/statuses", "/api/v2/search"
MOST_LISTED, MOST_LOOKED_UP = 40, 20  # in one answer
TOKEN = "STANCEMAP_MASTODON_ACCESS_TOKEN"
Wire = dict[str, Any]
_NUMBER = re.compile(r"/(\d+)/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonKeys:
    """The token of an application with the scope `read`."""

    access_token: str = field(repr=False)


class MastodonClient:
    """One instance."""

    def __init__(self, keys: MastodonKeys | None, *, instance_url: str, http: HttpSettings, clock: Clock) -> None:
        self.has_token = keys is not None
        self.host = urlsplit(instance_url).netloc
        self._lists_many = True  # instances older than 4.3 give statuses one by one only
        headers = {"Authorization": f"Bearer {keys.access_token}"} if keys else {}
        self._api = json_api(f"Mastodon ({self.host})", instance_url, settings=http, clock=clock, headers=headers)

    def local(self, named: str) -> str:
        """Find the id that the instance has for a status: in its own addresses, or by asking it."""
        found = _NUMBER.search(urlsplit(named).path)
        if named.isdigit() or found is None:
            return named
        if urlsplit(named).netloc == self.host:
            return found[1]
        resolve = {"resolve": "true"} if self.has_token else {}
        answer, _ = self.ask(SEARCH, {"q": named, "type": "statuses", "limit": "1", **resolve})
        for wire in objects(answer, "statuses"):
            return required(wire, "id")
        raise WalkError(
            f"{self.host} does not know {named}: set {TOKEN}, so that it fetches it, or let instance_url be "
            f"https://{urlsplit(named).netloc}"
        )

    def status(self, key: str) -> Wire | None:
        """Fetch a status; None where there is none, or none that may be seen."""
        try:
            answer: Wire = self.ask(f"{STATUSES}/{key}")[0]
        except RefusedError as error:
            if error.status not in MISSING:
                raise
            return None
        return answer

    def many(self, keys: Sequence[str]) -> list[Wire]:
        """Fetch several statuses; those that are not there are left out, and of an old instance all."""
        try:
            answer: list[Wire] = self.ask(STATUSES, {"id[]": list(keys)}, expect=list)[0] if self._lists_many else []
        except RefusedError:
            self._lists_many = False
            return []
        return answer

    def context(self, key: str) -> Wire:
        """Fetch what is above and below a status."""
        try:
            answer: Wire = self.ask(f"{STATUSES}/{key}/context")[0]
        except RefusedError as error:
            if error.status not in MISSING:
                raise
            return {}
        return answer

    def tagged(self, tag: str, asked: Mapping[str, str]) -> tuple[list[Wire], str | None]:
        """Fetch statuses with a tag, newest first, and the address of the next page."""
        params = {"limit": str(MOST_LISTED), **asked}
        return self.ask(f"/api/v1/timelines/tag/{quote(tag, safe='')}", params, expect=list)

    def hits(self, phrase: str, at: int, mark: str | None) -> list[Wire]:
        """Search statuses, past so many hits, newer than a mark."""
        known = {"offset": str(at)} | ({"min_id": mark} if mark else {})
        wanted = {"q": f'"{words(phrase)}"', "type": "statuses", "limit": str(MOST_LISTED)}
        return objects(self.ask(SEARCH, wanted | known)[0], "statuses")

    def ask(self, path: str, params: Mapping[str, Any] | None = None, *, expect: type = dict) -> tuple[Any, str | None]:
        """Make a request; give the answer and the address of the next page."""
        try:
            return self._api.page(path, params, expect=expect)
        except KeyRefusedError as error:
            if self.has_token:
                raise SourceError(
                    f"{self.host} does not accept {TOKEN}: check it and run the same command again"
                ) from error
            raise WalkError(f"{self.host} shows {path} only to those who have an account: set {TOKEN}") from error

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def is_named(named: str) -> bool:
    """Say whether this may name a status: a number, or an address that ends in one."""
    return named.isdigit() or bool("://" in named and _NUMBER.search(urlsplit(named).path))
