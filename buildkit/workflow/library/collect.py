"""What a cargo call made for a library, by its messages alone: a target directory keeps the crates of earlier calls."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from buildkit.cargo.messages import BuildScriptExecuted, CompilerArtifact, Message
from buildkit.cargo.metadata import LIBRARY_KINDS, Package
from buildkit.errors import BuildkitError
from buildkit.records import dataclass
from buildkit.toolchain.manifest import digest_file
from buildkit.workflow.library.model import CRATES, MACROS, NATIVE, Crate, CrateKind

DEPENDENCIES: Final = "deps"
"""The folder of cargo's in which each crate has a name of its own, with the hash by which rustc tells it apart."""

BUNDLED: Final = "static"
"""The kind of native library whose code rustc puts into the crate; its archive is kept all the same."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What is to be copied: crates and archives with where they lie, that of the library's own package, and folders of the system."""

    files: Mapping[str, Path]
    crates: tuple[Crate, ...]
    root: str
    system_folders: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Output:
    """Where cargo put things: `folder` is its target directory, `target` the folder in it of what is compiled for the target."""

    folder: Path
    target: Path
    packages: Mapping[str, Package]

    def collect(self, messages: Iterable[Message], root: Package) -> Made:
        """Return the crates of the target's side, the macros and the archives; raises `BuildkitError` where one crate came twice."""
        told = tuple(messages)
        found = tuple(self._crates(told))
        own = next((file for message, file in found if message.package_id == root.id), None)
        if own is None:
            raise BuildkitError(f"cargo reported no library of {root.name}", hint=f"cargo build --package {root.name} --lib")
        files: dict[str, Path] = {}
        crates: dict[str, Crate] = {}
        for message, file in found:
            crate = self._crate(message, file)
            known = files.setdefault(crate.file, file)
            twin = crates.setdefault(f"{message.package_id} {crate.name}", crate)
            if known != file or twin.file != crate.file:
                raise BuildkitError(f"cargo reported two files of {crate.name} {crate.version}: {twin.file}, {file.name}")
        for crate, file in self._archives(told):
            files[crate.file] = file
            crates[crate.file] = crate
        return Made(
            files=files,
            crates=tuple(sorted(crates.values(), key=lambda crate: crate.file)),
            root=f"{CRATES}/{own.name}",
            system_folders=tuple(dict.fromkeys(str(folder) for folder in self._system_folders(told))),
        )

    def _crates(self, messages: Iterable[Message]) -> Iterator[tuple[CompilerArtifact, Path]]:
        for message in messages:
            if not isinstance(message, CompilerArtifact) or LIBRARY_KINDS.isdisjoint(message.target.kind):
                continue
            if "proc-macro" in message.target.kind:
                yield message, message.filenames[0]
            elif any(file.is_relative_to(self.target) for file in message.filenames):
                yield message, hashed_rlib(message)

    def _crate(self, message: CompilerArtifact, file: Path) -> Crate:
        is_macro = "proc-macro" in message.target.kind
        return self._described(
            message.package_id,
            file,
            name=message.target.name.replace("-", "_"),
            kind=CrateKind.PROC_MACRO if is_macro else CrateKind.RLIB,
            place=f"{MACROS if is_macro else CRATES}/{file.name}",
        )

    def _archives(self, messages: Iterable[Message]) -> Iterator[tuple[Crate, Path]]:
        for message in self._scripts(messages):
            package = self.packages[message.package_id]
            for library in message.linked_libs:
                name = library_name(library)
                file = next((file for folder in folders_of(message) for file in archives_in(folder, name)), None)
                if file is not None:
                    place = f"{NATIVE}/{package.name}-{package.version}/{file.name}"
                    yield self._described(package.id, file, name=name, kind=CrateKind.NATIVE, place=place), file

    def _system_folders(self, messages: Iterable[Message]) -> Iterator[Path]:
        """Give the folders, made neither by cargo nor by a build script, in which something is linked that has no archive."""
        for message in self._scripts(messages):
            names = [library_name(library) for library in message.linked_libs]
            for folder in folders_of(message):
                is_made = folder.is_relative_to(self.folder) or folder.is_relative_to(
                    self.packages[message.package_id].manifest_path.parent
                )
                if not is_made and not all(any(archives_in(folder, name)) for name in names):
                    yield folder

    def _scripts(self, messages: Iterable[Message]) -> Iterator[BuildScriptExecuted]:
        """Give the build scripts of what is compiled for the target."""
        return (message for message in messages if isinstance(message, BuildScriptExecuted) and message.out_dir.is_relative_to(self.target))

    def _described(self, identity: str, file: Path, *, name: str, kind: CrateKind, place: str) -> Crate:
        package = self.packages[identity]
        return Crate(
            name=name,
            package=package.name,
            version=package.version,
            kind=kind,
            file=place,
            size=file.stat().st_size,
            sha256=digest_file(file),
        )


def hashed_rlib(message: CompilerArtifact) -> Path:
    """Return the rlib of a crate under the name that rustc looks for; cargo reports that of its package's own crate without the hash."""
    rlib = next((file for file in message.filenames if file.suffix == ".rlib"), None)
    if rlib is None:
        raise BuildkitError(f"cargo made no rlib of {message.target.name}", hint=f"crate-type of {message.target.name} in its Cargo.toml")
    if rlib.parent.name == DEPENDENCIES:
        return rlib
    named = (file.with_suffix(".rlib") for file in message.filenames if file.suffix == ".rmeta" and file.parent.name == DEPENDENCIES)
    return next((file for file in named if file.is_file()), rlib)


def library_name(linked: str) -> str:
    """Return the name of a library as `rustc -l` is given it, without kind, modifiers and new name."""
    return linked.rpartition("=")[2].partition(":")[0]


def folders_of(message: BuildScriptExecuted) -> tuple[Path, ...]:
    """Return the folders in which a build script says that libraries lie."""
    return tuple(Path(path.partition("=")[2] if "=" in path else path) for path in message.linked_paths)


def archives_in(folder: Path, name: str) -> Iterator[Path]:
    """Give the archives of a library in a folder."""
    return (folder / file for file in (f"lib{name}.a", f"{name}.lib", name) if (folder / file).is_file())


def lay_out(made: Made, entry: Path) -> None:
    """Copy all files into an entry of the store."""
    for name, file in made.files.items():
        place = entry / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
