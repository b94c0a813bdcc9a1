"""A folder of files by path or address: on this machine, s3://, gs://, or wherever fsspec reaches."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from corpus.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):/+")  # two letters or more: "C:/" is a drive
MAGIC = re.compile(r"[*\[]")
PASSWORD = re.compile(r"(?<=://)[^/@]*:[^/@]*@")
TEMPORARY = "_temporary"
DEAD = timedelta(days=1)  # a writer that has not written for so long is none
STORES = ("s3", "gcs")  # where an address begins with the name of a bucket
RETRY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """One file: the address of the folder that was searched, the file's name in it, and when it was last changed."""

    folder: str
    name: str
    changed: datetime | None


class Folder:
    """A folder that is there or will be made when something is written. Cheap to open; not kept open.

    `run` names who writes: what it has not finished lies in a place of its own, which `tidy` of the same run empties.
    """

    def __init__(self, address: str | Path, run: str = "") -> None:
        self.address, self.run = normal(str(address)), run or uuid4().hex
        self.temporary = f"{TEMPORARY}/{self.run}"
        self._system, path = _opened(self.address)
        self._path = path.rstrip("/") or "/"

    @property
    def place(self) -> str:
        """The address under which another process finds the folder, whatever its own working folder."""
        return self.address if SCHEME.match(self.address) else self._path

    def files(self, pattern: str = "**/*.parquet") -> list[Found]:
        """List the files whose names match, by name; those that begin with "_" or "." are left out."""
        with explained("read", self.address):
            infos = self._system.get_file_info(_selector(self._path))
        at = len(self._path.rstrip("/")) + 1
        found = [Found(self.place, info.path[at:], info.mtime) for info in infos if info.is_file]
        shown = (file for file in found if not any(part.startswith(("_", ".")) for part in file.name.split("/")))
        return sorted((file for file in shown if _matches(file.name, pattern)), key=lambda file: file.name)

    def input(self, name: str) -> Any:
        """Open a file to be read at any place of it."""
        return self._system.open_input_file(f"{self._path}/{name}")

    def output(self, name: str) -> Any:
        """Open a file to be written from its beginning."""
        self._make_for(name)
        return self._system.open_output_stream(f"{self._path}/{name}", compression=None)

    def read(self, name: str) -> bytes | None:
        """Read a small file whole; None where there is none."""
        try:
            with self.input(name) as file:
                return bytes(file.read())
        except FileNotFoundError:
            return None

    @contextmanager
    def replacing(self, name: str) -> Iterator[Any]:
        """Open a stream whose file takes its place under `name` when all went well; until then an older one stays.

        A stream to an object store that is closed halfway leaves half a file, so that no file grows under its own name.
        """
        beside = f"{self.temporary}/{uuid4().hex}"
        try:
            with self.output(beside) as stream:
                yield stream
            self.move(beside, name)
        except BaseException:
            self.delete(beside)
            raise

    def move(self, old: str, new: str) -> None:
        """Give a file another name; one that has it already is replaced."""
        self._make_for(new)
        self._system.move(f"{self._path}/{old}", f"{self._path}/{new}")

    def delete(self, name: str) -> None:
        """Delete a file if it is there."""
        with suppress(FileNotFoundError):
            self._system.delete_file(f"{self._path}/{name}")

    def tidy(self) -> None:
        """Delete what this run did not finish, and what runs left that died a day ago or earlier."""
        if self._system.get_file_info(f"{self._path}/{self.temporary}").type.name == "Directory":
            self._system.delete_dir(f"{self._path}/{self.temporary}")
        died = datetime.now(UTC) - DEAD
        infos = self._system.get_file_info(_selector(f"{self._path}/{TEMPORARY}"))
        old = [info for info in infos if info.mtime is not None and info.mtime < died]
        for info in old:
            if info.is_file:
                self.delete(info.path[len(self._path.rstrip("/")) + 1 :])
        if self._system.type_name == "local":  # elsewhere a folder goes with its last file, or does no harm
            for path in (*(info.path for info in old if not info.is_file), f"{self._path}/{TEMPORARY}"):
                with suppress(OSError):
                    Path(path).rmdir()  # unlike pyarrow's way, only where nothing is in it

    def _make_for(self, name: str) -> None:
        self._system.create_dir(f"{self._path}/{name}".rpartition("/")[0], recursive=True)


