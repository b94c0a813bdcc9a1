import numpy as np
import pytest
import torch

from corpus.frameworks import FRAMEWORKS
from nlp import predict
from nlp.checkpoint import Calibration
from nlp.encoding import Window
from nlp.predict import Predictor, _combine, _Row
from tiny import tiny_checkpoint

CPU = torch.device("cpu")


def row(neutral: float, none: float = 0.5, tone: float = 0.5) -> _Row:
    stance = np.array([[(1 - none) / 2, none, (1 - none) / 2]] * 3)
    moved = np.array([0.2, 0.1, 0.1, 0.6])
    camp = np.array([1 - neutral, 0, 0, neutral])
    return _Row(camp, stance, np.array([tone, 1 - tone, 0]), np.zeros(15), moved, moved, np.array(0.5))


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


def test_batches_keep_to_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict, "TOKEN_BUDGET", 60)
    lengths = [30, 25, 20, 10, 5, 100]
    order = sorted(range(6), key=lambda n: lengths[n], reverse=True)
    batches = list(predict._batches(order, lengths))
    assert sorted(n for batch in batches for n in batch) == list(range(6))
    assert all(len(batch) == 1 or max(lengths[n] for n in batch) * len(batch) <= 60 for batch in batches)
    assert batches[0] == [5]
