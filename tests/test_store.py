"""Posts, labels and what reports read: kept, merged and streamed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from corpus.errors import CorpusError
from corpus.labels import Abstained, Labels, StanceLabel, abstention
from corpus.post import Post, State
from corpus.reading import Reading
from corpus.store import Added, LabelSet, Payload, Store
from labelling import give

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2023, 1, 14, 12, tzinfo=UTC)
FULL = Post(
    platform="reddit",
    id="t1_b",
    conversation_id="t3_a",
    reply_to="t3_a",
    quoted="t1_q",
    community="MachineLearning",
    author="ann",
    created_at=NOON,
    title="Why?",
    text="PyTorch feels like Python. 🔥",
    language="en",
    url="https://example.org/b",
    score=3,
    seen_at=NOON + timedelta(days=1),
)
LABELS = Labels(
    camp={"neutral": 0.2, "pytorch": 0.7, "tensorflow": 0.1},
    sentiment={"negative": 0.1, "neutral": 0.2, "positive": 0.7},
    stances={
        "pytorch": StanceLabel(against=0.05, none=0.15, favor=0.8),
        "tensorflow": StanceLabel(against=0.6, none=0.3, favor=0.1),
    },
    reasons={"usability": 0.9, "debugging": 0.4},
    switched_from="tensorflow",
    switched_to="pytorch",
    windows=2,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "corpus.db") as store:
        yield store


def post(name: str, **fields: object) -> Post:
    return replace(Post(platform="x", id=name, conversation_id="1", text=f"text of {name}"), **fields)  # type: ignore[arg-type]


def add(store: Store, *posts: Post) -> Added:
    return store.add((post, None) for post in posts)


def start(store: Store, name: str = "first") -> LabelSet:
    return store.label_set(name, model="m", revision="r", config_hash="c")


def label_all(store: Store, label_set: LabelSet) -> list[str]:
    """Label what is left and name it."""
    readings = list(store.unlabelled(label_set))
    store.add_labels(label_set, ((reading, LABELS) for reading in readings))
    return [reading.post.id for reading in readings]


def test_a_post_comes_back_as_it_went_in(store: Store) -> None:
    repost = post("2", reposted="1", state=State.TRUNCATED)
    assert add(store, FULL, repost) == Added(new=2)
    assert list(store.posts()) == [FULL, repost]
    assert store.get("reddit", "t1_b") == FULL
    assert store.get("x", "t1_b") is None
    assert store.count() == 2


def test_times_are_kept_in_utc_to_the_second(store: Store) -> None:
    cet = timezone(timedelta(hours=1))
    add(store, post("1", created_at=datetime(2023, 1, 14, 19, 3, 11, 987654, tzinfo=cet)))
    assert store.get("x", "1") == post("1", created_at=datetime(2023, 1, 14, 18, 3, 11, tzinfo=UTC))
    with closing(sqlite3.connect(store.path)) as plain:
        assert plain.execute("SELECT created_at FROM posts").fetchone() == ("2023-01-14T18:03:11Z",)
    with pytest.raises(ValueError, match="without a time zone"):
        add(store, post("2", created_at=datetime(2023, 1, 14)))


def test_half_a_surrogate_pair_does_not_lose_the_page(store: Store) -> None:
    add(store, post("1", text="cut \ud83d"), post("2", author="b\udc00"))
    assert [(each.text, each.author) for each in store.posts()] == [("cut ?", None), ("text of 2", "b?")]


def test_seen_again_is_unchanged_or_updated_never_doubled(store: Store) -> None:
    add(store, FULL, post("1"))
    assert add(store, FULL, post("1"), post("2")) == Added(new=1, unchanged=2)
    assert add(store, replace(FULL, score=4), post("1")) == Added(updated=1, unchanged=1)
    assert store.get("reddit", "t1_b") == replace(FULL, score=4)
    assert store.count() == 3


def test_the_same_id_on_two_platforms_is_two_posts(store: Store) -> None:
    assert add(store, post("1"), post("1", platform="reddit")) == Added(new=2)


def test_one_call_may_hold_a_post_several_times(store: Store) -> None:
    sights = [post("1", score=1), post("2"), post("1", score=2, author="ann"), post("1", score=3)]
    assert add(store, *sights) == Added(new=2, unchanged=2)
    assert list(store.posts()) == [post("1", score=3, author="ann"), post("2")]
    assert add(store, *sights) == Added(unchanged=4)  # the same page again ends where it began


def test_an_edit_within_one_call_is_unchanged_the_next_time(store: Store) -> None:
    page = [(post("1", text=text), Payload("x", text.encode())) for text in ("first", "edited")]
    assert store.add(page) == Added(new=1, unchanged=1)
    assert store.add(page) == Added(unchanged=2)
    assert list(store.payloads()) == [("x", b"edited", post("1", text="edited"))]


def test_one_call_may_be_longer_than_a_page(store: Store) -> None:
    many = [post(str(number)) for number in range(4_500)]
    assert add(store, *many, *many) == Added(new=4_500, unchanged=4_500)
    assert list(store.posts()) == many


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
def test_a_call_is_all_or_nothing(store: Store, kind: type[BaseException]) -> None:
    def broken() -> Iterator[tuple[Post, None]]:
        for number in range(3_000):
            yield post(str(number)), None
        raise kind

    with pytest.raises(kind):
        store.add(broken())
    assert store.count() == 0
    assert add(store, post("1")) == Added(new=1)


@pytest.mark.parametrize(
    ("sight", "expected"),
    [
        pytest.param({"text": "new", "seen_at": NOON}, {}, id="an older sight changes nothing"),
        pytest.param({"text": "new", "seen_at": FULL.seen_at}, {"text": "new"}, id="as old: it counts"),
        pytest.param({"text": "new", "seen_at": None}, {"text": "new"}, id="of unknown time: it counts"),
        pytest.param({"text": "PyTo…", "state": State.TRUNCATED, "score": 9}, {"score": 9}, id="cut text loses"),
        pytest.param({"text": "", "score": 9}, {"score": 9}, id="no text loses"),
        pytest.param(
            dict.fromkeys(
                ("reply_to", "quoted", "community", "author", "created_at", "title", "language", "url", "score")
            ),
            {},
            id="what a sight does not know stays",
        ),
        pytest.param({"conversation_id": "t1_b"}, {}, id="a reply is not its own conversation"),
        pytest.param({"conversation_id": "t3_z"}, {"conversation_id": "t3_z"}, id="a conversation can be mended"),
        pytest.param(
            {"state": State.DELETED, "text": "", "title": None, "author": None, "score": None, "url": None},
            {"state": State.DELETED, "text": "", "title": None, "author": None, "url": None},
            id="a deletion takes text, title, author and address",
        ),
        pytest.param({"state": State.REMOVED, "text": ""}, {"state": State.REMOVED, "text": ""}, id="a removal too"),
        pytest.param({"state": State.REMOVED}, {"state": State.REMOVED}, id="a removal that leaves the text"),
    ],
)  # fmt: skip
def test_merging(store: Store, sight: dict[str, object], expected: dict[str, object]) -> None:
    add(store, FULL)
    result = add(store, replace(FULL, **sight))  # type: ignore[arg-type]
    assert store.get("reddit", "t1_b") == replace(FULL, **expected)  # type: ignore[arg-type]
    assert result == (Added(updated=1) if expected else Added(unchanged=1))


def test_cut_text_gives_way_to_whole_and_to_other_cut_text(store: Store) -> None:
    add(store, post("1", text="RT: it…", state=State.TRUNCATED))
    assert add(store, post("1", text="RT: it is…", state=State.TRUNCATED)) == Added(updated=1)
    assert add(store, post("1", text="it is what it is")) == Added(updated=1)
    assert store.get("x", "1") == post("1", text="it is what it is")


def test_a_deleted_post_comes_back_only_with_a_later_sight(store: Store) -> None:
    gone = post("1", text="", state=State.DELETED, seen_at=NOON)
    add(store, gone)
    assert add(store, post("1"), post("1", seen_at=NOON - timedelta(1))) == Added(unchanged=2)
    assert store.get("x", "1") == gone
    later = post("1", seen_at=NOON + timedelta(1))
    assert add(store, later) == Added(updated=1)
    assert store.get("x", "1") == later


def test_payloads_come_back_with_their_posts(store: Store) -> None:
    first, second = b'{"a": 1}', b'{"b": "' + b"x" * 100_000 + b'"}'
    store.add([(post("1"), Payload("x", first)), (post("2"), None), (post("3"), Payload("hn", second))])
    assert list(store.payloads()) == [("x", first, post("1")), ("hn", second, post("3"))]


def test_the_payload_is_that_of_the_text(store: Store) -> None:
    def payload_after(sight: Post, body: bytes | None) -> list[bytes]:
        store.add([(sight, body and Payload("x", body))])  # type: ignore[list-item]
        return [body for _, body, _ in store.payloads()]

    assert payload_after(post("1"), None) == []
    assert payload_after(post("1"), b"one") == [b"one"]
    assert payload_after(post("1"), b"same post") == [b"one"]
    assert payload_after(post("1", score=2), b"two") == [b"two"]
    assert payload_after(post("1", score=3), None) == [b"two"]
    assert payload_after(post("1", text="cu", state=State.TRUNCATED, score=4), b"cut") == [b"two"]
    assert payload_after(post("1", text="edited"), None) == []
    assert payload_after(post("1", text="edited"), b"edited") == [b"edited"]
    assert payload_after(post("1", text="", state=State.DELETED), b"gone") == [b"gone"]
    assert payload_after(post("1"), b"back") == [b"gone"]


def test_a_deletion_without_payload_deletes_the_payload(store: Store) -> None:
    store.add([(post("1"), Payload("x", b"secret"))])
    store.add([(post("1", text="", state=State.DELETED), None)])
    assert list(store.payloads()) == []


def test_label_sets_are_named_once(store: Store) -> None:
    assert store.default_label_set() is None
    first = start(store)
    assert start(store) == first
    assert first.created_at.tzinfo is not None
    with pytest.raises(CorpusError, match=r"'first' was made by m .*pick another name"):
        store.label_set("first", model="m", revision="r2", config_hash="c")
    second = start(store, "second")
    assert store.label_sets() == (first, second)
    assert store.default_label_set() == second


def test_a_reading_holds_what_the_post_answers(store: Store) -> None:
    root = post("1", title="Title")
    answer, deep = post("2", reply_to="1", quoted="9"), post("3", reply_to="2")
    lost, quoted = post("4", reply_to="77", conversation_id="88"), post("9", conversation_id="9")
    add(store, root, answer, deep, lost, quoted)
    assert list(store.unlabelled(start(store))) == [
        Reading(key=1, post=root),
        Reading(key=2, post=answer, parent="Title\n\ntext of 1", quoted="text of 9"),
        Reading(key=3, post=deep, parent="text of 2", root="Title\n\ntext of 1"),
        Reading(key=4, post=lost),
        Reading(key=5, post=quoted),
    ]


def test_only_readable_posts_are_to_be_labelled(store: Store) -> None:
    states = [post(state.value, state=state) for state in State]
    add(store, *states, post("repost", reposted="live"))
    label_set = start(store)
    assert store.count_unlabelled(label_set) == 2
    assert label_all(store, label_set) == ["live", "truncated"]
    assert store.count_unlabelled(label_set) == 0
    assert label_all(store, start(store, "second")) == ["live", "truncated"]


def test_labels_may_be_added_while_readings_stream(store: Store) -> None:
    add(store, *(post(str(number)) for number in range(25)))
    label_set = start(store)
    seen = []
    for reading in store.unlabelled(label_set, batch=4):
        store.add_labels(label_set, [(reading, LABELS)])
        seen.append(int(reading.post.id))
        if reading.post.id == "3":
            add(store, post("25"))
    assert seen == list(range(26))


def test_labels_come_back_as_they_went_in(store: Store) -> None:
    add(store, *(post(str(number)) for number in range(5)))
    label_set, other = start(store), start(store, "other")
    camps_only = replace(LABELS, stances={}, sentiment={}, camp={"jax": 0.4, "neutral": 0.2, "pytorch": 0.4})
    give(store, label_set, [(1, LABELS), (2, abstention(Abstained.LANGUAGE)), (4, camps_only)])
    give(store, other, [(3, LABELS)])
    labelled = [labels for _, labels in store.labelled(label_set)]
    assert labelled == [LABELS, abstention(Abstained.LANGUAGE), None, camps_only, None]
    assert labelled[3] is not None
    assert labelled[3].camp_label == "pro-jax"  # a tie falls as it fell
    assert [labels for _, labels in store.labelled(other)] == [None, None, LABELS, None, None]
    assert [labels for _, labels in store.labelled(None)] == [None] * 5


def test_labels_once_given_stay(store: Store) -> None:
    add(store, post("1"))
    label_set = start(store)
    give(store, label_set, [(1, LABELS)])
    give(store, label_set, [(1, abstention(Abstained.EMPTY))])
    assert [labels for _, labels in store.labelled(label_set)] == [LABELS]


def test_a_post_deleted_while_it_was_read_gets_no_labels(store: Store) -> None:
    add(store, post("1"), post("2", conversation_id="2"))
    label_set = start(store)
    readings = list(store.unlabelled(label_set))
    add(store, post("1", text="", state=State.DELETED))
    store.add_labels(label_set, ((reading, LABELS) for reading in readings))
    assert [labels for _, labels in store.labelled(label_set)] == [None, LABELS]


THREAD = (
    post("1", conversation_id="1"),
    post("2", reply_to="1"),
    post("3", reply_to="2"),
    post("4", quoted="2", conversation_id="4"),
    post("5", reply_to="6"),
    post("2", platform="reddit"),
    post("7", platform="reddit", reply_to="2"),
    post("8", platform="reddit", quoted="2"),
)


@pytest.mark.parametrize(
    ("edited", "left"),
    [
        pytest.param(post("1", text="edited"), ["1", "2", "3", "5"], id="the root"),
        pytest.param(
            post("2", reply_to="1", text="edited"), ["2", "3", "4"], id="its own text, a parent, a quoted post"
        ),
        pytest.param(post("2", reply_to="1", language="de"), ["2"], id="the language"),
        pytest.param(post("6", title="a parent"), ["5", "6"], id="a parent that was missing"),
        pytest.param(post("2", reply_to="1", score=7), [], id="the score is not read"),
    ],
)
def test_a_text_edited_while_it_was_read_is_left_to_be_read_again(store: Store, edited: Post, left: list[str]) -> None:
    add(store, *THREAD[:5])
    label_set = start(store)
    readings = list(store.unlabelled(label_set))
    with Store.open(store.path) as other:
        add(other, edited)
    stored = store.add_labels(label_set, ((reading, LABELS) for reading in readings))
    assert [reading.post.id for reading in readings if reading.key not in stored] == [n for n in left if n != "6"]
    assert label_all(store, label_set) == left
    assert label_all(store, label_set) == []


@pytest.mark.parametrize("name", [None, "second", "first"])
def test_a_label_set_deleted_while_it_is_made_gets_no_more_labels(store: Store, name: str | None) -> None:
    add(store, post("1"), post("2"))
    label_set = start(store)
    readings = list(store.unlabelled(label_set))
    store.add_labels(label_set, [(readings[0], LABELS)])
    store.delete_label_set(label_set)
    if name:
        again = store.label_set(name, model="another", revision="r", config_hash="c")
        assert again.key == label_set.key
    with pytest.raises(CorpusError, match=r"^the label set 'first' was deleted while it was being made: run .*anew$"):
        store.add_labels(label_set, [(readings[1], LABELS)])
    with closing(sqlite3.connect(store.path)) as plain:
        assert plain.execute("SELECT count(*) FROM labels").fetchone() == (0,)


@pytest.mark.parametrize(
    ("sight", "relabelled"),
    [
        pytest.param(post("2", reply_to="1", text="edited"), ["2", "3", "4"], id="the post, its replies and quotes"),
        pytest.param(post("2", reply_to="1", title="new title"), ["2", "3", "4"], id="a title is text"),
        pytest.param(post("1", text="edited"), ["1", "2", "3", "5"], id="the thread that it began"),
        pytest.param(post("1", reply_to="0"), ["1"], id="another parent"),
        pytest.param(post("3", reply_to="2", conversation_id="4"), ["3"], id="another root"),
        pytest.param(post("1", language="de"), ["1"], id="another language"),
        pytest.param(post("4", quoted="1", conversation_id="4"), ["4"], id="another quoted post"),
        pytest.param(post("6", reply_to="1"), ["5", "6"], id="a parent that was missing"),
        pytest.param(post("6", text="", state=State.DELETED), [], id="a missing parent that is gone"),
        pytest.param(post("2", reply_to="1", text="", state=State.DELETED), ["3", "4"], id="a deletion"),
        pytest.param(post("2", reply_to="1", state=State.REMOVED), [], id="a removal that leaves the text"),
        pytest.param(post("2", reply_to="1", score=5, author="ann"), [], id="score and author are not read"),
        pytest.param(post("2", reply_to="1"), [], id="nothing new"),
    ],
)
def test_labels_of_changed_texts_go(store: Store, sight: Post, relabelled: list[str]) -> None:
    add(store, *THREAD)
    label_set = start(store)
    assert len(label_all(store, label_set)) == len(THREAD)
    add(store, sight)
    assert label_all(store, label_set) == relabelled
    with closing(sqlite3.connect(store.path)) as plain:
        assert plain.execute("SELECT count(*) FROM labels").fetchone() == (store.count() - (sight.state != State.LIVE),)
        orphans = "SELECT count(*) FROM stances WHERE post NOT IN (SELECT post FROM labels)"
        assert plain.execute(orphans).fetchone() == (0,)


def test_labels_made_without_the_root_go_when_it_comes(store: Store) -> None:
    add(store, post("2", reply_to="1"), post("3", reply_to="2"), post("4", conversation_id="5", reply_to="5"))
    label_set = start(store)
    assert label_all(store, label_set) == ["2", "3", "4"]
    add(store, post("1", title="PyTorch or JAX?"))
    assert [(reading.post.id, reading.root) for reading in store.unlabelled(label_set)] == [
        ("2", None),
        ("3", "PyTorch or JAX?\n\ntext of 1"),
        ("1", None),
    ]


@pytest.mark.parametrize(
    ("gone", "relabelled"),
    [
        pytest.param("1", ["2", "3", "5"], id="the thread that it began"),
        pytest.param("2", ["3", "4", "10"], id="replies, quotes, and quotes of its reposts"),
    ],
)
def test_labels_made_with_a_wiped_text_go_once(store: Store, gone: str, relabelled: list[str]) -> None:
    repost = post("9", reposted="2", conversation_id="9")
    add(store, *THREAD, repost, post("10", quoted="9", conversation_id="10"))
    label_set = start(store)
    label_all(store, label_set)
    assert store.wipe("x", [(gone, State.DELETED)]) == 1
    assert label_all(store, label_set) == relabelled
    assert store.wipe("x", [(gone, State.DELETED)]) == 0
    assert label_all(store, label_set) == []


def test_wiping_leaves_nothing_that_names_the_author(store: Store) -> None:
    own = {"author": "ann", "url": "https://x.com/ann/status/1"}
    add(store, post("1", **own), post("2", reposted="1", author="bob", url="https://x.com/bob/status/2"))
    store.wipe("x", [("1", State.DELETED)])
    assert [(each.author, each.url) for each in store.posts()] == [(None, None)] * 2


def test_opinions_hold_every_post(store: Store) -> None:
    add(store, FULL, post("2", reposted="1"), post("3", state=State.DELETED, text=""), post("4"))
    label_set = start(store)
    neutral = replace(LABELS, camp={"neutral": 0.9, "pytorch": 0.1}, stances={"pytorch": LABELS.stances["tensorflow"]})
    give(store, label_set, [(1, LABELS), (4, neutral), (2, abstention(Abstained.OFF_TOPIC))])
    give(store, start(store, "second"), [(1, neutral), (2, LABELS), (4, LABELS)])
    ((first, repost, gone, last),) = (block.rows() for block in store.opinions(label_set))
    assert first[:11] == (
        1, "reddit", "t1_b", "t3_a", "MachineLearning", "ann", NOON, FULL.url, 3, State.LIVE, False,
    )  # fmt: skip
    assert first[11:] == (
        "pro-pytorch", 0.7, {"pytorch": "favor", "tensorflow": "against"}, "positive", ("usability",), "tensorflow",
        "pytorch", 2, None,
    )  # fmt: skip
    assert (repost.is_repost, repost.abstained, repost.camp, repost.stances) == (True, Abstained.OFF_TOPIC, None, {})
    assert (gone.state, gone.is_labelled, gone.windows, gone.camp_probability) == (State.DELETED, False, None, None)
    assert (last.camp, last.camp_probability, last.stances) == ("neutral", 0.9, {"pytorch": "against"})
    assert [repost.is_labelled, last.is_labelled] == [True, True]
    assert [block.windows for block in store.opinions(None)] == [(None,) * 4]
    assert store.targets(label_set) == ("pytorch", "tensorflow")


def test_texts_by_key(store: Store) -> None:
    add(store, FULL, post("2"), post("3", text="", state=State.DELETED))
    assert store.texts([3, 1, 99]) == {1: FULL.full_text, 3: ""}


def test_summary(store: Store) -> None:
    body = b"x" * 5_000
    store.add([(FULL, Payload("reddit", body))])
    add(
        store,
        post("1", author="ann", created_at=NOON - timedelta(9)),
        post("2", author="ann", reply_to="1"),
        post("3", reply_to="77", state=State.DELETED),
    )
    label_set = start(store)
    give(store, label_set, [(1, LABELS), (2, abstention(Abstained.EMPTY))])
    summary = store.summary()
    assert [(each.platform, each.community, each.state, each.posts) for each in summary.counts] == [
        ("reddit", "MachineLearning", State.LIVE, 1),
        ("x", None, State.DELETED, 1),
        ("x", None, State.LIVE, 2),
    ]
    assert (summary.posts, summary.authors, summary.threads, summary.orphans) == (4, 2, 2, 2)
    assert (summary.first, summary.last) == (NOON - timedelta(9), NOON)
    assert 0 < summary.payload_bytes < len(body) < summary.file_bytes
    assert [(each.label_set, each.posts, each.abstained) for each in summary.label_sets] == [(label_set, 2, 1)]


def test_an_empty_corpus_has_a_summary(store: Store) -> None:
    summary = store.summary()
    assert (summary.posts, summary.first, summary.payload_bytes, summary.label_sets) == (0, None, 0, ())


def test_views_read_well_in_any_sqlite_tool(store: Store) -> None:
    root = post("1", title="Why?", author="ann", created_at=NOON)
    add(store, root, post("2", author="bob", created_at=NOON + timedelta(1), reply_to="1"), FULL)
    give(store, start(store), [(2, LABELS)])
    with closing(sqlite3.connect(store.path)) as plain:
        threads = plain.execute("SELECT * FROM threads WHERE platform = 'x'").fetchall()
        communities = plain.execute("SELECT * FROM communities").fetchall()
        plain.row_factory = sqlite3.Row
        (labelled,) = map(dict, plain.execute("SELECT * FROM labelled_posts"))
    times = ("2023-01-14T12:00:00Z", "2023-01-15T12:00:00Z")
    assert threads == [("x", "1", None, "Why?", *times, 2, 2)]
    assert communities == [
        ("reddit", "MachineLearning", 1, 1, times[0], times[0]),
        ("x", None, 2, 2, *times),
    ]
    assert (labelled["label_set"], labelled["id"], labelled["camp"]) == ("first", "2", "pro-pytorch")
    assert json.loads(labelled["stances"]) == {"pytorch": "favor", "tensorflow": "against"}
    assert json.loads(labelled["target_camps"]) == {"pytorch": 0.7, "tensorflow": 0.1}


def test_conversations_hold_replies_and_quotes_of_a_post(store: Store) -> None:
    def made(name: str, conversation: str, **parts: str) -> tuple[Post, None]:
        return Post(platform="x", id=name, conversation_id=conversation, text=name, **parts), None

    store.add([made("1", "1"), made("2", "1", reply_to="1"), made("3", "3", quoted="2"), made("4", "3", reply_to="3")])
    store.add([made("5", "5"), made("6", "6", quoted="5")])
    assert store.conversations([("x", "1")]) == {("x", "1"), ("x", "3")}
    assert store.conversations([("x", "4")]) == {("x", "3")}
    assert store.conversations([("reddit", "1")]) == frozenset()


def test_pseudonym_key_belongs_to_the_corpus(tmp_path: Path) -> None:
    keys = []
    for name in ("a.db", "b.db", "a.db"):
        with Store.open(tmp_path / name) as store:
            keys.append(store.pseudonym_key())
    assert keys[0] == keys[2] != keys[1]
    assert len(keys[0]) == 32
