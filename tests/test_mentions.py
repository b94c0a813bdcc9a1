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


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("McDonald’s", "I like McDonald’s"),
        ("McDonald's", "I like McDonald’s"),
        ("@jax_ml", "thanks @jax_ml"),
        ("jax-ml.bsky.social", "thanks @jax-ml.bsky.social"),
        ("@jax_ml@fosstodon.org", "thanks @jax_ml@fosstodon.org"),
        ("fast.ai", "thanks @fast.ai"),
        (" React  Native", "React Native"),
        ("Citroe\u0308n", "a Citro\u00ebn"),
        ("Citro\u00ebn", "a Citroe\u0308n"),
        ("C++", "we write C++17"),
        ("torch**", "torchvision"),
    ],
)
def test_an_alias_is_found_however_it_and_the_text_are_written(alias: str, text: str) -> None:
    mentions = Mentions([Target(name="it", label="It", aliases=(alias,))])
    assert [mention.target for mention in mentions.find(mentions.clean(text))] == [0]


def test_an_apostrophe_matches_in_texts_that_were_not_cleaned() -> None:
    mentions = Mentions([Target(name="m", label="M", aliases=("McDonald’s",))])
    assert len(mentions.find("McDonald’s, McDonald's")) == 2


def test_a_sign_ends_an_alias_and_a_letter_does_not() -> None:
    aliases = ("C", "C++")
    mentions = Mentions([Target(name=alias, label=alias, aliases=(alias,)) for alias in aliases])
    assert [aliases[mention.target] for mention in mentions.find("C++17, C++, C, Cobol, C17")] == ["C++", "C++", "C"]


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("@bob@torch.social hi", []),
        ("@bob.torch.social hi", []),
        ("@torch.no_grad() def f", ["pytorch"]),
        ("@tf.function", ["tensorflow"]),
        ("@jax.jit", ["jax"]),
        ("@jax.bsky.social hi", ["jax"]),
        ("https://pytorch.org/docs", []),
    ],
)
def test_hosts_name_no_target_and_decorators_do(text: str, targets: list[str]) -> None:
    assert named(MENTIONS.clean(text)) == targets


def test_an_empty_alias_names_nothing() -> None:
    assert Mentions([Target(name="it", label="It", aliases=("@", ""))]).find("any @word at all") == []
