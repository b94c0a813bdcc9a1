"""Opening files: what they are packed in, their encoding, their lines, and the values in them."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import sys
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from corpus.errors import InputError
from ingest import archives
from ingest.archives import BadLine, excerpt, open_archive
from ingest.values import Columns, Value, values

TEXT = b'{"a":1}\n\n{"a":2}\r\n{"a":3}'
LINES = [(1, b'{"a":1}'), (2, b""), (3, b'{"a":2}\r'), (4, b'{"a":3}')]


def zst(data, **options):
    return zstandard.ZstdCompressor(**options).compress(data)


def lines(path):
    with open_archive(path) as archive:
        found = list(archive.lines())
        assert archive.read == archive.size
        return found, archive.cut


def decoded(path):
    with open_archive(path) as archive:
        return list(values(archive))


@pytest.fixture
def file(tmp_path):
    def write(data):
        path = tmp_path / "misleading.gz"
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        gzip.compress(TEXT),
        gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:]) + bytes(64),
        zst(TEXT),
        zst(TEXT[:9]) + zst(TEXT[9:]),
        zst(TEXT[:9]) + b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip" + zst(TEXT[9:]),
        b"\xef\xbb\xbf" + TEXT,
        zst(b"\xef\xbb\xbf" + TEXT),
        TEXT.decode().encode("utf-16"),
        b"\xfe\xff" + TEXT.decode().encode("utf-16-be"),
        TEXT.decode().encode("utf-32"),
    ],
    ids=["plain", "gz", "gz members", "zst", "zst frames", "zst skip", "bom", "zst bom", "16", "16-be", "32"],
)
def test_unpacked_by_content_and_not_by_name(file, data):
    assert lines(file(data)) == (LINES, None)


def test_long_zstd_windows(file):
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=31, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()  # size unknown: the window stays
    packed = compressor.compress(TEXT) + compressor.flush()
    with pytest.raises(zstandard.ZstdError):
        zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    assert lines(file(packed)) == (LINES, None)


@pytest.mark.parametrize("pack", [gzip.compress, zst], ids=["gz", "zst"])
def test_cut_file_gives_what_comes_before_the_cut(file, pack):
    letters = random.Random(1)
    rows = [json.dumps({"n": n, "t": letters.randbytes(40).hex()}).encode() for n in range(20_000)]
    packed = pack(b"\n".join(rows))
    found, cut = lines(file(packed[: len(packed) // 2]))
    assert "in the middle of" in cut
    assert 5_000 < len(found) < 15_000
    assert [line for _, line in found[:-1]] == rows[: len(found) - 1]


def test_cut_gzip_gives_what_was_already_unpacked(file):
    [(_, line)], cut = lines(file(gzip.compress(b"x" * 3_000_000)[:-8]))
    assert (len(line), cut is None) == (3_000_000, False)


@pytest.mark.parametrize("pack", [gzip.compress, zst], ids=["gz", "zst"])
def test_damaged_file(file, pack):
    packed = pack(TEXT) + b"no such frame"
    found, cut = lines(file(packed))
    assert found == LINES
    assert "damaged" in cut


def test_lines_of_many_megabytes(file):
    huge = b'{"data":"' + b"x" * 20_000_000 + b'"}'
    found, _ = lines(file(b"1\n" + huge + b"\n2"))
    assert [(number, len(line)) for number, line in found] == [(1, 1), (2, len(huge)), (3, 1)]


def test_line_without_end(file, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_LINE", 1_000_000)
    with pytest.raises(InputError, match="line 2 is longer than 0 MB"):
        lines(file(b"{}\n" + b"x" * 2_000_000))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zst], ids=["plain", "gz", "zst"])
def test_memory_stays_flat(file, pack):
    letters = random.Random(1)
    path = file(pack(b"".join(b'{"text":"%s"}\n' % letters.randbytes(40).hex().encode() for _ in range(200_000))))
    tracemalloc.start()
    with open_archive(path) as archive:
        assert sum(1 for _ in archive.lines()) == 200_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000  # of 18 MB


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(zst(TEXT))))
    with open_archive(Path("-")) as archive:
        assert archive.size is None
        assert list(archive.lines()) == LINES


def test_no_such_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        lines(tmp_path / "none")
    with pytest.raises(InputError, match="is a folder"):
        lines(tmp_path)
    (tmp_path / "file").write_text("a")
    with pytest.raises(InputError, match="cannot be opened"):
        lines(tmp_path / "file" / "x.jsonl")
    with pytest.raises(InputError, match="cannot be opened"):
        lines(tmp_path / ("n" * 300))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (zst(TEXT)[:6], "cannot be read: the file ends in the middle of a zstd frame"),
        (b"SQLite format 3\0...", "is an SQLite file"),
        (b"PK\x03\x04....", "zip file: unpack it first"),
        (b"\x00\x01\x02\xff\xfe", "neither text nor Parquet"),
        (b"PAR1 and then nothing", "damaged Parquet file"),
    ],
)
def test_no_archive_at_all(file, data, message):
    with pytest.raises(InputError, match=message):
        decoded(file(data))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b'{"a":1}\n{"a":2}', [(1, {"a": 1}), (2, {"a": 2})]),
        (b'\n{\n"a":1\n}\n\n{\n"a":2\n}', [(2, {"a": 1}), (6, {"a": 2})]),
        (b'[{"a":1},\n{"a":2}]\n', [(1, [{"a": 1}, {"a": 2}])]),
        (b'[\n{"a":1}\n]', [(1, [{"a": 1}])]),
        (b'{"kind": "Listing", "data": {\n"children": []}}', [(1, {"kind": "Listing", "data": {"children": []}})]),
        (b'null\n{"a":1}', [(1, None), (2, {"a": 1})]),
    ],
)
def test_json_lines_and_whole_documents(file, document, expected):
    assert [(value.line, value.value) for value in decoded(file(document))] == expected


def test_own_bytes_are_kept_for_json_lines_only(file):
    assert decoded(file(b' {"a": 1} \n')) == [Value(1, {"a": 1}, b'{"a": 1}')]
    assert decoded(file(b'{\n"a": 1}')) == [Value(1, {"a": 1}, None)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": 1', "not JSON: .* at 8"),
        (b'{"a": "caf\xe9"}', "not UTF-8: byte 0xe9 at 11"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON: "),
        (b"[" * 100_000, "nested too deeply"),
        ('{"a": 1}'.encode("utf-16-le"), "UTF-16, perhaps"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_bad_lines_do_not_stop_the_others(file, line, reason, first):
    good = b'{"a": 2}'
    found = decoded(file(b"\n".join([line, good, good] if first else [good, line, good])))
    [bad] = [value for value in found if isinstance(value, BadLine)]
    assert bad.line == (1 if first else 2)
    assert re.search(reason, bad.reason)
    assert [value.value for value in found if isinstance(value, Value)] == [{"a": 2}] * 2


def test_broken_document(file):
    [value, bad] = decoded(file(b'{\n"a": 1\n}\n{\n"b": ?\n}'))
    assert value.value == {"a": 1}
    assert (bad.line, bad.reason) == (5, "not JSON: Expecting value")


def test_json_lines_whose_first_two_are_cut(file):
    found = decoded(file(b'{"a": 1\n{"a": 2\n{"a": 3}\n'))
    assert [bad.line for bad in found if isinstance(bad, BadLine)] == [1, 2]
    assert found[2] == Value(3, {"a": 3}, b'{"a": 3}')


def test_csv(file):
    table = b'id;text\r\n1;"a ""b""\r\n\r\n  c"\r\n2;d\r\n3;d;e\r\n4;"f"\r\n'
    columns, first, second, bad, fourth = decoded(file(table))
    assert columns == Columns(("id", "text"))
    assert first == Value(2, {"id": "1", "text": 'a "b"\r\n\r\n  c'}, None)
    assert second == Value(5, {"id": "2", "text": "d"}, None)
    assert (bad.line, bad.reason) == (6, "3 cells where the header has 2")
    assert fourth.line == 7


def test_csv_with_a_line_that_is_not_utf8(file):
    _, bad, good = decoded(file(b"id,text\n1,caf\xe9\n2,tea\n"))
    assert (bad.line, bad.reason) == (2, "not UTF-8 (Latin-1, perhaps)")
    assert good.value == {"id": "2", "text": "tea"}


def test_csv_with_a_stray_quote_swallows_no_more_than_a_megabyte(file):
    rows = b"".join(b"%d,plain text of a row\n" % n for n in range(100_000))
    found = decoded(file(b'id,text\n0,"stray\n' + rows))
    assert any(isinstance(value, BadLine) and "field limit" in value.reason for value in found)
    assert sum(isinstance(value, Value) for value in found) > 40_000


@pytest.mark.parametrize("end", [b"\n", b""])
def test_csv_with_a_quote_that_is_never_closed(file, end):
    *rows, bad = decoded(file(b'id,text\n1,"one"\n2,"two never ends\n3,three\n4,four' + end))
    assert [row.value for row in rows[1:]] == [{"id": "1", "text": "one"}]
    assert (bad.line, bad.reason) == (3, "a quote opened here is never closed")


def test_excerpt_is_harmless_and_short():
    assert excerpt(b"\x1b[31mred\r\n\xff") == "[31mred  \ufffd"
    assert len(excerpt("x" * 1000)) == 80


@pytest.mark.parametrize("layout", ['[{"a": 1},\n{"a": 2}\n]', '{"hits": [{"a": 1},\n{"a": 2}\n]}'])
def test_two_objects_of_a_line_each_in_one_document(file, layout):
    found = decoded(file(layout.encode()))
    assert [item.value for item in found] == [json.loads(layout)]


def test_blank_lines_of_a_table_are_passed_over(file):
    found = decoded(file(b"id,text\n1,a\n\n  \n2,b\n\n"))
    assert [item.value for item in found[1:]] == [{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]
    assert [item.line for item in found[1:]] == [2, 5]
