"""From the opinions of a corpus to a report: one pass over them, then shares of the columns that it leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.errors import InputError
from corpus.labels import NEUTRAL, Abstained
from reports.arrivals import arrivals
from reports.changes import changes
from reports.comparing import Side
from reports.counting import Counting
from reports.crossing import crossed
from reports.figures import Figures
from reports.hand import gathered, labels_for_five
from reports.handles import unnamed
from reports.ledger import ELSEWHERE, UNLABELLED, Bookkeeper
from reports.motives import Moves, claims, reasons
from reports.plain import cut
from reports.prevalence import Sampling
from reports.quotes import Candidates
from reports.report import Report
from reports.sensitivity import sensitivity
from reports.votes import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from corpus.annotation import Annotation
    from corpus.label_set import LabelSet
    from corpus.labels import Target
    from corpus.opinion import Opinions
    from corpus.walk import Coverage
    from reports.hand_labels import HandLabels
    from reports.quotes import Texts
    from reports.report import Comparison, Ledger
    from reports.settings import ReportMeta, ReportSettings
    from reports.timeline import Timeline

TITLE = 79  # below what is stored of a text, so that it ends at a word: half an address is not known as one


def build(
    opinions: Iterable[Opinions],
    texts: Texts,
    *,
    targets: Sequence[Target],
    settings: ReportSettings,
    meta: ReportMeta,
    annotations: Iterable[Annotation] = (),
    copies: Mapping[int, int] | None = None,
    comparison: Comparison | None = None,
    coverage: tuple[Coverage, ...] = (),
) -> Report:
    """Make the report of a corpus.

    `texts` reads the texts of the few posts that are quoted (`Store.texts`), after all opinions have been read.
    `annotations` are what people say of posts, by which shares are corrected; `copies` maps posts to those that they
    repeat. InputError where there is nothing to report, or where the labels are about other targets.
    """
    if meta.label_set is None:
        raise InputError("the corpus has no labels yet: make them with `stancemap label`")
    seen = _seen(opinions, targets, settings)
    ledger = _checked(seen.books.close())
    count, hand = _counting(seen, targets, settings, annotations)
    votes, camps = count.votes, count.camps
    overall = count.cell("all", count.everywhere)
    communities = count.places(votes.place_names, votes.places, frozenset(settings.communities))
    timeline = _timeline(count, settings)
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
        overall=overall,
        stances=count.stances(count.everywhere),
        sentiment=count.sentiment(count.everywhere),
        sentiment_by_camp=count.sentiment_by_camp(),
        communities=communities,
        platforms=count.places(votes.platform_names, votes.platforms),
        timeline=replace(timeline, arrivals=arrivals(count, communities, timeline)),
        crossed=crossed(count, communities, timeline),
        reasons=reasons(count),
        switches=seen.moves.switches(),
        ledger=ledger,
        quotes=seen.candidates.choose(camps[:-1], texts=texts, per_camp=settings.quotes, key=settings.pseudonym_key),
        figures=seen.figures.close(camps, [target.name for target in targets], texts=texts, wanted=settings.quotes),
        hand=hand,
        labels_for_five=labels_for_five(overall, float(votes.doubts[votes.camps >= 0].mean())) if overall else None,
        sensitivity=sensitivity(count, copies or {}),
        claims=claims(count, [claim for claim in settings.claims if f"pro-{claim.target}" in camps]),
        comparison=comparison,
        coverage=tuple(_named(thread, is_quoted=settings.quotes > 0) for thread in coverage),
    )


def survey(
    opinions: Iterable[Opinions],
    *,
    name: str,
    labels: LabelSet,
    targets: Sequence[Target],
    settings: ReportSettings,
    annotations: Iterable[Annotation] = (),
) -> Side:
    """Count the opinions of some posts, as `labels` give them, as a whole, to be compared with others."""
    seen = _seen(opinions, targets, settings)
    count, _ = _counting(seen, targets, settings, annotations)
    return Side(name, labels, count.cell(name, count.everywhere), len(count.votes))


class Pass:
    """What one pass over the opinions leaves."""

    def __init__(self, targets: Sequence[Target], settings: ReportSettings) -> None:
        self.books = Bookkeeper(settings.conversations)
        self.collector = Collector([target.name for target in targets], renamed(settings.communities))
        self.moves = Moves()
        self.candidates = Candidates()
        self.figures = Figures(settings.figures)
        self.first: datetime | None = None
        self.last: datetime | None = None

    def add(self, posts: Opinions) -> None:
        """Take in some posts, judged or not."""
        judged = self.books.judged(posts)
        places = self.collector.add(judged)
        self.moves.add(judged)
        named = self.figures.add(judged, places)
        self.candidates.add(judged, places, besides=named)  # nobody is shown under both a name and a pseudonym
        times = [time for time in (self.first, self.last, *judged.created_at) if time is not None]
        self.first, self.last = min(times, default=None), max(times, default=None)


def _seen(opinions: Iterable[Opinions], targets: Sequence[Target], settings: ReportSettings) -> Pass:
    seen = Pass(targets, settings)
    for posts in opinions:
        seen.add(posts)
    return seen


def _counting(
    seen: Pass, targets: Sequence[Target], settings: ReportSettings, annotations: Iterable[Annotation]
) -> tuple[Counting, HandLabels | None]:
    camps = (*(f"pro-{target.name}" for target in targets), NEUTRAL)
    votes = seen.collector.close()
    sampling = Sampling(draws=settings.draws, seed=settings.seed, min_posts=settings.min_posts)
    hand, truth = gathered(annotations, votes, camps)
    return Counting(votes=votes, camps=camps, sampling=sampling, truth=truth), hand


def _timeline(count: Counting, settings: ReportSettings) -> Timeline:
    line = count.timeline(settings.time_bin, settings.events)
    return replace(line, changes=changes(count, line))


def _named(thread: Coverage, *, is_quoted: bool) -> Coverage:
    """Let the title of a thread, which may be the beginning of its first post, name nobody; none without quotes."""
    return replace(thread, title=unnamed(cut(thread.title, TITLE)) if thread.title and is_quoted else None)


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
