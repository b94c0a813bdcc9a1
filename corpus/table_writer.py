"""Writing records to a Parquet file, a row group at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

ROW_GROUP = 10_000


class TableWriter:
    """Writes to an open stream the records that it is given; columns that a record lacks have no value there."""

    def __init__(self, stream: Any, kinds: Mapping[str, type]) -> None:
        """Take the names of the columns, with the kind of value in each."""
        import pyarrow as pa  # here, as reading and labelling a corpus in SQLite need none of it
        from pyarrow import parquet

        types = {
            str: pa.string(),
            int: pa.int64(),
            float: pa.float64(),
            datetime: pa.timestamp("ms", tz="UTC"),
            dict: pa.map_(pa.string(), pa.float64()),
        }
        self._schema = pa.schema([(name, types[kind]) for name, kind in kinds.items()])
        self._writer = parquet.ParquetWriter(stream, self._schema, compression="zstd")
        self._records: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, record: dict[str, Any]) -> None:
        """Write one record."""
        self._records.append(record)
        if len(self._records) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._records:
            self._writer.write_batch(pa.RecordBatch.from_pylist(self._records, schema=self._schema))
        self._records = []
