"""What a platform is to live collection: walks to begin with, pages of a walk, and posts looked up again."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from corpus.walk import Claim, Gap, Page, Spending, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ingest.http import HttpSettings
    from ingest.retry import Clock

__all__ = [
    "Checkable", "Claim", "Estimate", "Finding", "Gap", "Level", "Opening", "Page", "Seeds", "Source", "Spending",
    "Start", "Walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """What the configuration names for every platform: addresses (or parts of them) and queries (phrases)."""

    urls: tuple[str, ...] = ("why-tensorflow-for-python-is-dying-a-slow-death",)
    queries: tuple[str, ...] = (
        "pytorch vs tensorflow",
        "tensorflow vs pytorch",
        "jax vs pytorch",
        "tensorflow is dying",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a walk goes on: from `cursor` (None: from its start), and only past `mark` where there is one.

    `spent` is what the round has cost so far, for platforms that cost money.
    """

    cursor: str | None = None
    mark: str | None = None
    spent: Spending = field(default_factory=Spending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a walk would bring: posts and dollars (None where the platform does not say), and walks found by asking."""

    posts: int | None = None
    dollars: float = 0.0
    found: tuple[Walk, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a source of another package is opened with.

    `settings` is its table [sources.NAME] of the configuration; `secret` reads an environment variable, "" where it is
    not set.
    """

    settings: Mapping[str, Any]
    seeds: Seeds
    secret: Callable[[str], str]
    http: HttpSettings
    clock: Clock


class Source(Protocol):
    """A platform.

    Methods raise WalkError for what is refused to one walk and SourceError for what stops the whole platform; they
    print nothing and store nothing. Where requests cost money, a page that holds nothing but the largest cost comes
    before the request, and `spent` of the next page corrects it: a kill in between cannot hide a cost.
    """

    platform: str

    def seeds(self) -> Iterable[Walk]:
        """Name the walks to begin with, without a request."""

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a walk page by page; the last page has no cursor. A page is stored before the next is asked for."""

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:
        """Fetch single posts as they are now; those that are gone are in `gone`. Cursors have no meaning here."""

    def estimate(self, walk: Walk) -> Estimate:
        """Say what a walk would bring, with as few and as cheap requests as there can be."""

    def close(self) -> None:
        """Close connections."""


class Level(StrEnum):
    """How something is: well, worth knowing, or in need of being mended."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in one line; where something is wrong, the line says what to do."""

    level: Level
    text: str


@runtime_checkable
class Checkable(Protocol):
    """A source that can check its access; no source must."""

    def check(self) -> Iterator[Finding]:
        """Say which request is about to be made and what it costs, make that one cheap request, and say how it went.

        SourceError where it did not go well.
        """
