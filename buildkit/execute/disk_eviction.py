"""Remove of cargo's output what was not used for longest, until the rest is within a budget.

First what rustc keeps to compile faster after an edit, then whole trees, then what was compiled of cells that are no longer in the plan. What
is removed is renamed aside first: whoever is killed on the way leaves folders from which cargo goes on, and the next run removes the rest.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from buildkit.cargo.wrappers import PREFIX
from buildkit.execute.disk import Tree, find_trees, held, size_of
from buildkit.execute.edited import STAMP
from buildkit.records import dataclass

ASIDE: Final = ".evicted-"
"""How folders are called that are being removed."""

KEPT_PART: Final = 0.9
"""Which part of the budget is left full, so that not every run removes something."""

INCREMENTAL: Final = "incremental"

Wanted = Callable[[], frozenset[tuple[str, frozenset[str]]]]
"""Gives each package by name, with a set of features that it is compiled with for some cell of the plan."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a run uses: `trees` by name, since a time in seconds of the epoch; `wanted` is `None` where it is not known what of them."""

    trees: frozenset[str]
    since: float
    wanted: Wanted | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """Files that can be removed together; `title` is what they belong to."""

    tree: Tree
    title: str
    used: float
    paths: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Freed:
    """What was removed: how many bytes, and what of which tree. `left` is what remains, in bytes."""

    size: int
    left: int
    titles: tuple[str, ...] = ()


def sweep(output: Path) -> None:
    """Remove what an eviction that was killed has left."""
    with suppress(OSError), os.scandir(output) as entries:
        leftovers = [entry.path for entry in entries if entry.name.startswith(ASIDE) and entry.is_dir(follow_symlinks=False)]
        for leftover in leftovers:
            shutil.rmtree(leftover, ignore_errors=True)


def evict(output: Path, budget: int, use: Use) -> Freed:
    """Remove from buildkit's folder, where it is larger than the budget, until it is well within; never what the run uses."""
    if output.is_symlink() or not output.is_dir():
        return Freed(size=0, left=0)
    sweep(output)
    before = left = size_of(output)
    titles: list[str] = []
    for candidates in (_incremental, _trees, _units) if before > budget else ():
        for part in sorted(candidates(output, use), key=lambda part: part.used):
            if left <= budget * KEPT_PART:
                break
            removed = remove(output, part)
            left -= removed
            titles += [part.title] if removed else []
    return Freed(size=before - left, left=left, titles=tuple(dict.fromkeys(titles)))


def _incremental(output: Path, use: Use) -> Iterator[Part]:
    for tree in find_trees(output):
        folder = tree.folder / INCREMENTAL
        title = f"{tree.name}: incremental compilation"
        if tree.name not in use.trees:
            yield Part(tree=tree, title=title, used=tree.used, paths=(folder,))
            continue
        for crate in folder.iterdir() if folder.is_dir() and not folder.is_symlink() else ():
            used = crate.lstat().st_mtime
            if used < use.since:
                yield Part(tree=tree, title=title, used=used, paths=(crate,))


def _trees(output: Path, use: Use) -> Iterator[Part]:
    for tree in find_trees(output):
        if tree.name not in use.trees:
            # What was checked there before is no longer known to be: the next check is a first one.
            paths = (tree.folder, tree.folder.parent / STAMP) if "/" in tree.name else (tree.folder,)
            yield Part(tree=tree, title=f"{tree.name}: all of it", used=tree.used, paths=paths)


def _units(output: Path, use: Use) -> Iterator[Part]:
    """Give what was compiled with features that no cell of the plan asks for; cargo notes them with each crate."""
    if use.wanted is None:
        return
    wanted = use.wanted()
    for tree in find_trees(output):
        files: dict[str, list[Path]] = {}
        for folder in ("deps", "build"):
            for path in _inside(tree.folder / folder):
                files.setdefault(path.name.partition(".")[0].rpartition("-")[2], []).append(path)
        for unit in _inside(tree.folder / ".fingerprint"):
            name, _, digest = unit.name.rpartition("-")
            if unit.lstat().st_mtime >= use.since or name.startswith(PREFIX) or _is_wanted(unit, name, wanted):
                continue
            paths = (unit, *files.get(digest, ()))
            yield Part(tree=tree, title=f"{tree.name}: cells that are no longer in the plan", used=unit.lstat().st_mtime, paths=paths)


def _inside(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.iterdir())) if folder.is_dir() and not folder.is_symlink() else ()


def _is_wanted(unit: Path, name: str, wanted: frozenset[tuple[str, frozenset[str]]]) -> bool:
    """Say whether a crate is wanted with the features that cargo notes in its folder of fingerprints; what cannot be read is.

    Of a build script that was run cargo notes none.
    """
    for file in unit.glob("*.json"):
        try:
            noted = json.loads(file.read_bytes())["features"]
            if (name, frozenset(json.loads(noted))) in wanted if noted else any(name == other for other, _ in wanted):
                return True
        except (OSError, ValueError, KeyError, TypeError):
            return True
    return not any(unit.glob("*.json"))


def remove(output: Path, part: Part) -> int:
    """Remove a part, and return how many bytes it had; one that another cargo uses stays."""
    with held(output, part.tree) as is_free:
        aside = _put_aside(output, part.paths) if is_free else None
    return 0 if aside is None else _clear(aside)


def discard(output: Path, paths: Iterable[Path]) -> None:
    """Remove what no cargo uses, whoever may be running."""
    aside = _put_aside(output, paths)
    if aside is not None:
        _clear(aside)


def _put_aside(output: Path, paths: Iterable[Path]) -> Path | None:
    try:
        aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=output))
    except OSError:
        return None
    for number, path in enumerate(paths):
        with suppress(OSError):
            path.rename(aside / str(number))
    return aside


def _clear(aside: Path) -> int:
    size = size_of(aside)
    shutil.rmtree(aside, ignore_errors=True)
    return size
