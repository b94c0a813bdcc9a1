"""What a report is asked to show, and what it must say of its origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.errors import InputError
from corpus.labels import REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from corpus.label_set import LabelSet

TIME_BINS = ("auto", "hour", "day", "week", "month", "quarter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something said in the debate: its words, the target it speaks for, and the reasons by which posts raise it."""

    text: str
    target: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFigure:
    """Somebody who speaks in public under their own name; `handles` are pairs of platform and account."""

    name: str
    handles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """What a report is asked to show.

    `communities` maps names that people read to the communities pooled under them; the others stand for themselves.
    Cells with fewer posts than `min_posts` are said to be small. `events` are drawn as lines over time. `quotes` is the
    number of posts quoted for each camp; 0 leaves all text out. `conversations`, pairs of platform and conversation id,
    restricts the report to them. Authors appear under pseudonyms made with `pseudonym_key`, a secret of the corpus,
    save the `figures`, who are quoted by name. `claims` are counted by the reasons of posts.
    """

    title: str = "What the posts say"
    communities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    time_bin: str = "auto"
    min_posts: int = 30
    draws: int = 1_000
    seed: int = 0
    events: tuple[tuple[date, str], ...] = ()
    quotes: int = 3
    conversations: frozenset[tuple[str, str]] | None = None
    pseudonym_key: str = field(default="", repr=False)
    figures: tuple[PublicFigure, ...] = ()
    claims: tuple[Claim, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values that no report can be made with."""
        if self.time_bin not in TIME_BINS:
            raise InputError(f"unknown time bin '{self.time_bin}': choose one of {', '.join(TIME_BINS)}")
        if self.draws < 100:
            raise InputError(f"{self.draws} bootstrap draws are too few for an interval: ask for at least 100")
        if self.min_posts < 1 or self.quotes < 0 or self.seed < 0:
            raise InputError("min_posts must be at least 1, quotes and seed at least 0: change them in the settings")
        if self.quotes and not self.pseudonym_key:
            raise InputError("quotes need a secret key for pseudonyms: set one, or leave quotes out with quotes = 0")
        unknown = [reason for claim in self.claims for reason in claim.reasons if reason not in REASONS]
        if unknown:
            raise InputError(f"a claim names the reason '{unknown[0]}': choose among {', '.join(REASONS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMeta:
    """Where a report comes from: the labels it counts, and the program and command that made it.

    `is_invented` marks a corpus of made-up posts. `figures` are pairs of a quality measure of the model and its value.
    `config_hash` is that of the configuration with which the report is made. `is_parquet` marks a corpus of Parquet
    files, which holds no hand labels and no record of live collection.
    """

    label_set: LabelSet | None
    version: str
    command: str
    is_invented: bool = False
    figures: tuple[tuple[str, str], ...] = ()
    config_hash: str = ""
    is_parquet: bool = False
