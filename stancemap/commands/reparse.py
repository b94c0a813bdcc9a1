"""`stancemap reparse`: read the stored payloads again, after a parser was mended."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import click

from stancemap import console
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from stancemap.config import Config

SHOWN = 20  # payloads that cannot be read


@click.command("reparse", short_help="Read the stored payloads again with this version's parsers.")
@with_config
@json_option
def command(config: Config, *, as_json: bool) -> None:
    """Read the stored payloads again with this version's parsers, after an update that mended one.

    \b
    Example:
      stancemap reparse
    """
    from corpus.store import Payload, Store
    from ingest.formats import replay

    changed = read = refused = 0
    with (
        Store.open(config.corpus, readonly=True) as reader,
        Store.open(config.corpus) as writer,
        console.progress("reading payloads", reader.count()) as bar,
    ):
        payloads = reader.payloads()
        while page := list(islice(payloads, 2_000)):
            items = []
            for name, body, post in page:
                try:
                    items.append((replay(name, body), Payload(name, body)))
                except ValueError as error:
                    refused += 1
                    if refused <= SHOWN:
                        console.warn(f"{post.platform} {post.id} stays as it is, its payload cannot be read: {error}")
            changed, read = changed + writer.add(items).updated, read + len(page)
            bar(read)
    if as_json:
        console.as_json({"payloads": read, "changed": changed, "refused": refused})
    else:
        left = f", {refused:,} left as they were" if refused else ""
        console.say(f"{console.count(read, 'payload')} read again, {console.count(changed, 'post')} changed{left}.")
