"""Measures of a classifier, against values worked out by hand."""

import numpy as np
import pytest

from nlp.metrics import bootstrap, calibration_error, class_scores, confusion, macro_f1, macro_recall

TRUTH = np.array([0, 0, 0, 0, 1, 1, 2, 2])
GUESS = np.array([0, 0, 0, 1, 1, 0, 2, 1])
MATRIX = confusion(TRUTH, GUESS, 4)


def test_confusion_counts_true_classes_in_rows() -> None:
    assert MATRIX.tolist() == [[3, 1, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_each_class_is_scored() -> None:
    first, second, third, never = class_scores(MATRIX, "abcd")
    assert (first.name, first.precision, first.recall, first.f1, first.support) == ("a", 0.75, 0.75, 0.75, 4)
    assert (second.precision, second.recall, second.f1) == (pytest.approx(1 / 3), 0.5, 0.4)
    assert (third.precision, third.recall, third.f1) == (1.0, 0.5, pytest.approx(2 / 3))
    assert (never.precision, never.recall, never.f1, never.support) == (0.0, 0.0, 0.0, 0)


def test_averages_leave_out_classes_that_do_not_occur() -> None:
    assert macro_f1(MATRIX) == pytest.approx((0.75 + 0.4 + 2 / 3) / 3)
    assert macro_recall(MATRIX) == pytest.approx((0.75 + 0.5 + 0.5) / 3)
    assert macro_f1(MATRIX, [0, 2]) == pytest.approx((0.75 + 2 / 3) / 2)
    assert macro_f1(MATRIX, [3]) == 0.0
    assert macro_recall(np.zeros((2, 2), np.int64)) == 0.0


def test_a_class_guessed_where_it_never_occurs_costs_the_others_alone() -> None:
    matrix = confusion(np.array([0, 0]), np.array([0, 1]), 2)
    assert macro_f1(matrix) == pytest.approx(2 / 3)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    sure = np.array([[0.9, 0.1]] * 10)
    assert calibration_error(sure, np.array([0] * 9 + [1])) == pytest.approx(0.0)
    assert calibration_error(sure, np.array([0] * 5 + [1] * 5)) == pytest.approx(0.4)
    certain = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert calibration_error(certain, np.array([0, 0])) == pytest.approx(0.5)


def test_calibration_error_weighs_bins_by_their_size() -> None:
    rows = np.array([[0.9, 0.1]] * 3 + [[0.6, 0.4]])
    assert calibration_error(rows, np.array([0, 0, 0, 1])) == pytest.approx(0.75 * 0.1 + 0.25 * 0.6)


def test_bootstrap_draws_whole_groups() -> None:
    tallies = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    drawn = bootstrap(tallies, ["a", "a", "b", "b"], draws=200)
    assert drawn.shape == (200, 2)
    assert set(map(tuple, drawn.tolist())) == {(4.0, 0.0), (2.0, 2.0), (0.0, 4.0)}


def test_bootstrap_of_one_group_does_not_vary() -> None:
    drawn = bootstrap(np.eye(3), ["a", "a", "a"], draws=5)
    assert (drawn == 1).all()


def test_bootstrap_is_the_same_every_time_and_covers_the_truth() -> None:
    tallies = (np.random.default_rng(0).random((400, 1)) < 0.3).astype(float)
    groups = [str(n) for n in range(400)]
    drawn = bootstrap(tallies, groups)
    assert (drawn == bootstrap(tallies, groups)).all()
    assert (drawn != bootstrap(tallies, groups, seed=2)).any()
    low, high = np.percentile(drawn / 400, [2.5, 97.5])
    assert low < 0.3 < high
    assert high - low == pytest.approx(2 * 1.96 * (0.3 * 0.7 / 400) ** 0.5, rel=0.15)
