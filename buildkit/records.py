"""Frozen, keyword-only dataclasses that are made at once.

`dataclasses` writes and compiles half a dozen methods for every class, which was a third of the time of a run that finds everything as it
was. These classes share their methods; the library describes their fields, so that `fields`, `replace` and `asdict` work as for any other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  # what it is to whoever checks types
else:

    def dataclass(made: type | None = None, /, *, frozen: bool = False, **options: Any) -> Any:
        """Decorate a class as `dataclasses.dataclass` does; one that is not both frozen and keyword-only is left to the library."""
        if not frozen or options != {"kw_only": True}:
            return dataclasses.dataclass(made, frozen=frozen, **options)

        def decorate(made: type) -> type:
            # The library would compile a signature to describe a class that says nothing of itself.
            made.__doc__ = made.__doc__ or made.__name__
            return _with_methods(dataclasses.dataclass(kw_only=True, init=False, repr=False, eq=False)(made))

        return decorate


def _with_methods(made: Any) -> type:
    fields = dataclasses.fields(made)
    compared = tuple(field.name for field in fields if field.compare)
    key: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()

    def compare(self: Any, other: object) -> Any:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    made.__init__ = _initializer(made, {field.name: field for field in fields if field.init})
    made.__repr__ = _representer(tuple(field.name for field in fields if field.repr))
    made.__eq__ = compare
    made.__hash__ = lambda self: hash(key(self))
    made.__setattr__ = _refuse_to_assign
    made.__delattr__ = _refuse_to_delete
    return made  # type: ignore[no-any-return]


def _initializer(made: Any, fields: Mapping[str, Any]) -> Callable[..., None]:
    missing = dataclasses.MISSING
    defaults = {name: field.default for name, field in fields.items() if field.default is not missing}
    factories = {name: field.default_factory for name, field in fields.items() if field.default_factory is not missing}
    known = fields.keys()
    then = getattr(made, "__post_init__", None)

    def initialize(self: Any, /, **given: Any) -> None:
        values = self.__dict__
        values.update(defaults)
        values.update(given)
        for name, make in factories.items():
            if name not in given:
                values[name] = make()
        if values.keys() != known:
            raise TypeError(_mistake(made.__qualname__, values.keys() - known, known - values.keys()))
        if then is not None:
            then(self)

    initialize.__qualname__ = f"{made.__qualname__}.__init__"
    return initialize


def _representer(names: tuple[str, ...]) -> Callable[[Any], str]:
    @recursive_repr()
    def represent(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return represent


def _mistake(name: str, unknown: set[str], absent: set[str]) -> str:
    if unknown:
        return f"{name}.__init__() got an unexpected keyword argument {min(unknown)!r}"
    return f"{name}.__init__() is missing {', '.join(map(repr, sorted(absent)))}"


def _refuse_to_assign(_self: object, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
