"""Bring the libraries of an archive into the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from buildkit.errors import BuildkitError, UsageError
from buildkit.private_folders import private_folder
from buildkit.toolchain.layout import STORED_LIBRARIES, WORK
from buildkit.toolchain.model import Supply
from buildkit.toolchain.store import Recipe, Store
from buildkit.toolchain.trouble import explain_os_error
from buildkit.workflow.library.model import Description, Library, read_library
from buildkit.workflow.library.question import std_of
from buildkit.workflow.library.unpack import open_archive

SHOWN_DIGITS: Final = 9
"""How many digits of a commit rustc shows."""

SupplyFor = Callable[[str], Supply]
"""Returns what a target is compiled with here, by the target's name; raises `BuildkitError` for one that is not known here."""


def bring_in(file: Path, store: Store, supply_for: SupplyFor) -> tuple[Library, ...]:
    """Put the libraries of an archive into the store, all of them or none.

    Raises `UsageError` for an archive that is not whole, and for a library that another compiler made.
    """
    with open_archive(file) as archive, explain_os_error(store.root):
        for description in archive.descriptions.values():
            require_fit(file, description, supply_for(description.target))
        work = store.root / WORK
        work.mkdir(parents=True, exist_ok=True)
        with private_folder("archive", work) as scratch:
            archive.unpack(scratch)
            return tuple(_publish(description, scratch / key, store) for key, description in archive.descriptions.items())


def require_fit(file: Path, description: Description, supply: Supply) -> None:
    """Raise `UsageError` where the compiler of a target is not the one that made a library."""
    made, here = description.compiler, supply.toolchain
    mend = f"buildkit prebuild -t {description.target}"
    if made.host != here.host:
        raise UsageError(f"{file} was made on {made.host}, and this machine is {here.host}", hint=mend)
    if (made.commit, made.release) != (here.commit, here.release):
        theirs, ours = (f"rustc {release} ({commit[:SHOWN_DIGITS]})" for release, commit in _compilers(description, supply))
        raise UsageError(f"{file} was made by {theirs}, and {description.target} is compiled by {ours} here", hint=mend)
    if description.triple != supply.triple or description.facts.get("std") != std_of(supply):
        raise UsageError(f"{file} was made with another standard library for {description.triple} than the one here", hint=mend)


def _compilers(description: Description, supply: Supply) -> tuple[tuple[str, str], tuple[str, str]]:
    made, here = description.compiler, supply.toolchain
    return (made.release, made.commit), (here.release, here.commit)


def _publish(description: Description, unpacked: Path, store: Store) -> Library:
    recipe = Recipe(kind=STORED_LIBRARIES, stem=description.stem, title=description.title, facts=description.facts)

    def fill(entry: Path, _: Path) -> None:
        for file in sorted(unpacked.iterdir()):
            file.rename(entry / file.name)

    library = read_library(store.obtain(recipe, fill))
    if library is None:
        raise BuildkitError(f"the library {recipe.name} cannot be read", hint="buildkit toolchain prune --all")
    return library
