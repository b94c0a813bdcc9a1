"""A teacher's lessons: they follow their targets, they reach the loss, and a model learns from them alone."""

import dataclasses
import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from corpus.frameworks import FRAMEWORKS
from corpus.labels import Target
from nlp.checkpoint import Checkpoint, load, save
from nlp.predict import predict_examples
from nlp.training.augment import shuffle
from nlp.training.example import Example
from nlp.training.feed import Feed, truth
from nlp.training.loop import train
from nlp.training.loss import distance
from nlp.training.run import run
from nlp.training.sources import Sources
from nlp.training.teacher import Teacher
from nlp.training.unlabelled import crossed, sentences
from test_training import EXAMPLES, settings
from tiny import tiny_checkpoint

CPU = torch.device("cpu")
BARE = [Example(id=e.id, source="unlabelled", text=e.text, targets=e.targets) for e in EXAMPLES]
PAIR = (Target(name="a", label="torch", aliases=("torch",)), Target(name="b", label="tf", aliases=("tf",)))


def trained(examples: list[Example], teacher: Teacher | None = None) -> Checkpoint:
    made = tiny_checkpoint()
    feed = Feed(made.tokenizer, made.special, made.recipe)
    stages = (dataclasses.replace(settings().stages[0], epochs=30),)
    plan = settings(taught=1.0, stages=stages)
    list(train(made.model, feed, {"written": examples}, settings=plan, device=CPU, teacher=teacher))
    return made


def right(made: Checkpoint) -> int:
    read = predict_examples(made, EXAMPLES[:6], CPU)
    return sum(int(answer.camp.argmax()) == example.camp for example, answer in zip(EXAMPLES, read, strict=False))


def test_a_model_learns_from_lessons_alone() -> None:
    teacher = Teacher(trained(EXAMPLES), CPU)
    assert right(trained(BARE, teacher)) >= 5
    assert right(trained(BARE)) < 5


def test_a_lesson_is_what_the_teacher_says_where_nothing_is_renamed() -> None:
    made = tiny_checkpoint()
    taught = Teacher(made, CPU).teach(BARE[:6])
    for example, answer in zip(taught, predict_examples(made, BARE[:6], CPU), strict=True):
        assert example.lesson is not None
        np.testing.assert_allclose(example.lesson.camp, answer.camp, atol=1e-3)
        np.testing.assert_allclose(example.lesson.stance, answer.stance, atol=1e-3)


def test_lessons_of_fewer_targets_keep_their_columns_beside_wider_mates() -> None:
    narrow = Example(id="n", source="compsent", text="torch is better than tf", targets=PAIR)
    alone = Teacher(tiny_checkpoint(), CPU).teach([narrow])[0].lesson
    beside = Teacher(tiny_checkpoint(), CPU).teach([narrow, BARE[0]])[0].lesson
    assert alone is not None
    assert beside is not None
    assert beside.camp.shape == (3,)
    np.testing.assert_allclose(alone.camp, beside.camp, atol=1e-3)
    lesson = truth([dataclasses.replace(narrow, lesson=alone)], width=3).lesson
    assert lesson is not None
    assert lesson.camp[0, 2] == 0
    assert lesson.camp[0].sum() == pytest.approx(1, abs=1e-3)


def test_the_order_of_targets_carries_the_lesson_along() -> None:
    taught = Teacher(tiny_checkpoint(), CPU).teach(BARE[:1])[0]
    moved = shuffle(taught, random.Random(3))
    assert taught.lesson is not None
    assert moved.lesson is not None
    assert moved.targets != FRAMEWORKS
    for n, target in enumerate(moved.targets):
        place = FRAMEWORKS.index(target)
        assert moved.lesson.camp[n] == taught.lesson.camp[place]
        assert (moved.lesson.stance[n] == taught.lesson.stance[place]).all()
    assert moved.lesson.camp[-1] == taught.lesson.camp[-1]


def test_the_distance_is_least_where_the_model_says_the_same() -> None:
    made = tiny_checkpoint()
    feed = Feed(made.tokenizer, made.special, made.recipe)
    items = [(example, *feed.windows(example)) for example in Teacher(made, CPU).teach(BARE[:6])]
    batch, labels = feed.batch([(example, windows[0], names) for example, windows, names in items])
    with torch.no_grad():
        outputs, weights = made.model(batch), settings().loss
    own = outputs._replace(
        **{head: getattr(outputs, head).softmax(-1) for head in ("camp", "stance", "sentiment", "left", "joined")},
        **{head: getattr(outputs, head).sigmoid() for head in ("reasons", "relevance")},
    )
    assert labels.lesson is not None
    other = own._replace(camp=own.camp.roll(1, -1), sentiment=own.sentiment.roll(1, -1))
    assert distance(outputs, own, weights) < distance(outputs, other, weights)
    assert distance(outputs, own, weights) == pytest.approx(float(distance(outputs, labels.lesson, weights)), abs=0.05)


def test_a_batch_is_taught_only_where_all_of_it_is() -> None:
    taught = Teacher(tiny_checkpoint(), CPU).teach(BARE[:2])
    assert truth(taught, 3).lesson is not None
    assert truth([*taught, BARE[3]], 3).lesson is None


def test_unlabelled_texts_say_nothing_of_their_own() -> None:
    long = dataclasses.replace(EXAMPLES[0], text="I have used torch for years. It never let me down. I stay with it.")
    cuts = list(sentences([long, EXAMPLES[1]]))
    said = {"I have used torch for years.", "It never let me down.", "I stay with it."}
    assert {cut.text for cut in cuts} == said
    replies = [dataclasses.replace(e, id=str(n), context=f"parent {n}") for n, e in enumerate(EXAMPLES[:6])]
    mixed = list(crossed(replies))
    assert mixed
    assert all(example.context != f"parent {example.id}" for example in mixed)
    assert all(example.camp is None and example.stances is None for example in [*cuts, *mixed])


def test_a_run_says_who_taught_it(tmp_path: Path) -> None:
    base, teacher = tmp_path / "base", trained(EXAMPLES)
    save(base, tiny_checkpoint())
    sources = Sources(train={"written": BARE}, dev={"written": EXAMPLES[:6]})
    plan = settings(taught=1.0, stages=(dataclasses.replace(settings().stages[0], epochs=30),))
    list(run(tmp_path / "model", sources, base=str(base), name="mine", settings=plan, device=CPU, teacher=teacher))
    assert right(load(tmp_path / "model")) >= 5
    assert json.loads((tmp_path / "model" / "training.json").read_text())["teacher"] == "tiny 0"
