"""What a Parquet corpus is, written into its folder: the set of its labels, and its secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from corpus.errors import CorpusError
from corpus.folder import explained
from corpus.label_set import LabelSet
from corpus.row import to_iso

if TYPE_CHECKING:
    from corpus.folder import Folder

NAME = "_corpus.json"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The labels in a Parquet corpus (None: it has none yet) and the targets that they judge.

    `files` is how many it has when it is whole. `pseudonym_key` is the secret of the corpus in SQLite from which it was
    made, so that its authors keep their pseudonyms.
    """

    pseudonym_key: str = field(repr=False)
    label_set: LabelSet | None = None
    targets: tuple[str, ...] = ()
    files: int = 0


def read(folder: Folder) -> Manifest | None:
    """Read the manifest of a folder; None where it has none, CorpusError where it is of no use."""
    with explained("read", folder.address):
        text = folder.read(NAME)
    if text is None:
        return None
    try:
        return _manifest(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{folder.address}/{NAME} is damaged or of a newer Stancemap: update, or write the folder anew"
        ) from error


def write(folder: Folder, manifest: Manifest) -> None:
    """Write the manifest of a folder."""
    document: dict[str, Any] = {"format": FORMAT, **asdict(manifest)}
    if manifest.label_set is not None:
        document["label_set"]["created_at"] = to_iso(manifest.label_set.created_at)
    with explained("write to", folder.address), folder.replacing(NAME) as stream:
        stream.write(json.dumps(document, indent=1).encode() + b"\n")


def _manifest(document: dict[str, Any]) -> Manifest:
    if document["format"] != FORMAT:
        raise ValueError(document["format"])
    labels = document["label_set"]
    if labels is not None:
        labels = LabelSet(**{**labels, "created_at": datetime.fromisoformat(labels["created_at"])})
    return Manifest(
        pseudonym_key=str(document["pseudonym_key"]),
        label_set=labels,
        targets=tuple(document["targets"]),
        files=int(document["files"]),
    )
