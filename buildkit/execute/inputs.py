"""What a compilation read beside what its question says: files, folders and variables of the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path
from typing import Final

from buildkit.cargo.build_script import FILE_NAME, STARTED
from buildkit.cargo.calls import OUTPUT_FOLDER
from buildkit.cargo.dep_info import SUFFIX, DepInfo, dep_info_file
from buildkit.cargo.messages import BuildScriptExecuted, CompilerArtifact, CompilerMessage, Diagnostic, Message
from buildkit.cargo.metadata import Package
from buildkit.execute.compiled_units import UNREAD, CompiledUnits, units_of
from buildkit.execute.context import Context
from buildkit.execute.input_names import InputNames, twin_of
from buildkit.execute.verdict_model import ANY_TIME, CheckQuestion, Inputs
from buildkit.execute.work import Work
from buildkit.records import dataclass

MANIFEST: Final = "Cargo.toml"


def inputs_of(context: Context, work: Work, question: CheckQuestion, messages: Iterable[Message]) -> Inputs | None:
    """Return what decided the verdict of a cell, from the messages of the cargo call that compiled it, alone or with others.

    `None` where that cannot be told: a build script watches a file that does not exist, so that cargo runs it every time, or something
    failed that is not the code's own fault.
    """
    if work.graph.resolution is None:
        return None
    compiled = units_of(work.graph.resolution.sides, messages, is_closure=question.is_closure)
    collected = _Collected(context=context, names=context.input_names, files=dict.fromkeys(question.also, ANY_TIME))
    collected.read(compiled)
    return None if collected.is_unknown or compiled.fails_outside(context.workspace.packages) else collected.inputs


@dataclass(kw_only=True)
class _Collected:
    """Inputs as they are found."""

    context: Context
    names: InputNames
    files: dict[str, int] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    packages: dict[str, int] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    is_unknown: bool = False

    @property
    def inputs(self) -> Inputs:
        return Inputs(files=self.files, folders=self.folders, packages=self.packages, variables=frozenset(self.variables))

    def read(self, compiled: CompiledUnits) -> None:
        known = self.context.workspace.packages
        for message in compiled.messages:
            package = known.get(getattr(message, "package_id", ""))
            if package is None or not compiled.counts(message):
                continue
            if isinstance(message, CompilerArtifact):
                self._add_artifact(message, package)
            elif isinstance(message, BuildScriptExecuted):
                self._add_build_script(message, package)
            elif isinstance(message, CompilerMessage):
                self._add_paths((span.file_name for span in message.message.spans), package, ANY_TIME)
                self._add_paths(unread(message.message, package.manifest_path.parent), package, ANY_TIME)
        for identity in compiled.unfinished(known):
            if not self.context.facts.is_fixed(known[identity]):
                self._add_unfinished(known[identity], compiled.messages)
        used = compiled.features if compiled.is_closure else known
        for identity in used:
            if not self.context.facts.is_fixed(known[identity]):
                manifests = manifests_for(known[identity].manifest_path, self.context.workspace.root)
                self.files |= {self.context.facts.place(manifest): ANY_TIME for manifest in manifests}

    def _add_artifact(self, artifact: CompilerArtifact, package: Package) -> None:
        if self.context.facts.is_fixed(package):
            self._add_fixed(artifact, package)
            return
        described = dep_info_file(artifact, package.name)
        info = None if described is None else self.context.read_files.dep_info(described.path)
        if described is None or info is None:
            self._add_package(package, ANY_TIME)
        else:
            self._add_dep_info(info, package, changed_before(described.started, described.path))

    def _add_fixed(self, artifact: CompilerArtifact, package: Package) -> None:
        """Add what a fetched package reads outside of itself; its own files cannot change, so one look at each of many units will do."""
        found = self.context.read_files.fixed.get(artifact.filenames)
        if found is None:
            described = dep_info_file(artifact, package.name)
            info = None if described is None else self.context.read_files.dep_info(described.path)
            found = info or DepInfo(files=frozenset(), variables=frozenset())
            self.context.read_files.fixed[artifact.filenames] = found
        self._add_dep_info(found, package, ANY_TIME)

    def _add_dep_info(self, info: DepInfo, package: Package, before: int) -> None:
        self.variables |= info.variables
        for name in self.names.read_by(info, package.manifest_path.parent):
            self.files[name] = min(before, self.files.get(name, before))
        if not self.context.facts.is_fixed(package):
            twins = {twin for file in info.files if (twin := twin_of(file)) is not None}
            self._add_paths(twins, package, ANY_TIME)

    def _add_build_script(self, message: BuildScriptExecuted, package: Package) -> None:
        folder = message.out_dir.parent
        watched = self.context.read_files.output(folder / FILE_NAME)
        if watched is None:
            self.is_unknown = True
            return
        before = changed_before(folder / STARTED, folder / FILE_NAME)
        self.variables |= watched.variables
        if watched.whole_package:
            self._add_package(package, before)
        for path in watched.paths:
            self._add_watched(os.path.join(package.manifest_path.parent, path), package, before)

    def _add_watched(self, path: str, package: Package, before: int) -> None:
        for name in self.names.of(path, package.manifest_path.parent):
            if os.path.isdir(path):
                self.folders[name] = min(before, self.folders.get(name, before))
            elif os.path.exists(path):
                self.files[name] = min(before, self.files.get(name, before))
            else:
                self.is_unknown = True

    def _add_unfinished(self, package: Package, messages: Iterable[Message]) -> None:
        """Add all that a compilation could have read of which nothing was reported: rustc may have written down some of it."""
        self._add_package(package, ANY_TIME)
        crates = {target.name.replace("-", "_") for target in package.targets}
        for folder in self._made_in(messages):
            for crate in crates:
                for path in folder.glob(f"{crate}-*{SUFFIX}"):
                    info = self.context.read_files.dep_info(path)
                    if info is not None:
                        self._add_dep_info(info, package, ANY_TIME)

    def _made_in(self, messages: Iterable[Message]) -> set[Path]:
        own = self.context.workspace.target_directory / OUTPUT_FOLDER
        made = (file.parent for message in messages if isinstance(message, CompilerArtifact) for file in message.filenames)
        return {*(folder for folder in made if folder.name == "deps"), *own.glob("*/deps"), *own.glob("*/*/deps")}

    def _add_package(self, package: Package, before: int) -> None:
        if not self.context.facts.is_fixed(package):
            name = self.context.facts.place(package.manifest_path.parent)
            self.packages[name] = min(before, self.packages.get(name, before))

    def _add_paths(self, paths: Iterable[str], package: Package, before: int) -> None:
        for path in paths:
            for name in self.names.of(path, package.manifest_path.parent):
                self.files[name] = min(before, self.files.get(name, before))


def unread(diagnostic: Diagnostic, folder: Path) -> Iterator[str]:
    """Give the file that rustc could not read, wherever it may have looked: its coming decides as much as its content."""
    found = UNREAD.search(diagnostic.message)
    if found is not None:
        yield found["path"]
        yield os.path.join(folder, found["path"])


def manifests_for(manifest: Path, root: Path) -> Iterator[Path]:
    """Give a manifest and, of a package outside the workspace, those above it up to the one from which it may inherit."""
    yield manifest
    if manifest.is_relative_to(root):
        return
    for folder in manifest.parent.parents:
        yield folder / MANIFEST
        try:
            if "[workspace" in (folder / MANIFEST).read_text(encoding="utf-8"):
                return
        except (OSError, UnicodeDecodeError):
            continue


def changed_before(started: Path, written: Path) -> int:
    """Return when a compilation began, from the files that tell it; what was changed later it did not see."""
    for file in (started, written):
        try:
            return file.stat().st_mtime_ns
        except OSError:
            continue
    return 0
