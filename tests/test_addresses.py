import pytest

from corpus.errors import InputError
from ingest.addresses import post_named_by


@pytest.mark.parametrize(
    ("address", "post"),
    [
        ("https://x.com/ylecun/status/1614186881171742720", ("x", "1614186881171742720")),
        ("https://twitter.com/i/web/status/1/photo/2", ("x", "1")),
        ("https://www.reddit.com/r/MachineLearning/comments/10cxyz1/d_why/j4k2abc/", ("reddit", "t3_10cxyz1")),
        ("https://redd.it/10cxyz1", ("reddit", "t3_10cxyz1")),
        ("https://news.ycombinator.com/item?id=34390000", ("hackernews", "34390000")),
        ("https://bsky.app/profile/a.org/post/3k?x", ("bluesky", "https://bsky.app/profile/a.org/post/3k")),
        ("at://did:plc:a/app.bsky.feed.post/3k", ("bluesky", "at://did:plc:a/app.bsky.feed.post/3k")),
        ("https://mastodon.social/@ann@b.org/11#a", ("mastodon", "https://mastodon.social/@ann@b.org/11")),
        ("forum:topic-7", ("forum", "topic-7")),
    ],
)
def test_addresses_name_posts(address: str, post: tuple[str, str]) -> None:
    assert post_named_by(address) == post


@pytest.mark.parametrize("address", ["", "https://example.org/a", "x:", "hello"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(InputError, match="not the address of a post"):
        post_named_by(address)
