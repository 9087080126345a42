"""Read a `buildkit.toml`: its tree, and the line of every key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from buildkit.config.check import Problem, find_problems
from buildkit.config.schema import PackageTargetTable, TargetTable
from buildkit.errors import ConfigurationError
from buildkit.records import dataclass
from buildkit.toml_lines import locate_keys

Tree = dict[str, Any]

_AT_LINE: Final = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_MISSPELT: Final = 0.8
"""How near a table's name must be to a known key to be a misspelling of it, and not a part of a target's name."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A valid configuration file; `shown` is its path as messages give it, `lines` counts from 1 and has dotted texts as keys."""

    file: Path
    shown: Path
    tree: Tree
    lines: Mapping[str, int]

    def place(self, key: str) -> str:
        """Return `file:line` of a key, or the file where the key does not stand in it."""
        line = self.lines.get(key)
        return f"{self.shown}:{line}" if line is not None else str(self.shown)


def read_document(file: Path, shown: Path) -> Document:
    """Read and check a configuration file; raises `ConfigurationError` that names every problem with its line."""
    text = _read(file, shown)
    try:
        tree = tomllib.loads(text)
        joined, twice = join_target_names(tree)
        problems = (*twice, *find_problems(joined))
    except ValueError as error:
        raise _broken(error, text, shown) from error
    except RecursionError as error:
        raise ConfigurationError("lists and tables are nested too deeply", file=shown) from error
    lines: dict[str, int] = {}
    for path, line in locate_keys(text).items():
        lines.setdefault(".".join(map(str, path)), line)
    if problems:
        raise configuration_error(problems, shown=shown, lines=lines)
    return Document(file=file, shown=shown, tree=joined, lines=lines)


def configuration_error(problems: Sequence[Problem], *, shown: Path, lines: Mapping[str, int]) -> ConfigurationError:
    """Return the error that names all the problems of one file, the first line first."""
    located = sorted(((_line_of(problem.key, lines), problem) for problem in problems), key=lambda found: found[0] or 0)
    (line, first), *others = located
    if not others:
        hint = f"did you mean {first.suggestion!r}?" if first.suggestion else "buildkit config --schema"
        return ConfigurationError(first.message, file=shown, line=line, hint=hint)
    more = (str(ConfigurationError(_sentence(problem), file=shown, line=other)) for other, problem in others)
    return ConfigurationError("\n".join((_sentence(first), *more)), file=shown, line=line, hint="buildkit config --schema")


def _sentence(problem: Problem) -> str:
    return f"{problem.message}; did you mean {problem.suggestion!r}?" if problem.suggestion else problem.message


def _line_of(key: str, lines: Mapping[str, int]) -> int | None:
    """Return the line of a key, or of the nearest table around it that stands in the file."""
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key)


def _read(file: Path, shown: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"byte {error.object[error.start]:#04x} is not UTF-8", file=shown, line=line, hint="save the file as UTF-8"
        ) from error
    except FileNotFoundError as error:
        raise ConfigurationError("no such file", file=shown, hint="buildkit init") from error
    except IsADirectoryError as error:
        raise ConfigurationError("is a directory, not a file", file=shown, hint="buildkit config --config FILE") from error
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", file=shown, hint=f"ls -l {shown}") from error


def _broken(error: ValueError, text: str, shown: Path) -> ConfigurationError:
    said = str(error)
    match = _AT_LINE.search(said)
    if match is None:
        return ConfigurationError(f"not valid TOML: {said}", file=shown)
    line = int(match["line"]) if match["line"] else text.rstrip("\n").count("\n") + 1
    reason = said[: match.start()]
    return ConfigurationError(f"not valid TOML: {reason[:1].lower()}{reason[1:]}", file=shown, line=line)


def join_target_names(tree: Tree) -> tuple[Tree, tuple[Problem, ...]]:
    """Join the names of targets that TOML splits at their dots, as in `[target.thumbv8m.main-none-eabihf]`.

    A table below a target's table that is no key of it continues the name. Gives the new tree, and a problem for each target that is
    spelled both ways.
    """
    problems: list[Problem] = []
    joined = dict(tree)
    if isinstance(targets := tree.get("target"), dict):
        joined["target"] = _joined(targets, TargetTable.__struct_encode_fields__, "target", problems)
    if isinstance(packages := tree.get("package"), dict):
        joined["package"] = {name: _joined_package(name, package, problems) for name, package in packages.items()}
    return joined, tuple(problems)


def _joined_package(name: str, package: object, problems: list[Problem]) -> object:
    if not isinstance(package, dict) or not isinstance(targets := package.get("target"), dict):
        return package
    return package | {"target": _joined(targets, PackageTargetTable.__struct_encode_fields__, f"package.{name}.target", problems)}


def _joined(tables: Tree, fields: tuple[str, ...], key: str, problems: list[Problem]) -> Tree:
    joined: Tree = {}
    for name, table in _named_tables(tables, fields):
        if name in joined:
            problems.append(Problem(key=f"{key}.{name}", message=f"{key}.{name} is declared twice, with its dots quoted and unquoted"))
        joined[name] = table
    return joined


def _named_tables(tables: Tree, fields: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for name, table in tables.items():
        if not isinstance(table, dict):
            yield name, table
            continue
        inner = {key: value for key, value in table.items() if isinstance(value, dict) and not _is_meant(key, fields)}
        own = {key: value for key, value in table.items() if key not in inner}
        if own or not inner:
            yield name, own
        yield from ((f"{name}.{rest}", found) for rest, found in _named_tables(inner, fields))


def _is_meant(key: str, fields: tuple[str, ...]) -> bool:
    return key in fields or bool(get_close_matches(key, fields, n=1, cutoff=_MISSPELT))


def shown_path(file: Path, directory: Path) -> Path:
    """Return a path as messages give it: relative to the directory where it lies below it."""
    resolved, base = file.resolve(), directory.resolve()
    return resolved.relative_to(base) if resolved.is_relative_to(base) else file


def with_value(tree: Tree, key: str, value: object) -> Tree:
    """Return a tree in which one key has another value; the key has no name of a target or package in it."""
    head, _, rest = key.partition(".")
    return tree | {head: with_value(tree.get(head, {}), rest, value) if rest else value}
