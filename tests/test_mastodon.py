"""Statuses of Mastodon, and archives of its answers; written by docs.joinmastodon.org, as no recording holds them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from corpus.store import Store
from ingest import mastodon
from ingest.importer import import_file
from ingest.mastodon_text import plain
from mastodon_site import Said, Site, number

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.importer import Imported

LONG = "https://levelup.gitconnected.com/why-tensorflow-for-python-is-dying-a-slow-death-ba4dafcb37e6"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello<br />world</p><p>again &amp; again</p>", "Hello\nworld\n\nagain & again"),
        (
            (
                f'<p>So: <a href="{LONG}" rel="nofollow"><span class="invisible">https://</span><span class="ellipsis">'
                f'levelup.gitconnected.com/why-t</span><span class="invisible">{LONG[38:]}</span></a></p>'
            ),
            f"So: {LONG}",
        ),
        (f'<p><a href="{LONG}">this post</a></p>', f"this post ({LONG})"),
        (
            (
                '<p><span class="h-card"><a href="https://b.example/@ann" class="u-url mention">@<span>ann</span></a>'
                '</span> see <a href="https://b.example/tags/jax" class="mention hashtag">#<span>jax</span></a></p>'
            ),
            "@ann see #jax",
        ),
        ("<blockquote><p>one</p><p>two</p></blockquote><p>no</p>", "> one\n>\n> two\n\nno"),
        (
            "<p>two:</p><ul><li>a</li><li>b</li></ul><pre><code>x  = 1\n  y</code></pre>",
            "two:\n\n- a\n- b\n\nx  = 1\n  y",
        ),
        ("<p>a &lt;b&gt; <del>c</del> <ruby>d</ruby></p>", "a <b> c d"),
        ("plain text\0 & more, a<b", "plain text & more, a<b"),
        ("", ""),
        ("<p>unclosed <a href='https://a.org'>link", "unclosed link"),
    ],
)
def test_html_becomes_plain_text_with_whole_links(html: str, text: str) -> None:
    assert plain(html) == text


def test_a_status() -> None:
    site = Site(Said(1), Said(2, parent=1, quotes=1, likes=4, wire={"spoiler_text": "jax inside", "language": "de"}))
    post = mastodon.status(site.status(2))
    assert (post.platform, post.id, post.conversation_id, post.reply_to) == (
        "mastodon",
        number(2),
        number(2),
        number(1),
    )
    assert (post.quoted, post.author, post.score, post.language) == (number(1), "u2@a.example", 4, "de")
    assert (post.title, post.text, post.full_text) == ("jax inside", "text 2", "jax inside\n\ntext 2")
    assert (post.url, post.created_at) == (
        f"https://a.example/@u2/{number(2)}", datetime(2024, 11, 10, 12, 0, 2, tzinfo=UTC),
    )  # fmt: skip
    shallow = site.status(2) | {"quote": {"state": "accepted", "quoted_status_id": number(1)}, "url": None}
    post = mastodon.status(shallow)
    assert (post.quoted, post.url) == (number(1), f"https://a.example/users/u2/statuses/{number(2)}")


@pytest.mark.parametrize(
    "wire", [{}, {"id": "1"}, {"id": "1", "content": None}, {"id": "1", "content": "", "quote": "x"}]
)
def test_what_is_no_status_is_refused(wire: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"id|content|quote"):
        mastodon.status(wire)


# ---- Archives


def imported(tmp_path: Path, *documents: Any) -> tuple[Imported, dict[str, Any]]:
    path = tmp_path / "archive.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), "utf-8")
    with Store.open(tmp_path / "c.db") as store:
        *_, last = import_file(path, store)
        return last.so_far, {post.id: post for post in store.posts()}


def site() -> Site:
    return Site(Said(1), Said(2, parent=1), Said(3, parent=2, quotes=9), Said(4, parent=1), Said(9))


def archives() -> dict[str, Any]:
    statuses = [site().status(key) for key in (1, 2, 3, 4)]
    return {
        "statuses": statuses,
        "a list": [statuses],
        "a context": [statuses[0], site().context(1, has_token=False)],
        "a context from within": [statuses[1], statuses[3], site().context(2, has_token=False)],
        "a search": [{"accounts": [], "statuses": statuses, "hashtags": []}],
    }


@pytest.mark.parametrize("name", archives())
def test_archives_hold_every_post_its_thread_and_what_it_quotes(tmp_path: Path, name: str) -> None:
    so_far, posts = imported(tmp_path, *archives()[name])
    assert (so_far.format, so_far.bad) == ("Mastodon statuses", 0)
    assert set(posts) == {number(key) for key in (1, 2, 3, 4, 9)}
    assert posts[number(3)].quoted == number(9)
    whole = {key for key, post in posts.items() if post.conversation_id == number(1)}
    assert whole >= {number(1), number(3)}
    assert name == "a context from within" or whole == {number(key) for key in (1, 2, 3, 4)}


def test_boosts_and_what_is_not_public_are_left_out_and_counted(tmp_path: Path) -> None:
    boost = site().status(2) | {"reblog": site().status(1), "content": ""}
    so_far, posts = imported(tmp_path, boost, site().status(3) | {"visibility": "direct"}, site().status(4))
    assert set(posts) == {number(4)}
    assert so_far.notes == ("1 boost of other posts left out", "1 post left out that are not public")


def test_a_stored_payload_holds_no_other_post_and_nothing_of_who_asked(tmp_path: Path) -> None:
    imported(tmp_path, site().status(3))
    with Store.open(tmp_path / "c.db", readonly=True) as store:
        bodies = {found.id: body for _, body, found in store.payloads()}
    assert not any(word in bodies[number(3)] for word in (b"favourited", b"about me", b"text 9"))
    assert b"text 9" in bodies[number(9)]
