"""Dataclasses whose methods are made when the first object is: importing buildkit makes two hundred classes, and a run uses a part of them.

`dataclass` is that of the standard library in all else. `dataclasses.fields` and `is_dataclass` know a class once an object of it exists.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

__all__ = ("dataclass",)

PENDING = "__pending_options__"

_making = threading.RLock()

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(**options: Any) -> Callable[[type], type]:
        """Return the decorator; what has slots is another class, and made at once."""
        return dataclasses.dataclass(**options) if options.get("slots") else lambda cls: _put_off(cls, options)


def _put_off(cls: type, options: Mapping[str, Any]) -> type:
    def make(self: Any, *arguments: Any, **values: Any) -> None:
        with _making:
            _make(cls)
        cls.__init__(self, *arguments, **values)  # type: ignore[misc]  # made by now

    setattr(cls, PENDING, options)
    cls.__init__ = make  # type: ignore[misc]  # until the first object
    return cls


def _make(cls: type) -> None:
    """Make the methods of a class, and before that those of the classes that it extends."""
    for made in reversed(cls.__mro__):
        options = made.__dict__.get(PENDING)
        if options is not None:
            delattr(made, PENDING)
            del made.__init__  # type: ignore[misc]  # the standard library keeps what is there
            dataclasses.dataclass(**options)(made)
