"""Open a saved file whatever it is packed in, and give its lines as bytes of UTF-8, one at a time."""

from __future__ import annotations

import codecs
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import zstandard

from corpus.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

STDIN = Path("-")
LARGEST_LINE = 512 * 2**20
LARGEST_ZSTD_WINDOW = 2**31  # the Pushshift dumps need it
_CHUNK = 2**18
_ZSTD_CHUNK = 2**9  # small, because all that it unpacks to is handed over at once; no slower than large ones
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_MAGIC = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read, and why."""

    line: int
    reason: str
    excerpt: str = ""

    def __str__(self) -> str:
        shown = f": {self.excerpt}" if self.excerpt else ""
        return f"line {self.line:,}: {self.reason}{shown}"


def excerpt(text: bytes | str, length: int = 80) -> str:
    """Show the beginning of a line, harmless on a terminal."""
    start = text[: 4 * length].decode("utf-8", "replace") if isinstance(text, bytes) else text[: 4 * length]
    shown = "".join(letter if letter.isprintable() else " " for letter in start).strip()
    return shown if len(shown) <= length else shown[: length - 1] + "…"


class Archive:
    """One open input file.

    `read` and `size` count the bytes of the file itself, packed as it is; `size` is None where it cannot be known.
    `cut` says, once the lines have been read, how the file ends too early, or stays None.
    """

    def __init__(self, path: Path, file: IO[bytes], size: int | None) -> None:
        self.path = path
        self.size = size
        self.read = 0
        self.cut: str | None = None
        self._file = file
        self.start = self._next(_CHUNK)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Give every line with its number, without the line feed."""
        number, parts, held = 0, list[bytes](), 0
        for chunk in self._text():
            *ends, rest = chunk.split(b"\n")
            for end in ends:
                number += 1
                parts.append(end)
                yield number, b"".join(parts)
                parts.clear()
                held = 0
            parts.append(rest)
            held += len(rest)
            if held > LARGEST_LINE:
                raise InputError(f"{self.path}: line {number + 1:,} is longer than {LARGEST_LINE // 2**20} MB")
        if held:
            yield number + 1, b"".join(parts)

    def _text(self) -> Iterator[bytes]:
        """Give the unpacked bytes without a byte order mark, recoded to UTF-8 where the mark says another encoding."""
        chunks = self._unpacked()
        first = next(filter(None, chunks), b"")
        encoding = next((name for mark, name in _BOMS if first.startswith(mark)), None)
        if encoding in (None, "utf-8"):
            yield first.removeprefix(codecs.BOM_UTF8)
            yield from chunks
            return
        decoder = codecs.getincrementaldecoder(str(encoding))("replace")
        yield decoder.decode(first).removeprefix("\ufeff").encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()

    def _unpacked(self) -> Iterator[bytes]:
        if self.start.startswith(_ZSTD_MAGIC):
            return self._unzstd()
        return self._gunzip() if self.start.startswith(_GZIP_MAGIC) else self._chunks(_CHUNK)

    def _chunks(self, size: int) -> Iterator[bytes]:
        for at in range(0, len(self.start), size):
            yield self.start[at : at + size]
        while chunk := self._next(size):
            yield chunk

    def _next(self, size: int) -> bytes:
        chunk = self._file.read(size)
        self.read += len(chunk)
        return chunk

    def _unzstd(self) -> Iterator[bytes]:
        unpacker = zstandard.ZstdDecompressor(max_window_size=LARGEST_ZSTD_WINDOW)
        frame = unpacker.decompressobj()
        inside = False
        for packed in self._chunks(_ZSTD_CHUNK):
            chunk = packed
            while chunk:
                try:
                    yield frame.decompress(chunk)
                except zstandard.ZstdError as error:
                    self.cut = f"damaged zstd data before byte {self.read:,} ({error})"
                    return
                inside, chunk = not frame.eof, frame.unused_data
                if not inside:
                    frame = unpacker.decompressobj()
        if inside:
            self.cut = f"the file ends in the middle of a zstd frame, after {self.read:,} bytes"

    def _gunzip(self) -> Iterator[bytes]:
        member = zlib.decompressobj(wbits=31)
        inside = False
        for packed in self._chunks(_CHUNK):
            chunk = packed
            while chunk:
                try:
                    yield member.decompress(chunk, _CHUNK)
                except zlib.error as error:
                    self.cut = f"damaged gzip data before byte {self.read:,} ({error})"
                    return
                inside, chunk = not member.eof, member.unconsumed_tail
                if not inside:
                    chunk = member.unused_data.lstrip(b"\0")  # tapes and some tools pad with zeros
                    member = zlib.decompressobj(wbits=31)
        if inside:
            yield member.flush()
        if inside and not member.eof:
            self.cut = f"the file ends in the middle of gzip data, after {self.read:,} bytes"


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a file, or the standard input for "-"."""
    if path == STDIN:
        if sys.stdin is None:
            raise InputError("the standard input is closed: name a file, or pipe one in")
        yield Archive(path, sys.stdin.buffer, None)
        return
    with _open(path) as file:
        yield Archive(path, file, path.stat().st_size)


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder: name the files in it") from None
    except PermissionError:
        raise InputError(f"{path}: not allowed to read it") from None
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}): name another file") from None
