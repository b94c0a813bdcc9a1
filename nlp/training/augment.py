"""Rename targets, so that stance is learnt and not brand: the labels go with the names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.frameworks import FRAMEWORKS
from corpus.labels import Target
from nlp.mentions import Mentions

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from nlp.training.example import Example

# How people write the three, and names of other things that people argue about.
_SPELLINGS = {
    "pytorch": ("PyTorch", "pytorch", "PyTorch", "torch", "Pytorch", "Torch"),
    "tensorflow": ("TensorFlow", "tensorflow", "TF", "tf", "Keras", "Tensorflow", "TF2", "keras"),
    "jax": ("JAX", "jax", "Jax", "JAX", "Flax"),
}
_STRANGERS = (
    "React", "Vue", "Svelte", "Angular", "Postgres", "MySQL", "SQLite", "MongoDB", "vim", "emacs", "Rust", "Go", "Zig",
    "Kotlin", "Django", "Flask", "FastAPI", "polars", "pandas", "Spark", "Dask", "Julia", "MATLAB", "R", "Terraform",
    "Pulumi", "Podman", "Docker", "Arch", "Debian", "Fedora", "Nikon", "Canon", "Blender", "Maya", "Unity", "Godot",
    "MXNet", "Theano", "Chainer", "Caffe", "Mindspore", "Paddle", "tinygrad", "Mojo", "Kestrel", "Orbit", "Lumen",
)  # fmt: skip


def permute(example: Example, chance: random.Random) -> Example:
    """Give each framework the name of another (or its own), at random."""
    order = list(FRAMEWORKS)
    chance.shuffle(order)
    return rename(example, order, [chance.choice(_SPELLINGS[target.name]) for target in order])


def estrange(example: Example, chance: random.Random) -> Example:
    """Give the targets the names of things from other debates."""
    names = chance.sample(_STRANGERS, len(example.targets))
    return rename(example, [Target(name=name, label=name, aliases=(name,)) for name in names], names)


def rename(example: Example, targets: Sequence[Target], spellings: Sequence[str]) -> Example:
    """Call target number n `targets[n]`, spelt `spellings[n]`, in the text and in its context."""
    mentions = Mentions(example.targets)
    context = example.context and _renamed(example.context, mentions, spellings)
    return replace(example, targets=tuple(targets), text=_renamed(example.text, mentions, spellings), context=context)


def shuffle(example: Example, chance: random.Random) -> Example:
    """Put the targets in another order, the labels with them."""
    order = list(range(len(example.targets)))
    chance.shuffle(order)
    place = {old: new for new, old in enumerate(order)} | {len(order): len(order)}
    lesson = example.lesson
    columns = [*order, len(order)]
    return replace(
        example,
        targets=tuple(example.targets[n] for n in order),
        stances=example.stances and tuple(example.stances[n] for n in order),
        camp=None if example.camp is None else place[example.camp],
        left=None if example.left is None else place[example.left],
        joined=None if example.joined is None else place[example.joined],
        lesson=lesson
        and replace(
            lesson,
            camp=lesson.camp[columns],
            stance=lesson.stance[order],
            left=lesson.left[columns],
            joined=lesson.joined[columns],
        ),
    )


def _renamed(text: str, mentions: Mentions, spellings: Sequence[str]) -> str:
    for mention in reversed(mentions.find(text)):
        text = text[: mention.start] + spellings[mention.target] + text[mention.end :]
    return text
