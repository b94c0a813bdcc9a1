"""X, live: a post, all that answers it, all that quotes it, and what answers the quotes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from corpus.errors import SourceError
from corpus.walk import Claim, Gap, Page, Spending, Walk
from ingest import x
from ingest import x_answers as answers
from ingest.addresses import identity
from ingest.fields import identifier, inner, readable, required
from ingest.http import HttpSettings
from ingest.retry import Clock, Transient
from ingest.source import Estimate, Finding, Level, Start
from ingest.x_answers import BEGIN, Answer
from ingest.x_client import CONSOLE, NoArchiveError, StaleTokenError, XClient, XKeys
from ingest.x_estimates import POST, QUOTES, XEstimates, beside
from ingest.x_search import (
    CONVERSATION,
    FIELDS,
    LARGEST_ARCHIVE_PAGE,
    LARGEST_PAGE,
    QUERY,
    REPLIES,
    SMALLEST_PAGE,
    Place,
    ask,
    text,
)
from ingest.x_settings import XSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

__all__ = ["X", "XSettings"]
DRY_PAGES = 3  # of quotes without a new one, after which there are no more
RECENT_ONLY = "the full archive is refused: only the last 7 days were searched"


class X:
    """X as a source."""

    platform = x.PLATFORM

    def __init__(
        self, settings: XSettings, keys: XKeys, *, http: HttpSettings | None = None, clock: Clock | None = None
    ) -> None:
        self._settings = settings
        self._since = settings.begin()
        self._clock = clock or Clock()
        self._client = XClient(
            keys,
            base=settings.api_url,
            seconds_between=settings.seconds_between,
            http=http or HttpSettings(),
            clock=self._clock,
        )
        self._purse = settings.purse()
        self._has_archive = settings.archive != "recent"
        self._estimates = XEstimates(self._client, settings, self._clock)

    def seeds(self) -> Iterator[Walk]:
        """Name posts and queries."""
        yield from (Walk(POST, identity(x.PLATFORM, tweet)) for tweet in self._settings.tweets)
        yield from (Walk(QUERY, query) for query in self._settings.queries)

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a post, a search or the quotes of a post."""
        self._purse = self._purse.spend(start.spent - self._purse.spent)
        if walk.kind == POST:
            return self._post(walk, start)
        return self._quotes(walk, start) if walk.kind == QUOTES else self._search(walk, start)

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:
        """Fetch posts as they are now; X names those that are gone, and answers for all others."""
        self._purse = self._purse.spend(start.spent - self._purse.spent)
        left = list(ids)
        while left:
            asked: list[str] = []
            answer, cost = yield from self._read(
                partial(self._tweets, asked, left), most=LARGEST_PAGE, least=1, cursor="{}"
            )
            left = left[len(asked) :]
            items, gaps = answers.items(answer)
            yield Page(
                items=tuple(item for item in items if item[0].id in asked),  # not those that they answer or quote
                gaps=tuple(gap for gap in gaps if gap.post in ("", *asked)),
                gone=(*answers.gone(answer, asked), *answers.superseded(answer)),
                spent=cost,
            )

    def estimate(self, walk: Walk) -> Estimate:
        """Count what a walk would bring: by the counts endpoint for searches, by the post's own numbers for quotes."""
        return self._estimates.of(walk)

    def check(self) -> Iterator[Finding]:
        """Search for what cannot be there: that costs nothing, and shows key, credit and access to the archive."""
        route = "GET /2/tweets/search/" + ("all" if self._has_archive else "recent")
        price = f"$0.00, as it finds nothing; each post found would cost ${self._settings.price_post:.3f}"
        yield Finding(Level.NOTE, f"about to ask {route} once for replies to a post that never was: {price}")
        search, nothing = self._client.search_all_tweets, {"start_time": BEGIN, "end_time": BEGIN + timedelta(hours=1)}
        if not self._has_archive:
            search, nothing = self._client.search_recent_tweets, {}
        try:
            search(text(Walk(CONVERSATION, "1")), max_results=SMALLEST_PAGE, **nothing)
        except NoArchiveError as error:
            raise SourceError(f'{error}: see its access at {CONSOLE}, or set archive = "recent" in [x]') from error
        what, most = "the full archive" if self._has_archive else "the last 7 days", self._settings.budget_dollars
        yield Finding(Level.OK, f"the token is accepted, {what} can be searched; a collection may cost ${most:,.2f}")

    def close(self) -> None:
        """Close the connections."""
        self._client.session.close()

    def _post(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Look the post up, for a conversation search leaves its first post out."""
        answer, cost = yield from self._read(
            lambda _: self._client.get_tweets([walk.about], **FIELDS),
            most=1,
            least=1,
            cursor=start.cursor or "{}",
        )
        items, gaps = answers.items(answer, walk.about)
        root = next(iter(answers.own(answer)), {"id": walk.about})
        lost = tuple(
            Gap(thread=walk.about, reason=answers.reason(error), post=walk.about)
            for error in answers.own_errors(answer)
        )
        yield Page(
            items=items,
            found=tuple(beside(root, walk.depth)),
            claims=tuple(answers.claims(root, with_quotes=True)),
            gaps=(*gaps, *lost),
            gone=(*answers.gone(answer, [walk.about]), *answers.superseded(answer)),
            spent=cost,
        )

    def _search(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch all that a search finds, newest first."""
        at = Place.at(start.cursor)
        thread = walk.about if walk.kind == CONVERSATION else ""
        is_first, stale = at.token is None and at.oldest is None, None
        while True:
            at.recent = at.recent or not self._has_archive
            try:
                answer, cost = yield from self._read(
                    partial(self._ask, walk, at, start.mark),
                    most=LARGEST_PAGE if at.recent else LARGEST_ARCHIVE_PAGE,
                    least=SMALLEST_PAGE,
                    cursor=at.cursor,
                )
            except NoArchiveError as error:
                self._has_archive = False
                self._clock.tell(f"{error}: searching the last 7 days only; older replies are NOT collected")
                at = Place(recent=True)
                continue
            except StaleTokenError:
                if at.token in (None, stale):
                    raise
                at.token, stale = None, at.token
                continue
            items, gaps = answers.items(answer, thread)
            meta = inner(answer, "meta")
            token, newest = identifier(meta, "next_token"), answers.newest(answer)
            is_over = token is None or token == at.token
            at.token, at.oldest = token, answers.oldest(answer) or at.oldest
            if at.recent:
                gaps = (*gaps, Gap(thread=thread, reason=RECENT_ONLY, posts=0))
            yield Page(
                items=items,
                cursor=None if is_over else at.cursor,
                # After a search of the last days the archive is still to be read, so the mark stays where it was.
                mark=newest if is_first and not at.recent else None,
                gaps=gaps,
                gone=answers.superseded(answer),
                spent=cost,
            )
            is_first = False
            if is_over:
                return

    def _quotes(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch the quotes of a post, newest first, until pages bring nothing new."""
        at, known = Place.at(start.cursor), set[str]()
        is_first, stale = at.token is None, None
        while True:
            try:
                answer, cost = yield from self._read(
                    partial(self._ask_quotes, walk, at),
                    most=LARGEST_PAGE,
                    least=SMALLEST_PAGE,
                    cursor=at.cursor,
                )
            except StaleTokenError:
                if at.token in (None, stale):
                    raise
                at, stale = Place(), at.token
                continue
            items, gaps = answers.items(answer)
            quotes = answers.own(answer)
            fresh = [
                quote for quote in quotes if required(quote, "id") not in known and answers.is_past(quote, start.mark)
            ]
            known |= {required(quote, "id") for quote in quotes}
            token = identifier(inner(answer, "meta"), "next_token")
            at.dry = 0 if fresh else at.dry + 1
            is_over = token is None or at.dry >= DRY_PAGES or (start.mark is not None and not fresh)
            at.token = token
            yield Page(
                items=items,
                cursor=None if is_over else at.cursor,
                mark=answers.newest(answer) if is_first else None,
                found=tuple(found for quote in fresh for found in self._around(quote, walk.depth + 1)),
                claims=tuple(self._claims(fresh, walk.depth + 1)),
                gaps=gaps,
                gone=answers.superseded(answer),
                spent=cost,
            )
            is_first = False
            if is_over:
                return

    def _claims(self, quotes: Sequence[Mapping[str, Any]], level: int) -> Iterator[Claim]:
        """Say how many replies and quotes there are of each quote; of its quotes only where they are fetched."""
        with_quotes = level < self._settings.quote_depth
        claims = (claim for quote in quotes for claim in answers.claims(quote, with_quotes=with_quotes))
        return (claim for claim in claims if claim.posts or claim.quotes)

    def _around(self, quote: Mapping[str, Any], level: int) -> Iterator[Walk]:
        """Name what belongs to a quote: its replies, and further out its own quotes."""
        key = required(quote, "id")
        if level > self._settings.quote_depth:
            return
        if answers.counted(quote, "reply_count") != 0:
            is_root = readable(quote, "conversation_id") in (None, key)
            # A quote that is itself a reply stands in somebody else's conversation: only what answers it is fetched.
            yield Walk(CONVERSATION if is_root else REPLIES, key, level)
        if level < self._settings.quote_depth and answers.counted(quote, "quote_count") != 0:
            yield Walk(QUOTES, key, level)

    def _ask(self, walk: Walk, at: Place, mark: str | None, size: int) -> Answer:
        return ask(self._client, walk, at, since=self._since, mark=mark, size=size)

    def _ask_quotes(self, walk: Walk, at: Place, size: int) -> Answer:
        answer: Answer = self._client.get_quote_tweets(
            walk.about, max_results=size, pagination_token=at.token, **FIELDS
        )
        return answer

    def _tweets(self, asked: list[str], ids: Sequence[str], size: int) -> Answer:
        asked[:] = ids[:size]
        answer: Answer = self._client.get_tweets(asked, **FIELDS)
        return answer

    def _read(
        self, ask: Callable[[int], Answer], *, most: int, least: int, cursor: str
    ) -> Generator[Page, None, tuple[Answer, Spending]]:
        """Make one request within the budget: enter its largest cost before, and give the correction after."""
        size = self._purse.size(most)
        if size < least:
            raise SourceError(
                f"X: the budget does not reach for another page (spent {self._purse}): raise budget_dollars and "
                "budget_posts in [x], or give --budget, and run the same command again, it goes on where it stopped"
            )
        reserved = self._purse.largest(size)
        self._purse = self._purse.spend(reserved)
        yield Page(cursor=cursor, spent=reserved)
        try:
            answer = ask(size)
        except SourceError as error:
            if not isinstance(error.__cause__, Transient):  # refused, so not charged
                self._purse = self._purse.spend(-reserved)
                yield Page(cursor=cursor, spent=-reserved)
            raise
        cost, self._purse = self._purse.price(answer, now=self._clock.now())
        self._purse = self._purse.spend(cost - reserved)
        return answer, cost - reserved
