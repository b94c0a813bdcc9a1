"""From opinions to a report: what is counted, what is left out, and how it is grouped."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corpus.errors import InputError
from corpus.labels import Abstained, Labels, StanceLabel, abstention
from corpus.opinion import Opinions
from corpus.post import Post, State
from corpus.store import Store
from debate import FRAMEWORKS, LABELS, META, MONDAY, SETTINGS, debate, opinion, report, sentences
from labelling import give
from reports import ReportMeta, ReportSettings, as_document, build, write
from reports.charts import draw
from reports.handles import unnamed
from reports.markdown import render
from reports.periods import UNITS, last_day, starts, unit_for
from reports.pictures import drawn
from reports.pseudonyms import pseudonym

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.opinion import Opinion

GONE = {"camp": None, "camp_probability": None, "stances": {}, "sentiment": None}
LEFT_OUT = [
    opinion(901, is_repost=True, windows=None, **GONE),
    opinion(902, state=State.DELETED),  # labelled before it was deleted
    opinion(903, state=State.REMOVED, windows=None, **GONE),
    opinion(904, state=State.WITHHELD, windows=None, **GONE),
    *(opinion(905 + place, abstained=reason, **GONE) for place, reason in enumerate(Abstained)),
    opinion(950, windows=None, **GONE),
]


def test_every_post_is_in_the_ledger_once() -> None:
    kept = [*debate(12), opinion(12, state=State.TRUNCATED, windows=3, created_at=None, author=None)]
    ledger = report([*LEFT_OUT, *kept]).ledger
    assert ledger.total == len(kept) + len(LEFT_OUT) == sum(posts for _, posts in ledger.counts)
    reasons = ("repost", "deleted", "removed", "withheld", *(reason.value for reason in Abstained), "unlabelled")
    assert dict(ledger.counts) == {"judged": 13} | dict.fromkeys(reasons, 1)
    assert (ledger.judged, ledger.in_windows, ledger.undated, ledger.anonymous) == (13, 1, 1, 1)


def test_shares_are_of_the_posts_that_take_a_side_and_of_all() -> None:
    overall = report(debate(120)).overall
    assert overall is not None
    assert overall.sides is not None
    assert [(share.label, share.n, share.share) for share in overall.sides.shares] == [
        ("pro-pytorch", 60, 2 / 3),
        ("pro-tensorflow", 30, 1 / 3),
        ("pro-jax", 0, 0),
    ]
    assert [(share.label, share.n, share.share) for share in overall.camps.shares][::3] == [
        ("pro-pytorch", 60, 0.5),
        ("neutral", 30, 0.25),
    ]


def test_only_the_chosen_conversations_are_counted() -> None:
    found = report(debate(30), conversations=frozenset({("reddit", "t0"), ("x", "t1")}))
    assert dict(found.ledger.counts)["not in the chosen conversations"] == 27
    assert found.ledger.judged == 3


def test_stances_and_sentiment_are_counted_where_labels_give_them() -> None:
    posts = [
        opinion(1, stances={"pytorch": "favor", "tensorflow": "against", "jax": "none"}, sentiment="negative"),
        opinion(2, stances={"pytorch": "favor", "tensorflow": "none", "jax": "none"}, sentiment=None),
    ]
    found = report(posts)
    stances = dict(found.stances)
    assert stances["pytorch"]["favor"].n == 2
    assert [share.n for share in stances["tensorflow"].shares] == [1, 1, 0]
    assert found.sentiment is not None
    assert (found.sentiment.posts, found.sentiment["negative"].n) == (1, 1)


def test_labels_without_camps_still_make_a_report() -> None:
    found = report([opinion(1, camp=None, camp_probability=None, stances={})])
    assert (found.overall, found.stances, found.ledger.judged) == (None, (), 1)


def test_communities_are_pooled_by_name_and_ordered_by_size() -> None:
    camps = {"camp": "pro-jax"}
    posts = [
        *(opinion(key, community="X", platform="x", **camps) for key in range(3)),
        opinion(10, community="r/MachineLearning", **camps),
        opinion(11, community="r/machinelearningnews", **camps),
        opinion(12, community=None, platform="forum", **camps),
        opinion(13, community=None, platform="forum", **camps),
        opinion(14, community=None, platform="forum", **camps),
        opinion(15, community=None, platform="forum", **camps),
    ]
    found = report(posts, communities={"ML on Reddit": ("machinelearning", "r/MachineLearningNews")})
    assert [(cell.name, cell.camps.posts) for cell in found.communities.cells] == [
        ("forum", 4),
        ("X", 3),
        ("ML on Reddit", 2),
    ]
    assert [cell.name for cell in found.platforms.cells] == ["forum", "x", "reddit"]


def test_profiles_on_reddit_are_one_place_that_names_no_owner() -> None:
    found = report([opinion(key, community=f"r/u_Gustav{key}", camp="pro-jax") for key in range(3)])
    assert [(cell.name, cell.camps.posts) for cell in found.communities.cells] == [("Reddit profiles", 3)]
    assert "Gustav" not in render(found)


def test_of_many_communities_the_smallest_are_pooled_save_those_asked_for() -> None:
    posts = [opinion(100 * place + n, community=f"c{place}") for place in range(60) for n in range(1 + (place > 4))]
    found = report(posts, communities={"asked": ("c0",)}).communities
    names = [cell.name for cell in found.cells]
    assert found.pooled == 44
    assert names[-2:] == ["asked", "44 others"]
    assert sum(cell.camps.posts for cell in found.cells) == len(posts)


def test_time_is_counted_in_periods_and_events_outside_are_not_drawn() -> None:
    events = ((date(2023, 1, 14), "article"), (date(2020, 1, 1), "long before"))
    line = report([*debate(40), opinion(99, created_at=None)], time_bin="month", events=events).timeline
    assert [(found.first, found.last) for found in line.periods] == [
        (date(2023, 1, 1), date(2023, 1, 31)),
        (date(2023, 2, 1), date(2023, 2, 28)),
        (date(2023, 3, 1), date(2023, 3, 31)),
    ]
    assert (sum(found.cell.camps.posts for found in line.periods), line.undated) == (40, 1)
    assert line.events == events[:1]


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("day", date(2024, 2, 29), date(2024, 2, 29)),
        ("week", date(2024, 2, 26), date(2024, 3, 3)),
        ("month", date(2024, 2, 1), date(2024, 2, 29)),
        ("quarter", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_periods_begin_and_end_where_the_calendar_says(unit: str, first: date, last: date) -> None:
    day = np.array([date(2024, 2, 29).toordinal()])
    assert date.fromordinal(int(starts(day, unit)[0])) == first
    assert last_day(first, unit) == last


def test_the_last_quarter_ends_with_the_year() -> None:
    assert last_day(date(2023, 10, 1), "quarter") == date(2023, 12, 31)


@pytest.mark.parametrize("unit", ["auto", *UNITS])
def test_dates_at_the_ends_of_the_calendar_are_reported(unit: str, tmp_path: Path) -> None:
    ends = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    posts = [opinion(900 + key, camp="pro-jax", created_at=end) for key, end in enumerate(ends)]
    found = report([*debate(12), *posts], time_bin=unit, events=((date.max, "the end"),))
    last = found.timeline.periods[-1]
    assert last.cell.camps.posts == 1
    assert last.last_day == date.max
    assert last.start < last.end == ends[1]
    assert write(found, tmp_path)


@pytest.mark.parametrize("unit", ["auto", "week", "month"])
def test_a_stray_date_does_not_draw_out_the_axis_of_time(unit: str) -> None:
    strays = [
        opinion(900 + key, camp="pro-jax", created_at=MONDAY.replace(year=year))
        for key, year in enumerate((1970, 9999))
    ]
    event = ((date(1970, 1, 10), "the beginning"),)
    found, without = report([*debate(120), *strays], time_bin=unit, events=event), report(debate(120), time_bin=unit)
    assert len(found.timeline.periods) == len(without.timeline.periods) + 2
    assert drawn(found.timeline) == replace(found.timeline, periods=found.timeline.periods[1:-1], events=())
    assert drawn(without.timeline) == without.timeline
    assert "The chart leaves out 2 judged posts of dates far before or after all others" in render(found)
    assert "The chart leaves out" not in render(without)
    assert not re.search(">[^<]*(1970|9999|the beginning)", draw(found)["timeline"])


@pytest.mark.parametrize(
    ("span", "posts", "unit"),
    [(7, 700, "day"), (100, 900, "week"), (700, 900, "month"), (3000, 3000, "quarter"), (80, 12, "month")],
)
def test_the_unit_of_time_is_the_finest_that_can_be_read(span: int, posts: int, unit: str) -> None:
    hours = 24 * (MONDAY.toordinal() + np.arange(posts) * span // posts)
    assert unit_for(hours, hours, 30) == unit


def test_hours_are_told_where_there_are_enough_of_them() -> None:
    hours = 24 * MONDAY.toordinal() + np.arange(900) * 30 // 900
    assert unit_for(hours, hours, 30) == "hour"
    posts = [opinion(key, camp="pro-jax", created_at=MONDAY + timedelta(minutes=2 * key)) for key in range(900)]
    line = report(posts, events=((MONDAY.date(), "today"), (date(2023, 1, 11), "later"))).timeline
    assert (line.unit, len(line.periods), line.events) == ("hour", 30, ((MONDAY.date(), "today"),))
    assert (line.periods[0].start, line.periods[0].end) == (MONDAY, MONDAY + timedelta(hours=1))


def test_reasons_and_moves_are_counted_by_camp() -> None:
    moved = {"switched_from": "tensorflow", "switched_to": "pytorch"}
    posts = [
        opinion(1, camp="pro-pytorch", reasons=("debugging", "models"), author="ann", **moved),
        opinion(2, camp="pro-pytorch", reasons=("debugging",), author="ann", **moved),
        opinion(3, camp="pro-jax", reasons=("models",), author=None, **moved),
    ]
    found = report(posts)
    assert [(row.reason, row.posts) for row in found.reasons] == [("debugging", (2, 0, 0, 0)), ("models", (1, 0, 1, 0))]
    assert [(move.origin, move.destination, move.posts, move.authors) for move in found.switches] == [
        ("tensorflow", "pytorch", 3, 1)
    ]


def test_quotes_are_the_surest_from_all_communities_and_different_authors() -> None:
    sure = [0.99, 0.98, 0.97, 0.96, 0.6]
    posts = [
        opinion(key, camp="pro-jax", camp_probability=sure[key], community="r/a" if key < 4 else "r/b", author=author)
        for key, author in enumerate(["ann", "ann", "bob", "cid", "dan"])
    ]
    quotes = report(posts, quotes=3).quotes
    assert [(quote.place, quote.probability) for quote in quotes] == [("r/a", 0.99), ("r/b", 0.6), ("r/a", 0.97)]
    assert len({quote.author for quote in quotes}) == 3


def test_quotes_never_say_the_same_twice_nor_next_to_nothing() -> None:
    posts = [opinion(key, camp="pro-jax", camp_probability=0.9 - key / 100) for key in range(4)]
    same = "JAX is the one that I would take for a new project"
    texts = {
        0: "This.",
        1: same,
        2: f"{same}!!! indeed",
        3: "Functional transforms suit the way that I think, always did",
    }
    assert [quote.text for quote in report(posts, texts).quotes] == [texts[1], texts[3]]


def test_quotes_name_nobody() -> None:
    text = "As @jane_doe and u/some-body told joe.bloggs@mail.example, `@tf.function` is a pain"
    found = report([opinion(1, platform="x", camp="pro-jax", url="https://x.com/jane/status/p1")], {1: text}).quotes[0]
    assert found.text == "As @… and @… told …@…, `@tf.function` is a pain"
    assert found.url == "https://x.com/i/status/p1"
    assert found.author == pseudonym("x", "user1", "secret")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I agree with @alice.", "I agree with @…."),
        ("@alice.bsky.social said so, .@bob too", "@… said so, .@… too"),
        ("(@alice), @al-ice.example.org: and @@bob or ＠cid", "(@…), @…: and @… or @…"),
        ("@alice@mastodon.social and @bob@localhost", "@… and @…"),
        ("@al\u200bice and @\u2060bob", "@… and @…"),
        ("see https://mastodon.social/@alice/1", "see https://mastodon.social/@…/1"),
        ("https://x.com/alice/status/1, www.twitter.com/bob", "https://x.com/@…/status/1, www.twitter.com/@…"),
        ("bsky.app/profile/alice.bsky.social/post/1", "bsky.app/profile/@…/post/1"),
        ("https://www.reddit.com/user/al-ice and /u/bob, u/cid", "https://www.reddit.com/user/@… and @…, @…"),
        ("mail al.ice+x@mail.example or bob@a-b.example", "mail …@… or …@…"),
        ("put @tf.function or @torch.no_grad() there, `@jit(nopython=True)`", ...),
        ("`@alice.bsky.social` and `@bob.dev`", "`@…` and `@…`"),
        ("@tf.function.example, @jax.jit-fan and @jit say", "@…, @… and @… say"),
        ("like\n  @jit\n  @partial(f, 2)\n  def step(x):", "like @jit @partial(f, 2) def step(x):"),
        ("@alice\n@bob\ndef is a keyword", "@… @… def is a keyword"),
        ("a @ b, x@y, 5@ and torch.com/alice", ...),
        ("Twitter.com/alice, X.com/bob/status/1", "Twitter.com/@…, X.com/@…/status/1"),
        ("Reddit.com/U/alice, U/al_ice or /r/u_bob", "Reddit.com/U/@…, @… or @…"),
        ("https://old.reddit.com/r/u_al_ice/comments/x", "https://old.reddit.com/r/u_@…/comments/x"),
        ("https://mastodon.social/users/al_ice/statuses/1", "https://mastodon.social/users/@…/statuses/1"),
        (
            "news.ycombinator.com/user?id=alice, stackoverflow.com/users/12/al-ice",
            "news.ycombinator.com/user?id=@…, stackoverflow.com/users/@…",
        ),
        ("so says al-ice.bsky.social, as does Bob.BSKY.social.", "so says @…, as does @…."),
        (
            "r/MachineLearning, U/V, GET /users/12, src/users/views.py, numpy.org/doc/user/guide, bsky.social, v1.2/u",
            ...,
        ),
        ("https://news.ycombinator.com/item?id=1 and https://github.com/pytorch/pytorch/pull/1", ...),
    ],
)
def test_handles_are_left_out_and_code_is_not(text: str, shown: str) -> None:
    assert unnamed(text) == (text if shown is ... else shown)


@pytest.mark.parametrize(
    ("platform", "id_", "author", "url", "shown"),
    [
        ("bluesky", "at://did:plc:a1/app.bsky.feed.post/3k", "al.bsky.social",
         "https://bsky.app/profile/al.bsky.social/post/3k", "https://bsky.app/profile/did:plc:a1/post/3k"),
        ("bluesky", "at://al.example/app.bsky.feed.post/3k", "al.example", "https://bsky.app/profile/al.example/post/3k",
         None),
        ("mastodon", "m.example/1", "al@m.example", "https://m.example/@al/1", None),
        ("mastodon", "m.example/1", None, "https://m.example/users/al/statuses/1", None),
        ("mastodon", "m.example/1", "al@m.example", "https://m.example/statuses/1", "https://m.example/statuses/1"),
        ("reddit", "t1_a", "al", "https://www.reddit.com/r/u_al/comments/b/_/a/", None),
        ("reddit", "t1_a", "al", "https://www.reddit.com/r/all/comments/b/_/a/",
         "https://www.reddit.com/r/all/comments/b/_/a/"),
        ("reddit", "t1_a", "bob", "https://www.reddit.com/r/u_al_ice/comments/b/_/a/", None),
        ("hackernews", "1", None, "https://news.ycombinator.com/user?id=al", None),
        ("hackernews", "1", "al", "https://news.ycombinator.com/item?id=1", "https://news.ycombinator.com/item?id=1"),
        ("forum", "1", None, "https://al.bsky.social/1", None),
        ("forum", "1", "Al Ice", "https://e.org/by/al%20ice/1", None),
        ("forum", "1", "al", None, None),
    ],
)  # fmt: skip
def test_addresses_of_quotes_do_not_tell_who_wrote_them(
    platform: str, id_: str, author: str | None, url: str | None, shown: str | None, tmp_path: Path
) -> None:
    found = report([opinion(1, platform=platform, id=id_, camp="pro-jax", author=author, url=url)])
    assert found.quotes[0].url == shown
    if url != shown:
        assert all(url not in path.read_text("utf-8") for path in write(found, tmp_path))


def test_pseudonyms_are_stable_and_hang_on_the_key() -> None:
    assert pseudonym("x", "ann", "key") == pseudonym("x", "ann", "key")
    names = {pseudonym(platform, author, key) for platform in ("x", "y") for author in "ab" for key in ("k", "k" * 100)}
    assert len(names) == 8
    assert all(len(name) == len("author-7f3a2c") for name in names)


def test_without_quotes_no_text_is_read() -> None:
    def refuse(keys: object) -> dict[int, str]:
        raise AssertionError(f"texts of {keys} were read")

    settings = ReportSettings(quotes=0, draws=100)
    assert build([Opinions.of(debate(12))], refuse, targets=FRAMEWORKS, settings=settings, meta=META).quotes == ()


@pytest.mark.parametrize(
    ("posts", "settings", "message"),
    [
        ([], {}, "the corpus holds no posts: import some"),
        ([opinion(1, windows=None, **GONE)], {}, "no post has labels of this set"),
        (debate(3), {"conversations": frozenset({("x", "1")})}, "none of the chosen conversations"),
        (debate(3), {"targets": FRAMEWORKS[:2]}, "the labels judge 'jax', which is not among the targets"),
        ([opinion(1, camp="pro-vue")], {}, "the labels judge 'vue'"),
        (
            [opinion(1, stances={"pytorch": "none", "tensorflow": "none"})],
            {},
            "the labels say nothing of 'jax': use a model that knows it",
        ),
        (debate(3), {"meta": replace(META, label_set=None)}, "no labels yet: make them with `stancemap label`"),
    ],
)
def test_what_cannot_be_reported_is_said(posts: list[Opinion], settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        report(posts, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"time_bin": "fortnight"}, "unknown time bin 'fortnight': choose one of auto, hour"),
        ({"draws": 10}, "too few"),
        ({"min_posts": 0}, "min_posts must be at least 1"),
        ({"quotes": 2, "pseudonym_key": ""}, "quotes need a secret key"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ReportSettings(**{"pseudonym_key": "secret"} | settings)  # type: ignore[arg-type]


def test_the_key_of_pseudonyms_is_never_shown() -> None:
    assert "s3cret" not in repr(ReportSettings(pseudonym_key="s3cret"))


def test_the_document_is_json_with_numbers_and_names() -> None:
    whole = json.dumps(as_document(report(debate(60), events=((date(2023, 1, 14), "article"),))))
    document = json.loads(whole)
    assert document["overall"]["sides"]["shares"][0]["n"] == 30
    assert document["meta"]["label_set"]["created_at"] == "2023-01-09T12:00:00Z"
    assert document["timeline"]["events"] == [["2023-01-14", "article"]]
    assert len(document["quotes"]) == 3 * 2


def test_from_the_store_to_the_files(tmp_path: Path) -> None:
    posts = [
        Post(
            platform="x",
            id=f"p{key}",
            conversation_id="p0",
            author=f"user{key % 20}",
            community="X",
            created_at=datetime(2023, 1, 14, tzinfo=UTC) + timedelta(hours=key),
            text=f"{sentences([key])[key]} is what I say",
        )
        for key in range(40)
    ]
    judged = Labels(
        camp={"neutral": 0.1, "pytorch": 0.8, "tensorflow": 0.05, "jax": 0.05},
        sentiment={"negative": 0.1, "neutral": 0.2, "positive": 0.7},
        stances={target.name: StanceLabel(against=0.1, none=0.2, favor=0.7) for target in FRAMEWORKS},
        reasons={"usability": 0.9},
    )
    with Store.open(tmp_path / "corpus.db") as store:
        store.add((post, None) for post in posts)
        labels = store.label_set("first", model="m", revision="r", config_hash="c")
        give(store, labels, [(key, judged) for key in range(1, 31)])
        give(store, labels, [(key, abstention(Abstained.OFF_TOPIC)) for key in range(31, 36)])
        meta = ReportMeta(label_set=labels, version="1", command="stancemap report")
        settings = ReportSettings(pseudonym_key="k", draws=100)
        found = build(store.opinions(labels), store.texts, targets=FRAMEWORKS, settings=settings, meta=meta)
    assert Counter(dict(found.ledger.counts)) == Counter({"judged": 30, "off topic": 5, "unlabelled": 5})
    paths = write(found, tmp_path / "out")
    text = paths[0].read_text("utf-8")
    assert "**100% are for PyTorch**" in text
    assert "is what I say" in text
    assert "user1" not in text
    assert LABELS.name in text


def test_it_makes_no_difference_in_which_blocks_posts_come() -> None:
    posts = [
        row._replace(
            author=None if row.key % 7 == 0 else f"user{row.key % 40}", camp_probability=0.5 + row.key % 5 / 10
        )
        for row in debate(300)
    ]
    whole, parts = (
        build(
            [Opinions.of(posts[start : start + size]) for start in range(0, len(posts), size)],
            sentences,
            targets=FRAMEWORKS,
            settings=SETTINGS,
            meta=META,
        )
        for size in (300, 11)
    )
    assert whole.quotes
    assert parts == whole