def search(address: str) -> list[Found]:
    """Find the files that a path or address names: a pattern such as posts/*.parquet, a folder, or one file."""
    address = normal(address)
    path, question, options = address.partition("?") if SCHEME.match(address) else (address, "", "")
    magic = MAGIC.search(path)
    if not magic and not path.endswith(".parquet"):
        return Folder(address).files()
    head = path[: magic.start()] if magic else path
    folder = head.rpartition("/")[0] if "/" in head else "."
    pattern = path[len(folder) + 1 :] if "/" in head else path
    return Folder(f"{folder or '/'}{question}{options}").files(pattern)


def normal(address: str) -> str:
    """Give an address its slashes back, which a path loses: "s3:/bucket/posts" is "s3://bucket/posts"."""
    scheme = SCHEME.match(address)
    if scheme is None:
        return address
    return f"{scheme[1].lower()}:{'///' if scheme[1].lower() == 'file' else '//'}{address[scheme.end() :]}"


def known_as(place: str) -> str:
    """Name a place without the password and the options that its address may carry."""
    return PASSWORD.sub("", place).partition("?")[0] if SCHEME.match(place) else place


def is_folder(path: str | Path) -> bool:
    """Say whether a path is a folder or an address, and not a file."""
    return bool(SCHEME.match(str(path))) or Path(path).is_dir()


@contextmanager
def explained(what: str, address: str) -> Iterator[None]:
    """Turn what a file system says into an InputError."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"there is no {address}: check the path or address") from error
    except OSError as error:
        raise _unreachable(what, address, error) from error


def _opened(address: str) -> tuple[Any, str]:
    """Open a file system; a store is asked once, so that a wrong key, bucket or network is told at the start."""
    from pyarrow import ArrowInvalid, fs

    if not SCHEME.match(address):
        return fs.LocalFileSystem(), Path(address).absolute().as_posix()
    try:
        system, path = fs.FileSystem.from_uri(_with_retry_limit(address))
    except ArrowInvalid:
        system, path = _by_fsspec(address)
    except OSError as error:
        raise _unreachable("open", address, error) from error
    bucket = path.partition("/")[0] if system.type_name in STORES else None
    try:
        found = system.get_file_info(bucket or path)
    except Exception as error:  # each library behind fsspec raises errors of its own kinds
        raise _unreachable("reach", address, error) from error
    if bucket and found.type is fs.FileType.NotFound:
        raise InputError(f"there is no bucket {bucket} for {address}: create it, or check the address")
    return system, path


def _with_retry_limit(address: str) -> str:
    """Let Google's library give up; its own limit is a quarter of an hour."""
    if not address.startswith(("gs://", "gcs://")) or "retry_limit_seconds=" in address:
        return address
    return f"{address}{'&' if '?' in address else '?'}retry_limit_seconds={RETRY_SECONDS}"


def _by_fsspec(address: str) -> tuple[Any, str]:
    from pyarrow import fs

    try:
        system, path = fs.FileSystem.from_uri(f"fsspec+{address}")
    except ImportError as error:
        missing = getattr(error.__cause__, "name", None) or error.name
        raise InputError(f"{address} needs {missing}: pip install {missing}") from error
    except ValueError as error:  # ArrowInvalid is one
        raise InputError(f"cannot open {address} ({_reason(error)}): name a folder, s3://… or gs://…") from error
    return system, path


def _unreachable(what: str, address: str, error: Exception) -> InputError:
    return InputError(f"cannot {what} {address} ({_reason(error)}): check the address and your access to it")


def _reason(error: Exception) -> str:
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return " ".join(said.split())[:200]


def _selector(path: str) -> Any:
    from pyarrow import fs

    return fs.FileSelector(path, recursive=True, allow_not_found=True)


def _matches(name: str, pattern: str) -> bool:
    """Match as shells do: a star stays within one folder, two reach into all below."""
    if "**" in pattern:
        return fnmatchcase(name, pattern) or fnmatchcase(name, pattern.replace("**/", ""))
    return name.count("/") == pattern.count("/") and fnmatchcase(name, pattern)
