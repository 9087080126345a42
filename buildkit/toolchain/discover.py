"""Find every compiler on this machine, in the order in which its user would reach them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from pathlib import Path
from typing import overload

from buildkit.process import Runner
from buildkit.toolchain.model import Origin, Toolchain
from buildkit.toolchain.places import Place, existing, find_places, is_proxy
from buildkit.toolchain.probe import Answer, ask_compiler
from buildkit.toolchain.release import OLDEST_SUPPORTED, reaches


class Toolchains(Sequence[Toolchain]):
    """Toolchains in order, each of which is looked for when somebody gets to it: a compiler that is not used takes long to start."""

    def __init__(self, found: Iterable[Toolchain]) -> None:
        """Take where they come from, once."""
        self._found = iter(found)
        self._known: list[Toolchain] = []

    def __iter__(self) -> Iterator[Toolchain]:
        """Give all of them, looking no further than is asked for."""
        for place in count():
            if place == len(self._known):
                self._known.extend(islice(self._found, 1))
            if place == len(self._known):
                return
            yield self._known[place]

    def __len__(self) -> int:
        """Return how many there are."""
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return next(iter(self), None) is not None

    @overload
    def __getitem__(self, index: int) -> Toolchain: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Toolchain, ...]: ...

    def __getitem__(self, index: int | slice) -> Toolchain | tuple[Toolchain, ...]:
        """Return one of them, or several."""
        return tuple(iter(self))[index]


def discover(*, environment: Mapping[str, str], store: Path, processes: Runner, pinned: Path | None = None) -> Toolchains:
    """Return the toolchains of this machine, each sysroot once; a compiler is asked when somebody gets to it.

    `pinned` is the folder of a toolchain that a workspace names, and comes first.
    """
    own = () if pinned is None else existing(Place(rustc=pinned / "bin" / "rustc", origin=Origin.OTHER, name=str(pinned)))
    return Toolchains(_asked((*own, *find_places(environment, store)), processes))


def _asked(places: Iterable[Place], processes: Runner) -> Iterator[Toolchain]:
    answers: dict[Path, Answer | None] = {}
    sysroots: set[Path] = set()
    for place in places:
        if place.rustc not in answers:
            answers[place.rustc] = ask_compiler(place.rustc, processes=processes, sysroot=place.sysroot)
        answer = answers[place.rustc]
        toolchain = None if answer is None else describe(place, answer)
        if toolchain is not None and toolchain.sysroot not in sysroots:
            sysroots.add(toolchain.sysroot)
            yield toolchain


def reading_toolchain(toolchains: Iterable[Toolchain]) -> Toolchain | None:
    """Return the first toolchain that can read any workspace, `None` where all are too old for that; what compiles may be another."""
    return next((toolchain for toolchain in toolchains if reaches(toolchain.release, OLDEST_SUPPORTED)), None)


def describe(place: Place, answer: Answer) -> Toolchain | None:
    """Return a toolchain, `None` where there is no cargo beside the compiler."""
    sysroot = Path(answer.sysroot).resolve()
    rustc = place.rustc
    cargo, rustdoc = rustc.with_name("cargo"), rustc.with_name("rustdoc")
    if not cargo.exists() or is_proxy(cargo):
        return None
    return Toolchain(
        rustc=rustc,
        cargo=cargo,
        rustdoc=rustdoc,
        release=answer.release,
        commit=answer.commit,
        host=answer.host,
        sysroot=sysroot,
        prebuilt=frozenset(prebuilt_triples(sysroot)),
        source=find_source(sysroot),
        origin=place.origin,
        name=place.name,
    )


def prebuilt_triples(sysroot: Path) -> Iterable[str]:
    """Give the triples whose std lies in a sysroot."""
    return (core.parent.parent.name for core in (sysroot / "lib" / "rustlib").glob("*/lib/libcore-*.rlib"))


def find_source(sysroot: Path) -> Path | None:
    """Return the `library` folder of the source that a component or a package put into a sysroot."""
    library = sysroot / "lib" / "rustlib" / "src" / "rust" / "library"
    return library if (library / "std" / "Cargo.toml").is_file() and (library / "Cargo.lock").is_file() else None
