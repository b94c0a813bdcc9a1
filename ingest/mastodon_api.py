"""Mastodon, live: statuses by address and id, hashtags, and with a token searches; each with its whole thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from corpus.errors import InputError, WalkError
from corpus.post import State
from corpus.walk import Gap, Page, Walk
from ingest import mastodon
from ingest.branches import Branch, Branches, Node
from ingest.fields import identifier, moment, number, objects, required
from ingest.http import HttpSettings
from ingest.items import read
from ingest.mastodon_client import MOST_LISTED, MOST_LOOKED_UP, TOKEN, MastodonClient, MastodonKeys, is_named
from ingest.phrases import is_said
from ingest.retry import Clock
from ingest.source import Estimate, Finding, Level, Seeds, Start
from ingest.times import begin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.items import Items
    from ingest.mastodon_client import Wire

THREAD, TAG, URL, QUERY = "thread", "tag", "url", "query"
MOST_HITS = 10_000  # that a search can be asked to pass
NOT_FOUND = "not found: deleted, or never public"
NOT_PUBLIC = "not public"
NOT_GIVEN = "counted by the instance, but not given"
CUT = f"Mastodon lists only the first {MOST_HITS:,} hits of a search"
NO_SEARCH = f"Mastodon searches only for those who have an account: set {TOKEN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonSettings:
    """The instance that is asked, and what is collected beside what addresses and queries find.

    Without a token an instance gives 60 of the posts below a post at a time, and 40 of those above.
    """

    instance_url: str = "https://mastodon.social"
    statuses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: str = "2023-01-01"  # for tags and searches


class Mastodon:
    """Mastodon as a source, through one instance."""

    platform = mastodon.PLATFORM

    def __init__(
        self,
        settings: MastodonSettings,
        seeds: Seeds,
        keys: MastodonKeys | None = None,
        *,
        http: HttpSettings | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._seeds = seeds
        self._since = begin(settings.since, where="[mastodon]")
        self._client = MastodonClient(
            keys, instance_url=settings.instance_url, http=http or HttpSettings(), clock=clock or Clock()
        )

    def seeds(self) -> Iterator[Walk]:
        """Name statuses, tags, addresses and phrases."""
        for named in self._settings.statuses:
            if not is_named(named):
                raise InputError(f"{named!r} is not a status on Mastodon: copy its address from the browser")
            yield Walk(THREAD, named)
        yield from (Walk(TAG, tag.removeprefix("#")) for tag in self._settings.tags)
        yield from (Walk(URL, url) for url in self._seeds.urls)
        yield from (Walk(QUERY, query) for query in self._seeds.queries)

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a thread, the statuses of a tag, or a search."""
        if walk.kind == THREAD:
            return self._thread(walk, start)
        return self._tag(walk, start) if walk.kind == TAG else self._search(walk, start)

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:  # noqa: ARG002 - costs nothing
        """Fetch single statuses; each that is left out is asked for once more, alone, before it counts as gone."""
        for at in range(0, len(ids), MOST_LOOKED_UP):
            batch = ids[at : at + MOST_LOOKED_UP]
            found = {required(wire, "id"): wire for wire in self._client.many(batch)}
            found |= {key: wire for key in batch if key not in found and (wire := self._client.status(key))}
            public = {key: wire for key, wire in found.items() if mastodon.is_public(wire)}
            items, gaps = _items(map(mastodon.alone, public.values()))
            gone = tuple((key, State.DELETED) for key in batch if key not in public)
            yield Page(items=items, gaps=gaps, gone=gone)

    def estimate(self, walk: Walk) -> Estimate:
        """Count the direct replies of a status, or the hits on the first page of a list."""
        if walk.kind == THREAD:
            wire = self._client.status(self._client.local(walk.about))
            if wire is None:
                raise WalkError(f"{self._client.host} has no status {walk.about}: check its address")
            return Estimate(posts=1 + (number(wire, "replies_count") or 0), remark="direct replies")
        if walk.kind != TAG and not self._client.has_token:
            return Estimate(posts=0, remark=NO_SEARCH)
        is_tag = walk.kind == TAG
        hits = self._client.tagged(walk.about, {})[0] if is_tag else self._client.hits(walk.about, 0, None)
        return Estimate(posts=len(hits), found=_threads(walk, hits), remark="posts found on the first page")

    def check(self) -> Iterator[Finding]:
        """Ask the instance about itself, and with a token whose it is."""
        path = "/api/v1/accounts/verify_credentials" if self._client.has_token else "/api/v2/instance"
        yield Finding(Level.NOTE, f"about to ask {self._client.host} for {path}: free")
        self._client.ask(path)
        yield Finding(Level.OK, "the token is accepted" if self._client.has_token else f"it answers; {NO_SEARCH}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # ---- A thread

    def _thread(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Climb to the first status, or fetch what is below it, and on from where not all replies are there."""
        if start.cursor:
            branches = Branches.at("", start.cursor)
        else:
            key = self._client.local(walk.about)
            top = self._client.status(key)
            if top is None:
                yield Page(gaps=(Gap(thread=key, reason=NOT_FOUND, post=key),), gone=((key, State.DELETED),))
                return
            context = self._client.context(key)
            above = objects(context, "ancestors")
            if above:
                yield self._climb(walk, [*above, top])
                return
            branches = Branches.at(key, None)
            branches.thread, branches.quotes = key, number(top, "quotes_count")
            yield _piece(branches, branches.todo.pop(), [top, *objects(context, "descendants")])
        while branches.todo:
            branch = branches.todo.pop()
            yield _piece(branches, branch, objects(self._client.context(branch.id), "descendants"))

    def _climb(self, walk: Walk, wires: Sequence[Wire]) -> Page:
        """Give a status and those above it, and the highest as a walk: it may be the first, or lead to it."""
        first = required(wires[0], "id")
        is_whole = identifier(wires[0], "in_reply_to_id") is None
        items, gaps = _items(wires, first if is_whole else None)
        return Page(items=items, gaps=gaps, found=(Walk(THREAD, first, walk.depth),))

    # ---- Tags and searches

    def _tag(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch the statuses of a tag, newest first; the cursor holds the parameters of the next page."""
        asked = dict(parse_qsl(start.cursor or "")) or ({"since_id": start.mark} if start.mark else {})
        is_first = start.cursor is None
        while True:
            hits, following = self._client.tagged(walk.about, asked)
            fresh = [wire for wire in hits if self._is_recent(wire)]
            cursor = urlsplit(following).query if following and hits and len(fresh) == len(hits) else None
            items, gaps = _items(fresh)
            mark = max((required(wire, "id") for wire in hits), key=_age, default=None) if is_first else None
            yield Page(items=items, gaps=gaps, cursor=cursor, mark=mark, found=_threads(walk, fresh))
            if cursor is None:
                return
            asked, is_first = dict(parse_qsl(cursor)), False

    def _search(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch what a search finds; the cursor is the number of hits behind it."""
        if not self._client.has_token:
            yield Page(gaps=(Gap(reason=NO_SEARCH, posts=0),))
            return
        at: int | None = int(start.cursor or 0)
        while at is not None:
            hits, is_first = self._client.hits(walk.about, at, start.mark), at == 0
            fresh = [wire for wire in hits if self._is_recent(wire) and _fits(walk, wire)]
            items, gaps = _items(fresh)
            at = at + MOST_LISTED if hits else None
            if at is not None and at >= MOST_HITS:
                at, gaps = None, (*gaps, Gap(reason=CUT, posts=0))
            mark = max((required(wire, "id") for wire in hits), key=_age, default=None) if is_first else None
            cursor = None if at is None else str(at)
            yield Page(items=items, gaps=gaps, cursor=cursor, mark=mark, found=_threads(walk, fresh))

    def _is_recent(self, wire: Wire) -> bool:
        made = moment(wire, "created_at")
        return self._since is None or made is None or made >= self._since


def _piece(branches: Branches, branch: Branch, wires: list[Wire]) -> Page:
    nodes = [
        Node(required(wire, "id"), identifier(wire, "in_reply_to_id"), number(wire, "replies_count") or 0)
        for wire in wires
    ]
    piece = branches.take(branch, nodes)
    new = [wire for wire in wires if required(wire, "id") in piece.new]
    items, gaps = _items(new, branches.thread)
    lost = Gap(thread=branches.thread, reason=NOT_GIVEN, post=branch.id, posts=piece.missing)
    return Page(
        items=items, gaps=(*gaps, lost) if piece.missing else gaps, cursor=branches.cursor, claims=branches.claims
    )


def _items(wires: Iterable[Wire], thread: str | None = None) -> tuple[Items, tuple[Gap, ...]]:
    """Read public statuses; those that only a token shows are gaps, and boosts, which say nothing new, are left out."""
    own = [wire for wire in wires if not wire.get("reblog")]
    public = mastodon.in_thread([wire for wire in own if mastodon.is_public(wire)], thread)
    each = (one for wire in public for one in mastodon.with_quoted(wire))
    items, gaps = read(each, "mastodon", mastodon.status, key="id", thread=thread or "")
    hidden = [required(wire, "id") for wire in own if not mastodon.is_public(wire)]
    return items, (*gaps, *(Gap(thread=thread or "", reason=NOT_PUBLIC, post=key) for key in hidden))


def _threads(walk: Walk, wires: Iterable[Wire]) -> tuple[Walk, ...]:
    """Name the threads of hits; a status that neither answers nor is answered is whole as it is."""
    wanted = [wire for wire in wires if number(wire, "replies_count") != 0 or identifier(wire, "in_reply_to_id")]
    return tuple(Walk(THREAD, required(wire, "id"), walk.depth + 1) for wire in wanted)


def _fits(walk: Walk, wire: Wire) -> bool:
    """Say whether a hit is what was searched for; Mastodon also gives what is like it."""
    try:
        said = mastodon.status(wire).full_text
    except ValueError:
        return True  # it is told as what cannot be read
    bare = walk.about.lower().partition("://")[2] or walk.about.lower()
    return is_said(walk.about, said) or bare.rstrip("/") in said.lower()


def _age(key: str) -> tuple[int, str]:
    """Order ids, which are numbers of differing length, by age."""
    return len(key), key
