import itertools

import pytest
import torch

from corpus.errors import ModelError
from corpus.frameworks import FRAMEWORKS
from corpus.labels import Target
from nlp.encoding import Reader, Window, collate, most_targets
from nlp.recipe import Recipe
from tiny import SPECIAL, WORDS, tiny_tokenizer


def reader(**limits: int) -> Reader:
    return Reader(tiny_tokenizer(), SPECIAL, Recipe(**limits), FRAMEWORKS)


def words(window: Window) -> list[str]:
    return [WORDS[n] for n in window.ids]


def test_a_row_holds_slots_text_and_context() -> None:
    [[window]] = reader().windows([("i love torch", "pytorch or jax ?")])
    expected = "[CLS] [PAD] [PAD] [PAD] [SEP] i love torch [SEP] pytorch or jax ? [SEP]"
    assert " ".join(words(window)) == expected
    assert window.types == [0] * 9 + [1] * 5
    assert window.mentions == [(False, 0, 7, 8), (True, 0, 9, 10), (True, 2, 11, 12)]


def test_without_context_there_is_no_second_part() -> None:
    [[window]] = reader().windows([("i use tf", None)])
    assert words(window)[-2:] == ["tf", "[SEP]"]
    assert set(window.types) == {0}


def test_long_texts_are_windowed_and_nothing_is_lost() -> None:
    numbers = [f"word{n}" for n in range(100)]
    tokenizer = tiny_tokenizer()
    tokenizer.add_tokens(numbers)
    made = Reader(tokenizer, SPECIAL, Recipe(window=40, context=8, overlap=4), FRAMEWORKS)
    [windows] = made.windows([(" ".join([*numbers, "tf"]), "jax " * 30)])
    assert len(windows) > 1
    assert all(len(window.ids) <= 40 for window in windows)
    expected = tokenizer.encode(" ".join([*numbers, "tf"]), add_special_tokens=False).ids
    parts = [window.ids[5:-10] for window in windows]  # between the slots and the context
    assert list(dict.fromkeys(n for part in parts for n in part)) == expected
    assert all(set(one[-4:]) <= set(other) for one, other in itertools.pairwise(parts))
    named = [any(not there for there, *_ in window.mentions) for window in windows]
    assert named == [False] * (len(windows) - 1) + [True]


def many(count: int) -> list[Target]:
    return [Target(name=f"t{n}", label="torch", aliases=(f"t{n}",)) for n in range(count)]


def test_as_many_targets_as_there_is_room_for_leave_few_windows() -> None:
    most = most_targets(Recipe())
    assert most > 100
    made = Reader(tiny_tokenizer(), SPECIAL, Recipe(), many(most))
    [windows] = made.windows([("five " * 512, "one " * 100)])
    assert 1 < len(windows) < 40
    assert all(len(window.ids) == 256 for window in windows)


@pytest.mark.parametrize(
    ("recipe", "count", "room"),
    [
        (Recipe(), most_targets(Recipe()) + 1, most_targets(Recipe())),
        (Recipe(), 149, most_targets(Recipe())),
        (Recipe(window=64, context=72), 3, 0),
        (Recipe(window=110, context=72), 3, 0),
    ],
)
def test_more_targets_than_a_window_has_room_for_are_refused(recipe: Recipe, count: int, room: int) -> None:
    with pytest.raises(ModelError, match=f"have room for {room} targets, not {count}: name fewer") as caught:
        Reader(tiny_tokenizer(), SPECIAL, recipe, many(count))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("length", "room"), [(1, 5), (5, 5), (6, 5), (11, 5), (100, 17)])
def test_spans_cover_everything(length: int, room: int) -> None:
    from nlp.encoding import _spans

    spans = _spans(length, room, 2)
    assert set().union(*spans) == set(range(length))
    assert all(len(span) <= room for span in spans)
    assert len(spans) == 1 or all(len(span) == room for span in spans)


def test_a_long_context_is_shown_where_it_names_a_target() -> None:
    context = "one two three four " * 10 + "jax five"
    [[window]] = reader(context=6).windows([("this", context)])
    assert "jax" in words(window)
    assert window.mentions[0][:2] == (True, 2)


def test_a_target_named_in_either_place_wakes_weak_aliases_in_both() -> None:
    one = reader()
    assert one.mentions("lightning", "nothing here") == ([], [])
    here, there = one.mentions("lightning of course", "pytorch or tf?")
    assert [m.target for m in here] == [0]
    here, there = one.mentions("tf", "haiku?")
    assert [m.target for m in there] == [2]


def test_collate_pads_and_averages_over_mentions() -> None:
    made = reader()
    [[short], [long]] = made.windows([("tf tf", None), ("i love torch and the jax", "tf ?")])
    batch = collate([short, long], [made.names] * 2, SPECIAL)
    assert batch.ids.shape == batch.types.shape == batch.attention.shape
    assert batch.ids.shape[1] % 8 == 0
    assert batch.attention.sum(1).tolist() == [len(short.ids), len(long.ids)]
    assert batch.in_post.sum(-1).tolist() == [[0, 1, 0], [1, 0, 1]]
    assert batch.in_context.sum(-1).tolist() == [[0, 0, 0], [0, 1, 0]]
    assert batch.in_post[0, 1].max() == 0.5
    assert batch.targets.all()


def test_windows_with_fewer_targets_get_masked_slots() -> None:
    three, one = reader(), Reader(tiny_tokenizer(), SPECIAL, Recipe(), FRAMEWORKS[1:2])
    [[wide]], [[narrow]] = three.windows([("tf", None)]), one.windows([("i hate tf", None)])
    batch = collate([wide, narrow], [three.names, one.names], SPECIAL)
    assert batch.targets.tolist() == [[True, True, True], [True, False, False]]
    assert batch.attention[1, :5].tolist() == [1, 1, 0, 0, 1]
    place = int(torch.nonzero(batch.in_post[1, 0])[0, 0])
    assert WORDS[int(batch.ids[1, place])] == "tf"
