"""From the opinions of a corpus to a report: one pass over them, then shares of the columns that it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.errors import InputError
from corpus.labels import NEUTRAL, Abstained
from reports.counting import Counting
from reports.ledger import ELSEWHERE, UNLABELLED, Bookkeeper
from reports.motives import Motives
from reports.prevalence import Sampling
from reports.quotes import Candidates
from reports.report import Report
from reports.votes import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from corpus.labels import Target
    from corpus.opinion import Opinion
    from reports.quotes import Texts
    from reports.report import Ledger
    from reports.settings import ReportMeta, ReportSettings


def build(
    opinions: Iterable[Opinion],
    texts: Texts,
    *,
    targets: Sequence[Target],
    settings: ReportSettings,
    meta: ReportMeta,
) -> Report:
    """Make the report of a corpus.

    `texts` reads the texts of the few posts that are quoted (`Store.texts`), after all opinions have been read.
    InputError where there is nothing to report, or where the labels are about other targets.
    """
    if meta.label_set is None:
        raise InputError("the corpus has no labels yet: make them with `stancemap label`")
    seen = Pass(
        books=Bookkeeper(settings.conversations),
        collector=Collector([target.name for target in targets], renamed(settings.communities)),
    )
    for opinion in opinions:
        seen.add(opinion)
    ledger = _checked(seen.books.close())
    camps = (*(f"pro-{target.name}" for target in targets), NEUTRAL)
    votes = seen.collector.close()
    sampling = Sampling(draws=settings.draws, seed=settings.seed, min_posts=settings.min_posts)
    count = Counting(votes=votes, camps=camps, sampling=sampling)
    return Report(
        title=settings.title,
        meta=meta,
        targets=tuple(targets),
        camps=camps,
        min_posts=settings.min_posts,
        draws=settings.draws,
        seed=settings.seed,
        first=seen.first,
        last=seen.last,
        overall=count.cell("all", count.everywhere),
        stances=count.stances(),
        sentiment=count.sentiment(count.everywhere),
        sentiment_by_camp=count.sentiment_by_camp(),
        communities=count.places(votes.place_names, votes.places, frozenset(settings.communities)),
        platforms=count.places(votes.platform_names, votes.platforms),
        timeline=count.timeline(settings.time_bin, settings.events),
        reasons=seen.motives.reasons(camps),
        switches=seen.motives.switches(),
        ledger=ledger,
        quotes=seen.candidates.choose(camps[:-1], texts=texts, per_camp=settings.quotes, key=settings.pseudonym_key),
    )


@dataclass(slots=True, kw_only=True)
class Pass:
    """What one pass over the opinions leaves."""

    books: Bookkeeper
    collector: Collector
    motives: Motives = field(default_factory=Motives)
    candidates: Candidates = field(default_factory=Candidates)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, opinion: Opinion) -> None:
        """Take in one post, judged or not."""
        if not self.books.takes(opinion):
            return
        self.collector.add(opinion)
        self.motives.add(opinion)
        self.candidates.add(opinion, self.collector.place(opinion))
        time = opinion.created_at
        if time is not None:
            self.first = time if self.first is None else min(self.first, time)
            self.last = time if self.last is None else max(self.last, time)


def renamed(communities: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Map communities, in lower case, to the names under which they are pooled; "r/" may be left out."""
    names = {member.lower(): shown for shown, members in communities.items() for member in members}
    return {f"r/{name}": shown for name, shown in names.items()} | names


def _checked(ledger: Ledger) -> Ledger:
    """Refuse a corpus with nothing to report."""
    counts = dict(ledger.counts)
    if not ledger.total:
        raise InputError("the corpus holds no posts: import some with `stancemap import FILE`")
    if counts.get(ELSEWHERE) == ledger.total:
        raise InputError("none of the chosen conversations is in the corpus: check their ids")
    if counts[UNLABELLED] and not ledger.judged and not any(counts[reason.value] for reason in Abstained):
        raise InputError("no post has labels of this set: make them with `stancemap label`")
    return ledger
