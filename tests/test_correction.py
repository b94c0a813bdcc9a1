"""Shares corrected by hand labels: simulations with seeds, edges, and what the report makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.annotation import Annotation
from corpus.opinion import Opinions
from debate import CAMPS, debate, opinion, report
from reports.agreement import agreement, cohen, krippendorff
from reports.confusion import adjusted, rates
from reports.correction import Hand, corrected
from reports.drawing import draw
from reports.hand import labels_for_five
from reports.linear import weighted
from reports.markdown import render
from reports.outgrown import outgrown
from reports.prevalence import Sampling

TRUTH = np.array([0.5, 0.2, 0.3])
MISTAKES = np.array([[0.8, 0.05, 0.15], [0.25, 0.6, 0.15], [0.1, 0.02, 0.88]])  # favour the first label
LABELS = ("a", "b", "c")


def population(random: np.random.Generator, clusters: int = 150, shares: np.ndarray = TRUTH) -> tuple[np.ndarray, ...]:
    """Posts in threads that lean their own way: what they say, what a biased model makes of it, and their threads."""
    threads = np.repeat(np.arange(clusters), random.geometric(1 / 8, size=clusters))
    leanings = random.dirichlet(6 * shares, size=clusters)[threads]
    truth = (random.random((len(threads), 1)) > leanings.cumsum(axis=1)[:, :2]).sum(axis=1)
    said = (random.random((len(threads), 1)) > MISTAKES.cumsum(axis=1)[truth][:, :2]).sum(axis=1)
    return truth, said, threads


def drawn(random: np.random.Generator, threads: np.ndarray, design: str, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Posts drawn with equal chances, or half of them from a quarter of the threads; and their weights."""
    strata = [np.arange(len(threads))] if design == "uniform" else [*map(np.flatnonzero, (threads < 38, threads >= 38))]
    sizes = [min(number // len(strata), len(stratum)) for stratum in strata]
    places = [random.choice(stratum, size, replace=False) for stratum, size in zip(strata, sizes, strict=True)]
    weights = [np.full(size, len(stratum) / size) for stratum, size in zip(strata, sizes, strict=True)]
    return np.concatenate(places), np.concatenate(weights)


@pytest.mark.parametrize(
    ("design", "number", "sides"), [("uniform", 150, None), ("stratified", 150, None), ("uniform", 150, 2)]
)
def test_corrected_intervals_cover_what_is_true_where_uncorrected_do_not(
    design: str, number: int, sides: int | None
) -> None:
    random, runs = np.random.default_rng(3), 2_000
    target = TRUTH if sides is None else TRUTH[:sides] / TRUTH[:sides].sum()
    covered, raw, tuning = np.zeros(len(target)), np.zeros(len(target)), 0.0
    for _ in range(runs):
        truth, said, threads = population(random)
        places, weights = drawn(random, threads, design, number)
        found = corrected(
            LABELS,
            codes=said,
            hand=Hand(places, np.eye(3)[truth[places]], weights),
            threads=threads,
            authors=np.arange(len(said)),
            sides=sides,
        )
        assert found is not None
        low, high = np.array([(share.low, share.high) for share in found.shares]).T
        covered += (low <= target) & (target <= high)
        tuning += found.tuning / runs
        kept = np.flatnonzero(said < len(target))
        naive = weighted(
            LABELS[: len(target)], codes=said[kept], weights=np.ones(len(kept)), threads=threads[kept],
            authors=kept, sampling=Sampling(),
        )  # fmt: skip
        assert naive is not None
        raw += [share.low <= true <= share.high for share, true in zip(naive.shares, target, strict=True)]
    assert ((covered / runs >= 0.93) & (covered / runs <= 0.97)).all(), covered / runs
    assert raw.min() / runs < 0.8, raw / runs
    assert 0.4 < tuning < 0.9


def hand(number: int, *, wrong: int = 0, labels: int = 3) -> tuple[np.ndarray, Hand]:
    """A model's labels of 1,000 posts, and hand labels of the first of them, some of which say another."""
    codes = np.arange(1_000) % labels
    truth = codes[:number].copy()
    truth[:wrong] = (truth[:wrong] + 1) % labels
    return codes, Hand(np.arange(number), np.eye(3)[truth], np.ones(number))


def test_a_model_that_is_right_is_trusted_and_one_that_guesses_is_not() -> None:
    alone = np.arange(1_000)
    codes, right = hand(200)
    found = corrected(LABELS, codes=codes, hand=right, threads=alone, authors=alone)
    assert found is not None
    assert (found.tuning, found.agreement) == (pytest.approx(1, abs=1e-3), 1)
    assert found["a"].share == pytest.approx(np.mean(codes == 0))
    guesses = Hand(alone[:300], np.eye(3)[np.random.default_rng(1).integers(0, 3, 300)], np.ones(300))
    guessed = corrected(LABELS, codes=codes, hand=guesses, threads=alone, authors=alone)
    assert guessed is not None
    assert guessed.tuning < 0.2
    assert sum(share.share for share in guessed.shares) == pytest.approx(1)


def test_shares_add_up_where_the_model_gives_a_label_that_people_never_do() -> None:
    alone = np.arange(1_000)
    for seed in range(12):
        random = np.random.default_rng(seed)
        truth = random.choice(2, 1_000, p=[0.55, 0.45])
        said = np.where(random.random(1_000) < 0.08, 2, truth)
        places = random.choice(1_000, 60, replace=False)
        by_hand = Hand(places, np.eye(3)[truth[places]], np.ones(60))
        for sides in (None, 3):
            found = corrected(LABELS, codes=said, hand=by_hand, threads=alone, authors=alone, sides=sides)
            assert found is not None
            assert sum(share.share for share in found.shares) == pytest.approx(1)
            assert all(0 <= share.low <= share.share <= share.high <= 1 for share in found.shares)


def test_no_mistake_seen_still_leaves_room_for_some() -> None:
    alone, (codes, right) = np.arange(1_000), hand(60, labels=2)
    found = corrected(LABELS, codes=codes, hand=right, threads=alone, authors=alone)
    assert found is not None
    assert 0.02 < found["c"].high < 0.1


def test_weights_undo_unequal_chances() -> None:
    truth = np.repeat([0, 1], 500)
    places = np.concatenate([np.arange(0, 80), np.arange(500, 520)])
    weights = np.where(places < 500, 500 / 80, 500 / 20)
    alone = np.arange(1_000)
    drawn_ = Hand(places, np.eye(2)[truth[places]], weights)
    found = corrected("ab", codes=alone * 0, hand=drawn_, threads=alone, authors=alone)
    assert found is not None
    assert found["b"].share == pytest.approx(0.5)
    assert found.effective == pytest.approx(64.0, abs=0.1)


def test_too_few_labels_or_threads_correct_nothing() -> None:
    codes, few = hand(29)
    alone = np.arange(1_000)
    assert corrected(LABELS, codes=codes, hand=few, threads=alone, authors=alone) is None
    codes, enough = hand(100)
    assert corrected(LABELS, codes=codes, hand=enough, threads=alone % 5, authors=alone % 5) is None
    assert corrected(LABELS, codes=codes, hand=enough, threads=alone, authors=alone % 9) is None
    assert corrected(LABELS, codes=codes, hand=enough, threads=alone % 5, authors=alone) is not None


def test_few_authors_are_few_voices_by_every_estimator() -> None:
    random, runs = np.random.default_rng(5), 400
    covered, given = 0, 0
    for _ in range(runs):
        authors = np.repeat(np.arange(6), random.geometric(1 / 20, size=6))
        truth = random.choice(3, p=TRUTH, size=6)[authors]  # each author says one thing for ever, in many threads
        alone = np.arange(len(truth))
        found = weighted(
            LABELS, codes=truth, weights=np.ones(len(truth)), threads=alone, authors=authors, sampling=Sampling()
        )
        assert found is not None
        assert (found.unit, found.design_effect, found.is_small) == ("author", None, True)
        covered += found["a"].low <= TRUTH[0] <= found["a"].high
        few = Hand(alone[::2], np.eye(3)[truth[::2]], np.ones(len(alone[::2])))
        given += corrected(LABELS, codes=truth, hand=few, threads=alone, authors=authors) is not None
        inverted = rates(truth, few)
        given += adjusted(LABELS, codes=truth, chosen=alone, found=inverted, threads=alone, authors=authors) is not None
    assert covered / runs >= 0.95
    assert not given


def test_one_viral_post_is_one_voice() -> None:
    codes, alone = np.repeat([0, 1], [1, 50]), np.arange(51)
    scores = np.where(codes == 0, 100_000.0, 1.0)
    found = weighted(LABELS[:2], codes=codes, weights=scores, threads=alone, authors=alone, sampling=Sampling())
    assert found is not None
    assert (found.clusters, found.design_effect, found.is_small) == (51, None, True)
    assert found.lead is not None
    assert not found.lead.is_clear
    assert found["a"].low < 0.5


def test_one_loud_author_gives_no_correction() -> None:
    random, alone = np.random.default_rng(1), np.arange(700)
    truth = np.where(alone < 400, 0, random.choice(3, 700, p=TRUTH))
    authors = np.maximum(alone - 399, 0)
    by_hand = Hand(alone[::3], np.eye(3)[truth[::3]], np.ones(len(alone[::3])))
    assert corrected(LABELS, codes=truth, hand=by_hand, threads=alone, authors=authors) is None
    found = rates(truth, by_hand)
    assert adjusted(LABELS, codes=truth, chosen=alone, found=found, threads=alone, authors=authors) is None
    assert corrected(LABELS, codes=truth, hand=by_hand, threads=alone, authors=alone) is not None


def test_few_authors_behind_many_threads_are_told_so_everywhere() -> None:
    posts = [
        opinion(key, camp=CAMPS[key % 4], author=f"u{key % 3}", conversation_id=f"t{key // 3}", reasons=("models",))
        for key in range(300)
    ]
    by_hand = [
        Annotation(id=posts[key].id, key=key, annotator="ann", camp=posts[key].camp, probability=0.5, design="uniform")
        for key in range(0, 300, 2)
    ]
    found = report(posts, annotations=by_hand)
    assert found.overall is not None
    assert found.overall.sides is not None
    assert found.overall.camps.corrected is None
    by_rule = found.sensitivity[0].sides
    for raw, other in zip(found.overall.sides.shares, by_rule.shares, strict=True):
        assert (other.low, other.high) == pytest.approx((raw.low, raw.high))
    assert by_rule.lead is not None
    assert not by_rule.lead.is_clear
    named = found.reasons[0].shares[0]
    assert named is not None
    assert (named.share, named.low) == (1, pytest.approx(3 / (3 + 1.96**2), abs=1e-3))
    text = render(found)
    assert "The judged posts come from 3 authors. With fewer than 10, how far others would differ cannot" in text
    assert "stancemap annotations sample" not in text


def test_hand_labels_of_few_authors_correct_nothing_and_it_is_said() -> None:
    posts = [opinion(key, camp=CAMPS[key % 4], author=f"u{key if key > 99 else key % 5}") for key in range(300)]
    by_hand = [
        Annotation(
            id=posts[key].id, key=key, annotator="ann", camp=posts[key].camp, probability=1 / 3, design="uniform"
        )
        for key in range(100)
    ]
    found = report(posts, annotations=by_hand)
    assert "The hand-labelled posts come from 5 authors; at least 10 are needed" in render(found)


def test_a_few_loud_authors_among_many_are_told_so_everywhere() -> None:
    posts = [opinion(key, camp=CAMPS[key % 4], author=f"u{max(key - 300, 0)}") for key in range(400)]
    by_hand = [
        Annotation(id=post.id, key=post.key, annotator="ann", camp=post.camp, probability=0.5, design="uniform")
        for post in posts[::2]
    ]
    text = render(report(posts, annotations=by_hand))
    assert "The judged posts come from 100 authors, a few of whom wrote most of them." in text
    assert "Corrected for the model's mistakes" not in text
    assert "A few of them weigh most, so how alike posts of one author are cannot be told" in text
    assert ", a few of whom wrote most of what counts: read it as a hint" in text


def test_a_loud_author_of_the_hand_labelled_posts_alone_is_told_too() -> None:
    posts = [opinion(key, camp=CAMPS[key % 4], author=f"u{max(key - 50, 0)}") for key in range(600)]
    by_hand = [
        Annotation(id=post.id, key=post.key, annotator="ann", camp=post.camp, probability=1 / 6, design="uniform")
        for post in posts[:100]
    ]
    text = render(report(posts, annotations=by_hand))
    assert "come from 50 authors, a few of whom wrote most of them; at least 10 of like weight are needed" in text


@pytest.mark.parametrize(("size", "is_believed"), [(300, True), (303, True), (600, False)])
def test_a_draw_is_believed_until_the_corpus_has_outgrown_it(size: int, *, is_believed: bool) -> None:
    posts = debate(size)
    sample = draw([Opinions.of(posts[:300])], number=150, seed=1)
    by_hand = [
        Annotation(id=post.id, key=post.key, annotator="ann", camp=posts[post.key].camp, probability=post.probability,
                   design=sample.design)
        for post in sample.posts[:120]
    ]  # fmt: skip
    found = report(posts, annotations=by_hand)
    assert found.hand is not None
    assert found.overall is not None
    assert found.overall.camps.corrected is not None
    assert (found.hand.is_sample, found.overall.camps.corrected.method) == (
        (True, "PPI++") if is_believed else (False, "confusion matrix")
    )
    text = render(found)
    assert ("Trust the corrected shares and their intervals: they hold however the model errs" in text) == is_believed
    assert (
        "600 posts are judged, and many of them had no chance to be drawn (uniform, 150 of 300" in text
    ) != is_believed


def test_a_draw_is_outgrown_where_other_posts_are_judged_too() -> None:
    draws = dict.fromkeys(range(0, 300, 2), (0.5, "uniform, 150 of 300, seed 1"))
    assert not outgrown(draws, np.arange(300))
    assert not outgrown(draws, np.arange(0, 300, 10))  # a part of them
    fewer = np.concatenate([np.arange(0, 180, 2), np.arange(1, 221, 2)])  # 60% of the drawn, 67% of all: chance
    assert not outgrown(draws, fewer)
    assert outgrown(draws, np.arange(200, 450))  # fewer, most of them others
    assert not outgrown(dict.fromkeys(range(30), (0.5, "by hand")), np.arange(900))


def annotations(number: int, *, every: int = 3, **fields: object) -> list[Annotation]:
    """Hand labels of some posts of `debate`, which find every n-th neutral."""
    posts = debate(400)
    chosen = np.random.default_rng(0).choice(400, number, replace=False)
    return [
        Annotation(
            **{
                "id": posts[key].id,
                "key": int(key),
                "annotator": "ann",
                "camp": "neutral" if place % every == 0 else posts[key].camp,
                "probability": number / 400,
                "design": "uniform",
            }
            | fields
        )
        for place, key in enumerate(chosen)
    ]


def reported(found: list[Annotation]) -> str:
    return render(report(debate(400), annotations=found))


def test_the_report_leads_with_the_corrected_share_and_says_which_to_trust() -> None:
    text = reported(annotations(150))
    opening = text[: text.index("**Contents**")]
    assert "Corrected for the model's mistakes, **" in opening
    assert "150 hand labels correct its mistakes" in opening
    assert "| Share | As the model says | Corrected | Shift in points | Hand labels |" in text
    assert "Trust the corrected shares" in text
    assert "lies outside the corrected interval" in text


def test_without_usable_hand_labels_it_says_how_many_would_do() -> None:
    text = reported([])
    assert "hand labels would bring what its mistakes add to the leading share to within ±5 points" in text
    assert "stancemap annotations sample -n " in text
    assert "Only 20 posts drawn at random are labelled by hand" in reported(annotations(20))
    assert "not drawn at random" in reported(annotations(29, probability=None))


def test_two_people_are_set_beside_each_other() -> None:
    text = reported([*annotations(150, every=400), *annotations(150, every=4, annotator="bob")])
    assert "The hand labels are by 2 people. For camps, alpha is 0." in text
    assert "| camp | 150 |" in text


def test_fewer_labels_are_needed_where_the_model_is_sure() -> None:
    overall = report(debate(4_000)).overall
    assert overall is not None
    sure, unsure = labels_for_five(overall, 0.02), labels_for_five(overall, 0.3)
    assert sure is not None
    assert unsure is not None
    assert sure < 120 < unsure
    few = report(debate(40)).overall
    assert few is not None
    assert labels_for_five(few, 0.9) == 37  # nearly all of them
    fewer = report(debate(29))
    assert fewer.labels_for_five is None
    assert "no shares of fewer than 30 judged posts" in render(fewer)


def test_agreement_is_that_of_the_textbooks() -> None:
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohen(pairs) == pytest.approx(0.4)
    assert cohen([("y", "y")] * 3) is None
    units = ["aa", "aa", "bb", "bb", "ab", "cc", "cc", "ccc", "ab", "c"]  # counts as Krippendorff (2011) has them
    coincidences = 1 - (19 - 1) * 4 / (19**2 - (6**2 + 6**2 + 7**2))
    assert krippendorff(units) == pytest.approx(coincidences)
    assert krippendorff(["aa", "aa"]) is None


def test_three_people_who_share_some_posts() -> None:
    said = {"ann": "yyn", "bob": "yn", "cid": "y"}
    camps = {"y": "pro-jax", "n": "neutral"}
    rows = [
        Annotation(id=str(key), key=key, annotator=who, camp=camps[label])
        for who, labels in said.items()
        for key, label in enumerate(labels)
    ]
    (found,) = agreement(rows)
    assert (found.question, found.posts, found.equal) == ("camp", 2, 0.75)
