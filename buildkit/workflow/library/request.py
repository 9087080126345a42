"""Which library is asked for, and the call of cargo that builds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from buildkit.cargo.calls import UNLOCKED
from buildkit.cargo.cfg import CfgSet
from buildkit.cargo.configuration import read_flags
from buildkit.cargo.inputs import cargo_home
from buildkit.errors import UsageError
from buildkit.execute.context import Context, TargetSupply
from buildkit.execute.graphs import read_graph
from buildkit.execute.work import Work
from buildkit.model import Cell
from buildkit.plan.model import Origin, PlannedCell, Subject
from buildkit.process import Command
from buildkit.records import dataclass
from buildkit.toolchain.flags import as_variables, target_variable
from buildkit.workflow.library.settings import PROFILE, cargo_profile

OUTPUT_FOLDER: Final = "buildkit-library"
"""The folder below cargo's target directory in which libraries are compiled, apart from everything else."""

REMAP: Final = "--remap-path-prefix"
"""The flag by which rustc gives folders other names."""


@dataclass(frozen=True, kw_only=True)
class LibraryRequest:
    """A package on a target with exactly these features, sorted; `default` is spelled out where it is wanted."""

    context: Context
    subject: Subject
    features: tuple[str, ...]

    @property
    def provided(self) -> TargetSupply:
        """Return what the target is compiled with."""
        return self.context.supplies[self.subject.target.name]

    @property
    def triple(self) -> str:
        """Return the target triple."""
        return self.context.triple(self.subject)

    @property
    def output(self) -> Path:
        """Return the folder that cargo compiles into."""
        return self.context.workspace.target_directory / OUTPUT_FOLDER

    @property
    def title(self) -> str:
        """Return the library in a few words."""
        return f"{self.subject.package.name} for {self.subject.target.name} ({','.join(self.features) or 'no features'})"

    @property
    def profile(self) -> Mapping[str, str | bool | int]:
        """Return the settings of the cargo profile."""
        return cargo_profile(self.subject.target, self.triple)

    def work(self) -> Work:
        """Return the library as a cell with its closure; raises `UsageError` where cargo would refuse it or build nothing."""
        subject = self.subject
        if not subject.package.has_library:
            raise UsageError(f"the package {subject.package.name!r} has no library", hint='[workflow] library = "PACKAGE" in buildkit.toml')
        cell = Cell(package=subject.package.name, target=subject.target.name, features=self.features)
        graph = read_graph(self.context, subject, cell)
        if graph.obstacle is not None:
            raise UsageError(graph.obstacle, hint='[workflow] library = "PACKAGE" in buildkit.toml')
        return Work(planned=PlannedCell(cell=cell, subject=subject, origin=Origin.COMMAND_LINE), graph=graph)

    def command(self) -> Command:
        """Return the call of cargo."""
        context, subject = self.context, self.subject
        calls = context.calls(subject, profile=PROFILE)
        flags = as_variables((*self.provided.rustflags, *self.remaps()))
        arranged = replace(
            calls,
            output=OUTPUT_FOLDER,
            options=replace(calls.options, arguments=("--lib", *self._host_arguments())),
            env={
                **calls.env,
                **flags,
                **(UNLOCKED if context.wraps else {}),
                "CARGO_INCREMENTAL": "0",
                # What is in the making goes where the rest does, wherever the user keeps his own.
                "CARGO_BUILD_BUILD_DIR": str(self.output),
            },
        )
        cell = Cell(package=subject.package.name, target=subject.target.name, features=self.features)
        return arranged.compile("build", replace(context.selection(subject, cell), profile_overrides=self.profile))

    def remaps(self) -> tuple[str, ...]:
        """Return the flags that keep this machine's folders out of the code; rustc takes the last one that fits."""
        workspace = self.context.workspace
        folders = {
            **{str(folder): f"/cargo/{kind}" for kind, folder in self._fetched()},
            str(workspace.root): "/workspace",
            str(workspace.target_directory): "/target",
        }
        return tuple(f"{REMAP}={folder}={name}" for folder, name in folders.items())

    def _host_arguments(self) -> tuple[str, ...]:
        """Return what keeps the folders out of the macros as well, where nothing of the user's configuration speaks against it.

        Their hashes stand in all crates that use them. Flags for the host are unstable, and unlocked for cargo alone; they hide the linker
        that is configured for the host, which is therefore said again.
        """
        if not self.context.wraps:
            return ()
        host, environment = self.provided.supply.toolchain.host, self.context.facts.environment
        configured = read_flags(self.context.workspace.root, host, environment=environment, ask_cfg=lambda: CfgSet.parse("")).linker
        linker = environment.get(target_variable(host, "linker")) or configured
        return (
            *("-Zhost-config", "-Ztarget-applies-to-host", "--config", "target-applies-to-host=false"),
            *("--config", f"host.rustflags={json.dumps(self.remaps())}"),
            *(() if linker is None else ("--config", f"host.linker={json.dumps(linker)}")),
        )

    def _fetched(self) -> Iterator[tuple[str, Path]]:
        home = cargo_home(self.context.facts.environment)
        yield "home", home
        for kind, parent in (("registry", home / "registry" / "src"), ("git", home / "git" / "checkouts")):
            if parent.is_dir():
                # The folder of a registry is named by its address, which a mirror changes.
                yield from ((kind, Path(entry.path)) for entry in sorted(os.scandir(parent), key=lambda entry: entry.name))
