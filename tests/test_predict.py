import json
import random
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch

from corpus.errors import ModelError
from corpus.frameworks import FRAMEWORKS
from nlp import predict
from nlp.checkpoint import Calibration, in_precision, load
from nlp.device import choose_precision
from nlp.encoding import Window, padded
from nlp.model import Outputs
from nlp.predict import Predictor, Probabilities, _combine
from tiny import WORDS, tiny_checkpoint

CPU = torch.device("cpu")


def row(neutral: float, none: float = 0.5, tone: float = 0.5) -> Probabilities:
    stance = np.array([[(1 - none) / 2, none, (1 - none) / 2]] * 3)
    moved = np.array([0.2, 0.1, 0.1, 0.6])
    camp = np.array([1 - neutral, 0, 0, neutral])
    return Probabilities(camp, stance, np.array([tone, 1 - tone, 0]), np.zeros(15), moved, moved, np.array(0.5))


def window(*, named: bool) -> Window:
    return Window(ids=[1], types=[0], mentions=[(False, 0, 5, 6)] if named else [])


def test_a_side_taken_in_one_window_is_a_side_taken() -> None:
    made = _combine([(window(named=True), row(0.9, 0.9)), (window(named=True), row(0.2, 0.1))])
    assert made.camp[-1] == pytest.approx(0.2)
    assert made.stance[:, 1] == pytest.approx(0.1)
    assert made.windows == 2


def test_windows_that_name_nothing_have_no_say_where_another_does() -> None:
    made = _combine([(window(named=False), row(0.1, 0.1)), (window(named=True), row(0.8, 0.7))])
    assert made.camp[-1] == pytest.approx(0.8)
    assert made.stance[0, 1] == pytest.approx(0.7)
    assert made.named


def test_tone_is_averaged() -> None:
    made = _combine([(window(named=False), row(0.5, tone=0.0)), (window(named=True), row(0.5, tone=1.0))])
    assert made.sentiment == pytest.approx([0.5, 0.5, 0])


def test_probabilities_sum_to_one() -> None:
    [made] = Predictor(tiny_checkpoint(), FRAMEWORKS, CPU).predict([("i love torch", None)])
    assert made.camp.sum() == pytest.approx(1, abs=1e-3)
    assert made.stance.sum(-1) == pytest.approx([1, 1, 1], abs=1e-3)
    assert made.sentiment.sum() == pytest.approx(1, abs=1e-3)
    assert ((made.reasons >= 0) & (made.reasons <= 1)).all()


def test_calibration_cools_and_shifts() -> None:
    plain, hot, shy = (
        Predictor(tiny_checkpoint(calibration=each), FRAMEWORKS, CPU).predict([("i love torch", None)])[0]
        for each in (Calibration(), Calibration(temperature={"camp": 5.0}), Calibration(neutral=3.0, none=3.0))
    )
    assert np.ptp(hot.camp) < np.ptp(plain.camp)
    assert shy.camp[-1] > plain.camp[-1]
    assert (shy.stance[:, 1] > plain.stance[:, 1]).all()
    assert plain.sentiment == pytest.approx(hot.sentiment)


def test_batches_keep_to_the_budget_and_to_one_padded_length() -> None:
    lengths = [30, 25, 26, 10, 16, 100, 31]
    batches = list(predict._batches(lengths, 64))
    assert sorted(n for batch in batches for n in batch) == list(range(7))
    assert all(len({padded(lengths[n]) for n in batch}) == 1 for batch in batches)
    assert all(len(batch) == 1 or padded(lengths[batch[0]]) * len(batch) <= 64 for batch in batches)
    assert [3, 4] in batches  # 10 and 16 are padded alike


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_answers_do_not_depend_on_batch_mates_or_order(kind: torch.dtype) -> None:
    words = [word for word in WORDS if word.isalpha()]
    chance = random.Random(5)
    texts: list[tuple[str, str | None]] = [
        (" ".join(chance.choices(words, k=chance.randint(1, 90))), None) for _ in range(300)
    ]
    predictor = Predictor(in_precision(tiny_checkpoint(), kind), FRAMEWORKS, CPU, fill=True, workers=2)
    together = predictor.predict(texts)
    mixed = chance.sample(range(300), 300)
    shuffled = dict(zip(mixed, predictor.predict([texts[n] for n in mixed]), strict=True))
    for n, answer in enumerate(together):
        alone = predictor.predict([texts[n]])[0]
        for field in ("camp", "stance", "sentiment", "reasons", "left", "joined"):
            assert list(np.ravel(getattr(alone, field))) == list(np.ravel(getattr(answer, field)))
            assert list(np.ravel(getattr(shuffled[n], field))) == list(np.ravel(getattr(answer, field)))


def test_a_batch_too_large_for_the_gpu_is_cut_until_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[tuple[str, str | None]] = [(f"i {word} torch", None) for word in ("love", "hate", "use") * 5]
    predictor = Predictor(tiny_checkpoint(), FRAMEWORKS, CPU)
    expected = predictor.predict(texts)
    outputs, sizes = predictor._outputs, []

    def little_room(windows: Sequence[Window]) -> Outputs:
        if len(windows) > 4:
            raise torch.OutOfMemoryError
        sizes.append(len(windows))
        return outputs(windows)

    monkeypatch.setattr(predictor, "_outputs", little_room)
    found = predictor.predict(texts)
    assert sizes == [3, 4, 4, 4]
    assert [list(each.camp) for each in found] == [list(each.camp) for each in expected]

    def no_room(windows: Sequence[Window]) -> Outputs:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(predictor, "_outputs", no_room)
    with pytest.raises(ModelError, match='set device = "cpu"'):
        predictor.predict(texts)


@pytest.mark.skipif(
    choose_precision("auto", CPU) != torch.bfloat16, reason="this processor does not multiply bf16 itself"
)
def test_the_built_in_model_answers_alike_in_large_and_small_pages() -> None:
    """Without filled batches, its answers differ in the third decimal."""
    lines = (files("stancemap") / "samples" / "reddit.jsonl").read_text("utf-8").splitlines()[:60]
    texts: list[tuple[str, str | None]] = [(json.loads(line).get("body") or "torch or jax?", None) for line in lines]
    opened = in_precision(load(Path(str(files("nlp") / "builtin"))), torch.bfloat16)
    predictor = Predictor(opened, FRAMEWORKS, CPU, fill=True)
    together = predictor.predict(texts)
    apart = [answer for n in range(0, 60, 7) for answer in predictor.predict(texts[n : n + 7])]
    assert all((one.camp == other.camp).all() for one, other in zip(together, apart, strict=True))
