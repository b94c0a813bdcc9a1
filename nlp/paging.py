"""Label page after page on several threads: answers in order, and posts that read alike are read once."""

from __future__ import annotations

from collections import OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from corpus.labels import Labels
    from corpus.reading import Reading
    from nlp.labeller import Labeller

PAGE = 2048  # posts: enough to fill batches of every length
_REMEMBERED = 50_000  # answers kept for posts that read alike; about 2 KB each


@dataclass(slots=True)
class _Answer:
    """Labels that one page computes and later pages may share."""

    labels: Labels | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    readings: list[Reading]
    answers: list[_Answer]
    new: list[int]  # places in `readings` of the posts that read like none before
    labels: Future[list[Labels]]

    def result(self) -> list[Labels]:
        for n, labels in zip(self.new, self.labels.result(), strict=True):
            self.answers[n].labels = labels
        return [answer.labels for answer in self.answers if answer.labels is not None]


def label_pages(
    labeller: Labeller, readings: Iterable[Reading], *, workers: int = 2, page: int = PAGE
) -> Iterator[tuple[list[Reading], list[Labels]]]:
    """Label readings in pages; each page comes with its labels, in the order of the readings.

    With two workers, one page is cleaned and tokenised while another is computed. A labeller whose `parallel` is false
    gets one.
    """
    count = workers if labeller.parallel else 1
    with ThreadPoolExecutor(count, "label") as pool:
        try:
            yield from _in_order(labeller, iter(readings), pool, count + 1, page)
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(
    labeller: Labeller, readings: Iterator[Reading], pool: ThreadPoolExecutor, ahead: int, size: int
) -> Iterator[tuple[list[Reading], list[Labels]]]:
    known: OrderedDict[bytes, _Answer] = OrderedDict()
    under_way: deque[_Page] = deque()
    while True:
        while len(under_way) < ahead and (page := list(islice(readings, size))):
            under_way.append(_begin(labeller, page, pool, known))
        if not under_way:
            return
        done = under_way.popleft()
        yield done.readings, done.result()


def _begin(
    labeller: Labeller, readings: list[Reading], pool: ThreadPoolExecutor, known: OrderedDict[bytes, _Answer]
) -> _Page:
    answers, new = [], []
    for n, reading in enumerate(readings):
        key = _fingerprint(reading)
        if key not in known:
            known[key] = _Answer()
            new.append(n)
        known.move_to_end(key)
        answers.append(known[key])
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
    return _Page(readings, answers, new, pool.submit(_label, labeller, [readings[n] for n in new]))


def _label(labeller: Labeller, readings: Sequence[Reading]) -> list[Labels]:
    return labeller.label(readings) if readings else []


def _fingerprint(reading: Reading) -> bytes:
    return blake2b(repr(reading.content).encode(errors="surrogatepass"), digest_size=16).digest()
