"""From examples to questions, and from a model's probabilities to its replies."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

import numpy as np

from corpus.labels import NEUTRAL, REASONS, SENTIMENTS, STANCES
from nlp.training.corpora import COMPARED, COMPARISON

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from nlp.training.example import Example

    Array = NDArray[np.float64]
    Ints = NDArray[np.int64]

TASKS = ("camp", "false-camps", "stance", "sentiment", "comparison", "reasons", "switch")
MOST_PARTS = 8  # targets that are looked at one by one
STAYED = "none"
_NO_STANCE = STANCES.index("none")


class Answer(Protocol):
    """Probabilities for one example, shaped as those of `nlp.predict.Prediction`; None where a model does not say."""

    @property
    def camp(self) -> Array | None: ...  # noqa: D102
    @property
    def stance(self) -> Array | None: ...  # noqa: D102
    @property
    def sentiment(self) -> Array | None: ...  # noqa: D102
    @property
    def reasons(self) -> Array | None: ...  # noqa: D102
    @property
    def left(self) -> Array | None: ...  # noqa: D102
    @property
    def joined(self) -> Array | None: ...  # noqa: D102


Predict: TypeAlias = "Callable[[Sequence[Example]], Sequence[Answer]]"


class Row(NamedTuple):
    """One text asked about: example number `number`; for "stance" its target number `slot`, named `part`."""

    number: int
    example: Example
    slot: int = 0
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing asked of N texts.

    `truth` is [N], indices into `classes`; for "reasons", where any number of classes may apply, [N, C] of 0 and 1.
    """

    task: str
    classes: tuple[str, ...]
    rows: tuple[Row, ...]
    truth: Ints


class Reply(NamedTuple):
    """What a system says: `guess` has the shape of the truth; `probabilities`, None where it has none, are [N, C]."""

    guess: Ints
    probabilities: Array | None


def ask(examples: Sequence[Example], tasks: Collection[str] = TASKS) -> list[Question]:
    """Ask all that the examples' labels can check. "false-camps" are counted among the replies to "camp"."""
    wanted = {"camp" if task == "false-camps" else task for task in tasks}
    return [question for question in _all(examples) if question.task in wanted and question.rows]


def reply(question: Question, answers: Sequence[Answer]) -> Reply | None:
    """Pick a model's reply from its answers, one for each example; None where it does not answer."""
    picked = [_pick(question, row, answers[row.number]) for row in question.rows]
    if any(probabilities is None for probabilities in picked):
        return None
    probabilities = np.stack([found for found in picked if found is not None])
    if question.task == "switch":
        return Reply(np.array([_moved(answers[row.number]) for row in question.rows]), probabilities)
    if question.task == "reasons":
        held = np.array([_holds_a_stance(answers[row.number]) for row in question.rows])
        return Reply(((probabilities >= 0.5) & held[:, None]).astype(np.int64), probabilities)
    return likeliest(probabilities)


def likeliest(probabilities: Array) -> Reply:
    """Guess the likeliest class of each row."""
    return Reply(probabilities.argmax(1), probabilities)


def is_comparison(example: Example) -> bool:
    """Say whether only the better one of a pair is known."""
    return example.camp is not None and example.source == COMPARISON


def _all(examples: Sequence[Example]) -> Iterator[Question]:
    """Put every question. Camps and switches are asked of one debate: the list of targets that most examples have."""
    numbered = [Row(number, example) for number, example in enumerate(examples)]
    told = [row for row in numbered if _tells_of_sides(row.example)]
    debate = Counter(row.example.targets for row in told).most_common(1)
    targets = debate[0][0] if debate else ()
    told = [row for row in told if row.example.targets == targets]
    camps = [row for row in told if row.example.camp is not None]
    names = [target.name for target in targets]
    yield _question("camp", (*(f"pro-{name}" for name in names), NEUTRAL), camps, [row.example.camp for row in camps])
    yield _stances(numbered)
    toned = [row for row in numbered if row.example.sentiment is not None]
    yield _question("sentiment", SENTIMENTS, toned, [row.example.sentiment for row in toned])
    pairs = [row for row in numbered if is_comparison(row.example)]
    yield _question("comparison", COMPARED, pairs, [row.example.camp for row in pairs])
    reasoned = [row for row in numbered if row.example.reasons is not None]
    flags = [[int(n in (row.example.reasons or ())) for n in range(len(REASONS))] for row in reasoned]
    yield _question("reasons", REASONS, reasoned, flags)
    moving = [row for row in told if row.example.left is not None and row.example.joined is not None]
    went = [_move(len(names), row.example.left, row.example.joined) for row in moving]
    moves = [f"{names[left]}>{names[joined]}" for left, joined in _moves(len(names))]
    yield _question("switch", (STAYED, *moves), moving, went)


def _tells_of_sides(example: Example) -> bool:
    return not is_comparison(example) and (example.camp is not None or example.left is not None)


def _question(task: str, classes: Sequence[str], rows: Iterable[Row], truth: Sequence[object]) -> Question:
    return Question(task=task, classes=tuple(classes), rows=tuple(rows), truth=np.array(truth, dtype=np.int64))


def _stances(numbered: Sequence[Row]) -> Question:
    pairs = [
        (Row(row.number, row.example, slot, row.example.targets[slot].label), stance)
        for row in numbered
        for slot, stance in enumerate(row.example.stances or ())
        if stance is not None
    ]
    return _question("stance", STANCES, [row for row, _ in pairs], [stance for _, stance in pairs])


def _moves(targets: int) -> list[tuple[int, int]]:
    """List the moves from one target to another: the classes of "switch" after the first, which is none."""
    return list(permutations(range(targets), 2))


def _move(targets: int, left: int | None, joined: int | None) -> int:
    """Find the class of a move; one from or to nothing is none, as in the labels that the program stores."""
    if left is None or joined is None or left == joined or targets in (left, joined):
        return 0
    return 1 + left * (targets - 1) + joined - (joined > left)


def _pick(question: Question, row: Row, answer: Answer) -> Array | None:
    if question.task == "stance":
        return None if answer.stance is None else answer.stance[row.slot]
    if question.task == "sentiment":
        return answer.sentiment
    if question.task == "reasons":
        return answer.reasons
    if question.task == "switch":
        return _move_probabilities(answer)
    return answer.camp


def _move_probabilities(answer: Answer) -> Array | None:
    """Multiply the probabilities of leaving one target and of joining another; what is left is no move."""
    if answer.left is None or answer.joined is None:
        return None
    pairs = [answer.left[left] * answer.joined[joined] for left, joined in _moves(len(answer.left) - 1)]
    return np.array([max(0.0, 1 - sum(pairs)), *pairs])


def _moved(answer: Answer) -> int:
    if answer.left is None or answer.joined is None:
        return 0
    return _move(len(answer.left) - 1, int(answer.left.argmax()), int(answer.joined.argmax()))


def _holds_a_stance(answer: Answer) -> bool:
    """Say whether reasons are reported at all: only where a stance is held."""
    return answer.stance is None or bool((answer.stance.argmax(1) != _NO_STANCE).any())
