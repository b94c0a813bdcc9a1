"""From the configuration and the environment to the platforms that are collected from."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields, replace
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import InputError
from stancemap.config import build, example, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ingest.http import HttpSettings
    from ingest.retry import Clock
    from ingest.source import Seeds, Source
    from stancemap.config import Config

GROUP = "stancemap.sources"
SECRET = re.compile("TOKEN|SECRET|PASSWORD|KEY|STANCEMAP_.*_ID")
SHORTEST_SECRET = 6
T = TypeVar("T")


class NoKeyError(InputError):
    """A platform cannot be asked without a key, and there is none, or one that cannot be a key."""

    is_malformed = False


class BadKeyError(NoKeyError):
    """A key is set that cannot be one."""

    is_malformed = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every source is opened with."""

    config: Config
    seeds: Seeds
    http: HttpSettings
    clock: Clock


def names() -> tuple[str, ...]:
    """Name the platforms that can be collected from, those of other packages included."""
    return (*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP) if entry.name not in BUILT_IN))


def open_source(name: str, config: Config, clock: Clock, *, budget: float | None = None) -> Source:
    """Open a platform; NoKeyError where it needs a key that the environment does not hold."""
    around = surroundings(config, clock)
    if name in BUILT_IN:
        if budget is not None:
            live = {**config.live, "x": {**config.live.get("x", {}), "budget_dollars": budget}}
            around = replace(around, config=replace(config, live=live))
        return BUILT_IN[name](around)
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    if not found:
        raise InputError(f"there is no platform {name!r}: choose from {', '.join((*names(), 'all'))}")
    return _from_elsewhere(name, found[0].load(), around)


def surroundings(config: Config, clock: Clock) -> Surroundings:
    """Read the table [ingest]: the seeds of all platforms, and how requests are made."""
    from ingest.http import HttpSettings
    from ingest.source import Seeds

    table = config.live.get("ingest", {})
    known = {kind: {field.name for field in fields(kind)} for kind in (Seeds, HttpSettings)}
    unknown = {key: value for key, value in table.items() if not any(key in names for names in known.values())}
    seeds = {key: value for key, value in table.items() if key in known[Seeds]}
    http = {key: value for key, value in table.items() if key in known[HttpSettings]}
    return Surroundings(
        config=config,
        seeds=build(Seeds, seeds | unknown, "[ingest]"),
        http=build(HttpSettings, http, "[ingest]"),
        clock=clock,
    )


def settings(kind: type[T], around: Surroundings, section: str) -> T:
    """Make a platform's settings of its table."""
    return build(kind, around.config.live.get(section, {}), f"[{section}]")


def key(variable: str, *, needed_for: str) -> str:
    """Read a key from the environment; NoKeyError where there is none."""
    value = secret(variable)
    if not value:
        raise NoKeyError(
            f'{needed_for} needs a key: set the environment variable {variable} (see README, "Collecting live")'
        )
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise BadKeyError(f"{variable} holds characters that no key has: copy the key again")
    return value


def secret(variable: str) -> str:
    """Read an environment variable, without the line break that a copied key often ends in."""
    return os.environ.get(variable, "").strip()


def without_secrets(text: str) -> str:
    """Blot out what the environment holds under names of secrets, should a message repeat it."""
    for name, value in os.environ.items():
        if SECRET.search(name) and len(value.strip()) >= SHORTEST_SECRET:
            text = text.replace(value.strip(), "***")
    return text


def is_configured(name: str, config: Config) -> bool:
    """Say whether the configuration says something of a platform that the example does not."""
    said = _table(name, config)
    return bool(said) and bool(said != _table(name, parse(example(), "config.example.toml")))


def _table(name: str, config: Config) -> Any:
    if name in BUILT_IN:
        return config.live.get({"hn": "hackernews"}.get(name, name))
    return config.live.get("sources", {}).get(name)


def _x(around: Surroundings) -> Source:
    from ingest.x_api import X, XSettings
    from ingest.x_client import XKeys

    keys = XKeys(bearer_token=key("STANCEMAP_X_BEARER_TOKEN", needed_for="X"))
    return X(settings(XSettings, around, "x"), keys, http=around.http, clock=around.clock)


def _reddit(around: Surroundings) -> Source:
    from ingest.reddit_api import Reddit, RedditSettings
    from ingest.reddit_client import RedditKeys

    keys = RedditKeys(
        client_id=key("STANCEMAP_REDDIT_CLIENT_ID", needed_for="Reddit"),
        client_secret=key("STANCEMAP_REDDIT_CLIENT_SECRET", needed_for="Reddit"),
    )
    found = settings(RedditSettings, around, "reddit")
    return Reddit(found, around.seeds, keys, http=around.http, clock=around.clock)


def _hackernews(around: Surroundings) -> Source:
    from ingest.hackernews_api import HackerNews, HackerNewsSettings

    found = settings(HackerNewsSettings, around, "hackernews")
    return HackerNews(found, around.seeds, http=around.http, clock=around.clock)


def _bluesky(around: Surroundings) -> Source:
    from ingest.bluesky_api import Bluesky, BlueskySettings
    from ingest.bluesky_client import BlueskyKeys

    found, keys = settings(BlueskySettings, around, "bluesky"), None
    handle, password = "STANCEMAP_BLUESKY_HANDLE", "STANCEMAP_BLUESKY_APP_PASSWORD"
    if secret(handle) or secret(password):
        name, word = (key(variable, needed_for="searching Bluesky") for variable in (handle, password))
        keys = BlueskyKeys(handle=name.removeprefix("@"), app_password=word)
    elif not found.posts:
        raise NoKeyError(f"searching Bluesky needs a login: set {handle} and {password}, or name [bluesky] posts")
    return Bluesky(found, around.seeds, keys, http=around.http, clock=around.clock)


def _mastodon(around: Surroundings) -> Source:
    from ingest.mastodon_api import Mastodon, MastodonSettings
    from ingest.mastodon_client import TOKEN, MastodonKeys

    found, token = settings(MastodonSettings, around, "mastodon"), secret(TOKEN)
    if not (found.statuses or found.tags or token):
        raise NoKeyError(f"searching Mastodon needs a token: set {TOKEN}, or name [mastodon] statuses or tags")
    keys = MastodonKeys(access_token=key(TOKEN, needed_for="Mastodon")) if token else None
    return Mastodon(found, around.seeds, keys, http=around.http, clock=around.clock)


def _from_elsewhere(name: str, factory: Callable[[Any], Source], around: Surroundings) -> Source:
    from ingest.source import Opening

    tables: Mapping[str, Any] = around.config.live.get("sources", {})
    return factory(
        Opening(settings=tables.get(name, {}), seeds=around.seeds, secret=secret, http=around.http, clock=around.clock)
    )


BUILT_IN: Mapping[str, Callable[[Surroundings], Source]] = {
    "x": _x, "reddit": _reddit, "hn": _hackernews, "bluesky": _bluesky, "mastodon": _mastodon,
}  # fmt: skip
