import random

from corpus.frameworks import FRAMEWORKS, JAX, PYTORCH, TENSORFLOW
from nlp.mentions import Mentions
from nlp.training.augment import estrange, permute, rename, shuffle
from nlp.training.example import Example

EXAMPLE = Example(
    id="1", source="written", text="torch beats TF, tf!", context="PyTorch or Keras?", targets=FRAMEWORKS, camp=0,
    stances=(2, 0, 1), sentiment=1, left=1, joined=0,
)  # fmt: skip


def test_names_change_and_labels_stay_with_their_targets() -> None:
    made = rename(EXAMPLE, [JAX, PYTORCH, TENSORFLOW], ["jax", "torch", "tf"])
    assert (made.text, made.context) == ("jax beats torch, torch!", "jax or torch?")
    assert made.targets == (JAX, PYTORCH, TENSORFLOW)
    assert (made.camp, made.stances) == (EXAMPLE.camp, EXAMPLE.stances)


def test_permuted_texts_name_the_targets_that_they_are_labelled_for() -> None:
    chance = random.Random(1)
    for _ in range(20):
        made = permute(EXAMPLE, chance)
        found = [mention.target for mention in Mentions(made.targets).find(made.text)]
        assert found == [0, 1, 1]
        assert sorted(target.name for target in made.targets) == ["jax", "pytorch", "tensorflow"]


def test_strangers_are_found_in_the_text_too() -> None:
    made = estrange(EXAMPLE, random.Random(2))
    assert not {target.name for target in made.targets} & {"pytorch", "tensorflow", "jax"}
    assert [mention.target for mention in Mentions(made.targets).find(made.text)] == [0, 1, 1]


def test_order_carries_every_label_along() -> None:
    for seed in range(6):
        made = shuffle(EXAMPLE, random.Random(seed))
        place = {target.name: n for n, target in enumerate(made.targets)}
        assert made.stances is not None
        assert [made.stances[place[name]] for name in ("pytorch", "tensorflow", "jax")] == [2, 0, 1]
        assert (made.camp, made.joined, made.left) == (place["pytorch"], place["pytorch"], place["tensorflow"])
    neutral = shuffle(Example(id="2", source="s", text="", targets=FRAMEWORKS, camp=3), random.Random(1))
    assert (neutral.camp, neutral.stances, neutral.left) == (3, None, None)
