"""Answers that were dear to get, remembered in a file of the store."""

from __future__ import annotations

import os
import tempfile
from dataclasses import field
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from buildkit.records import dataclass

Value = TypeVar("Value")


@dataclass(kw_only=True)
class Memory(Generic[Value]):
    """Values by key, kept in a JSON file. Losing the file costs time and nothing else."""

    file: Path
    values: dict[str, Value]
    _is_changed: bool = field(default=False)

    @classmethod
    def open(cls, file: Path, kind: type[Value]) -> Memory[Value]:
        """Read what is remembered; an unreadable file counts as empty."""
        try:
            values = msgspec.json.decode(file.read_bytes(), type=dict[str, kind])  # type: ignore[valid-type]  # known at run time
        except (OSError, msgspec.DecodeError):
            values = {}
        return cls(file=file, values=values)

    def get(self, key: str) -> Value | None:
        """Return what is remembered, `None` where nothing is."""
        return self.values.get(key)

    def put(self, key: str, value: Value) -> None:
        """Remember a value."""
        self.values[key] = value
        self._is_changed = True

    def save(self) -> None:
        """Write what was added; a store that cannot be written is left as it is, and the next command asks again."""
        if not self._is_changed:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=f".{self.file.name}-", dir=self.file.parent)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(msgspec.json.encode(self.values))
            Path(name).replace(self.file)
        except OSError:
            return
        self._is_changed = False
