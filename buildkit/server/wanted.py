"""Rows by any number of keys, in one statement that never changes and so is compiled once.

The keys travel as one JSON text: SQLite answers `(a, b) IN (VALUES ...)` by reading the whole table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, String, TableValuedAlias, and_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import Table

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
DIALECTS: Final = (SQLITE, POSTGRESQL)


def wanted_rows(dialect: str, table: Table, key: Sequence[Column[Any]]) -> Select[Any]:
    """Return the statement for the rows whose `key` is one of the lists in the JSON text that is bound as `wanted`."""
    wanted = _lists(dialect)
    return select(table).join_from(wanted, table, and_(*(column == _part(dialect, wanted, index) for index, column in enumerate(key))))


def _lists(dialect: str) -> TableValuedAlias:
    if dialect == SQLITE:
        return func.json_each(bindparam("wanted")).table_valued("value", name="wanted_rows")
    return func.jsonb_array_elements(cast(bindparam("wanted", type_=String()), JSONB)).table_valued("value", name="wanted_rows")


def _part(dialect: str, wanted: TableValuedAlias, index: int) -> ColumnElement[Any]:
    if dialect == SQLITE:
        return func.json_extract(wanted.c.value, f"$[{index}]")
    return func.jsonb_extract_path_text(wanted.c.value, str(index))
