import threading
import time
from collections.abc import Sequence

import pytest
import torch

from corpus.frameworks import FRAMEWORKS
from corpus.labels import Abstained, Labels, abstention
from corpus.post import Post
from corpus.reading import Reading
from nlp.labeller import StanceLabeller
from nlp.paging import label_pages
from nlp.predict import Predictor
from tiny import tiny_checkpoint


def reading(key: int, text: str, parent: str | None = None) -> Reading:
    return Reading(key=key, post=Post(platform="forum", id=str(key), conversation_id="1", text=text), parent=parent)


class Counting:
    """Counts what it is asked, later pages faster than earlier ones; the number of windows is the text as a number."""

    name, revision, parallel = "counting", "0", True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.threads: set[str] = set()

    def label(self, readings: Sequence[Reading]) -> list[Labels]:
        numbers = [int(each.post.text) for each in readings]
        time.sleep(max(0.0, 0.03 - min(numbers, default=0) / 1_000))
        self.threads.add(threading.current_thread().name)
        self.asked += [each.post.text for each in readings]
        return [Labels(camp={}, sentiment={}, stances={}, reasons={}, windows=number) for number in numbers]


@pytest.mark.parametrize("workers", [1, 3])
def test_pages_come_in_order_however_long_each_takes(workers: int) -> None:
    given = [reading(n, str(n)) for n in range(1, 31)]
    labeller = Counting()
    found = list(label_pages(labeller, iter(given), workers=workers, page=4))
    assert [len(page) for page, _ in found] == [4] * 7 + [2]
    assert [(r.key, labels.windows) for page, made in found for r, labels in zip(page, made, strict=True)] == [
        (n, n) for n in range(1, 31)
    ]
    assert len(labeller.threads) <= workers


def test_posts_that_read_alike_are_read_once_in_a_page_and_across_pages() -> None:
    texts = ["1", "2", "1", "3", "2", "2", "1", "4", "4"]
    labeller = Counting()
    pages = list(label_pages(labeller, (reading(n, text) for n, text in enumerate(texts)), workers=2, page=3))
    assert sorted(labeller.asked) == ["1", "2", "3", "4"]
    assert [labels.windows for _, made in pages for labels in made] == [int(text) for text in texts]


def test_the_same_words_under_another_post_are_read_again() -> None:
    labeller = Counting()
    list(label_pages(labeller, [reading(1, "5", "a"), reading(2, "5", "b"), reading(3, "5")], workers=1))
    assert labeller.asked == ["5", "5", "5"]


def test_a_failure_reaches_the_caller_and_no_thread_stays() -> None:
    class Broken(Counting):
        def label(self, readings: Sequence[Reading]) -> list[Labels]:
            raise OSError(f"no more than {len(readings)}")

    with pytest.raises(OSError, match="no more than 1"):
        list(label_pages(Broken(), [reading(1, "1")], workers=2))
    assert not [t for t in threading.enumerate() if t.name.startswith("label")]


def test_threads_give_the_labels_of_one() -> None:
    texts = [f"{a} {b} torch or jax" for a in ("i love", "i hate", "never use", "") for b in ("one", "two", "the", "")]
    readings = [reading(n, text) for n, text in enumerate([*texts, "", "!!"])]
    labeller = StanceLabeller(
        Predictor(tiny_checkpoint(), FRAMEWORKS, torch.device("cpu")), name="t", revision="0", languages=("en",)
    )
    one, three = (
        [labels for _, made in label_pages(labeller, readings, workers=workers, page=4) for labels in made]
        for workers in (1, 3)
    )
    assert one == three == labeller.label(readings)
    assert one[-2:] == [abstention(Abstained.EMPTY), abstention(Abstained.OFF_TOPIC)]
