import pytest
import torch

from corpus.frameworks import FRAMEWORKS
from corpus.labels import Target
from nlp.encoding import Batch, Reader, collate
from nlp.model import Outputs
from tiny import SPECIAL, tiny_checkpoint

CHECKPOINT = tiny_checkpoint()


def batch(texts: list[tuple[str, str | None]], targets: tuple[Target, ...] = FRAMEWORKS) -> Batch:
    reader = Reader(CHECKPOINT.tokenizer, SPECIAL, CHECKPOINT.recipe, targets)
    windows = [window for [window] in reader.windows(texts)]
    return collate(windows, [reader.names] * len(windows), SPECIAL)


@torch.inference_mode()
def outputs(texts: list[tuple[str, str | None]], targets: tuple[Target, ...] = FRAMEWORKS) -> Outputs:
    result: Outputs = CHECKPOINT.model(batch(texts, targets))
    return result


def test_shapes() -> None:
    made = outputs([("i love torch", None), ("tf or jax ?", "i use the keras")])
    assert {name: tuple(value.shape) for name, value in made._asdict().items()} == {
        "camp": (2, 4), "stance": (2, 3, 3), "sentiment": (2, 3), "reasons": (2, 15), "left": (2, 4), "joined": (2, 4),
        "relevance": (2,),
    }  # fmt: skip


def test_batch_mates_and_padding_do_not_matter() -> None:
    text = ("i love torch and hate tf", "pytorch or tf ?")
    alone, together = outputs([text]), outputs([text, ("one two three four five " * 8, None)])
    for one, other in zip(alone, together, strict=True):
        torch.testing.assert_close(one[0], other[0], atol=1e-5, rtol=1e-4)


def test_masked_slots_do_not_matter() -> None:
    one = FRAMEWORKS[:1]
    reader, wide = (Reader(CHECKPOINT.tokenizer, SPECIAL, CHECKPOINT.recipe, t) for t in (one, FRAMEWORKS))
    [[narrow]], [[other]] = reader.windows([("i love torch", None)]), wide.windows([("tf", None)])
    with torch.inference_mode():
        alone = CHECKPOINT.model(collate([narrow], [reader.names], SPECIAL))
        mixed = CHECKPOINT.model(collate([narrow, other], [reader.names, wide.names], SPECIAL))
    assert mixed.camp[0, 1:3].max() < -1e3
    assert torch.isfinite(mixed.stance).all()
    assert alone.camp.shape == (1, 2)


def test_targets_are_told_apart_and_direction_matters() -> None:
    made = outputs([("torch is better than tf", None), ("tf is better than torch", None)])
    assert not torch.allclose(made.stance[0, 0], made.stance[0, 1], atol=1e-4)
    assert not torch.allclose(made.camp[0], made.camp[1], atol=1e-4)


def test_a_context_is_read() -> None:
    made = outputs([("this", "i love torch"), ("this", "i hate torch")])
    assert not torch.allclose(made.stance[0], made.stance[1], atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_number_of_targets(count: int) -> None:
    targets = tuple(Target(name=word, label=word, aliases=(word,)) for word in ("one", "two", "three", "four", "five"))
    made = outputs([("one is better than two", None)], targets[:count])
    assert made.camp.shape == (1, count + 1)
    assert torch.isfinite(made.camp).all()
