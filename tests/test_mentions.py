import pytest

from corpus.frameworks import FRAMEWORKS
from corpus.labels import Target
from nlp.mentions import Mentions

MENTIONS = Mentions(FRAMEWORKS)


def named(text: str) -> list[str]:
    return [FRAMEWORKS[mention.target].name for mention in MENTIONS.find(text)]


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("PyTorch or TF2?", ["pytorch", "tensorflow"]),
        ("tf.function and torch.nn, jax.numpy", ["tensorflow", "pytorch", "jax"]),
        ("pytorch-lightning", ["pytorch", "pytorch"]),
        ("tensorflow_probability", ["tensorflow"]),
        ("tensor  flow", ["tensorflow"]),
        ("a torched car, Ajax and wtf", []),
        ("#jax @PyTorch", ["jax", "pytorch"]),
        ("Keras", ["tensorflow"]),
        ("", []),
    ],
)
def test_names_are_found_as_whole_words(text: str, targets: list[str]) -> None:
    assert named(text) == targets


def test_weak_aliases_need_company() -> None:
    assert named("lightning struck, Haiku for you") == []
    assert named("pt or tf") == ["pytorch", "tensorflow"]
    assert [mention.target for mention in MENTIONS.find("haiku", weak=True)] == [2]


def test_spans_are_those_of_the_text() -> None:
    text = "Use libtorch, not TensorFlow!"
    assert [text[mention.start : mention.end] for mention in MENTIONS.find(text)] == ["libtorch", "TensorFlow"]


def test_aliases_may_hold_signs() -> None:
    mentions = Mentions(
        [Target(name="cpp", label="C++", aliases=("c++",)), Target(name="vue", label="Vue", aliases=("vue.js",))]
    )
    assert [mention.target for mention in mentions.find("C++ and Vue.js and vuexjs")] == [0, 1]


def test_the_longest_name_wins_whoever_comes_first() -> None:
    react, native = (
        Target(name="r", label="R", aliases=("react",)),
        Target(name="n", label="N", aliases=("react native",)),
    )
    for targets in ((react, native), (native, react)):
        found = Mentions(targets).find("React Native is slow, React is not")
        assert [targets[mention.target].name for mention in found] == ["n", "r"]
