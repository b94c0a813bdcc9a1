"""Turning rows of a Parquet corpus into opinions."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from corpus.labels import NEUTRAL
from corpus.opinion import ABSTAINED, LIKELY, Opinions
from corpus.partition import WINDOWS
from corpus.row import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PLAIN = (
    "platform", "id", "conversation_id", "community", "author", "url", "score", "state", "camp", "sentiment",
    "switched_from", "switched_to", WINDOWS, "abstained",
)  # fmt: skip


def columns(targets: Sequence[str]) -> list[str]:
    """Name the columns that `opinions` needs."""
    shares = [f"camp_{camp}" for camp in (NEUTRAL, *targets)]
    return [*PLAIN, "created_at", "reposted", "reasons", *shares, *(f"stance_{target}" for target in targets)]


def opinions(batch: Any, start: int, targets: Sequence[str]) -> Opinions:
    """Read one opinion for every row, labelled or not; `start` is the key of the first."""
    plain = {name: batch[name].to_pylist() for name in PLAIN}
    return Opinions(
        key=range(start, start + batch.num_rows),
        platform=plain["platform"],
        id=plain["id"],
        conversation_id=plain["conversation_id"],
        community=plain["community"],
        author=plain["author"],
        created_at=_times(batch["created_at"]),
        url=plain["url"],
        score=plain["score"],
        state=[STATES[name] for name in plain["state"]],
        is_repost=batch["reposted"].is_valid().to_pylist(),
        camp=plain["camp"],
        camp_probability=_camp_probabilities(batch, plain["camp"], targets),
        stances=_stances(batch, targets),
        sentiment=plain["sentiment"],
        reasons=list(_reasons(batch["reasons"])),
        switched_from=plain["switched_from"],
        switched_to=plain["switched_to"],
        windows=plain[WINDOWS],
        abstained=[ABSTAINED[name] for name in plain["abstained"]],
    )


def _times(column: Any) -> list[datetime | None]:
    import pyarrow as pa

    seconds = column.cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64()).to_pylist()
    return [None if second is None else datetime.fromtimestamp(second, UTC) for second in seconds]


def _camp_probabilities(batch: Any, camps: Sequence[str | None], targets: Sequence[str]) -> list[float | None]:
    """Give the probability of the likeliest camp of each row."""
    shares = {f"pro-{target}": batch[f"camp_{target}"].to_pylist() for target in targets}
    shares[NEUTRAL] = batch[f"camp_{NEUTRAL}"].to_pylist()
    return [shares[camp][row] if camp else None for row, camp in enumerate(camps)]


def _stances(batch: Any, targets: Sequence[str]) -> list[Mapping[str, str]]:
    said = [batch[f"stance_{target}"].to_pylist() for target in targets]
    names = tuple(targets)
    return [_named(names, row) for row in (zip(*said, strict=True) if said else [()] * batch.num_rows)]


@lru_cache(maxsize=4096)  # a few targets with three stances each make few different rows
def _named(targets: Sequence[str], stances: Sequence[str | None]) -> Mapping[str, str]:
    return {target: stance for target, stance in zip(targets, stances, strict=True) if stance is not None}


def _reasons(column: Any) -> Iterator[tuple[str, ...]]:
    """Name the likely reasons in each row of a column of maps; most rows have none."""
    for pairs in column.to_pylist():
        yield tuple(name for name, probability in pairs if probability >= LIKELY) if pairs else ()
