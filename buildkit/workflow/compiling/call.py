"""The one call of rustc that makes an artifact of a generated program and the prebuilt library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from buildkit.process import Command, Runner
from buildkit.records import dataclass
from buildkit.toolchain.environment import added_flags, configured_flags, toolchain_variables
from buildkit.toolchain.flags import Patch, joined, target_variable, user_flags, without_sysroot
from buildkit.toolchain.linkers import own_tools
from buildkit.toolchain.model import Supply
from buildkit.workflow.code.source import LIBRARY
from buildkit.workflow.compiling.forms import CRATE, EDITION, MUSL, codegen_flags, form_of
from buildkit.workflow.library.model import Library, rustc_arguments

PACKAGE: Final = {"CARGO_PKG_NAME": CRATE, "CARGO_PKG_VERSION": "0.1.0", "CARGO_CRATE_NAME": CRATE}
"""What cargo tells rustc of a package: macros ask for it, that of wasm-bindgen among them."""


@dataclass(frozen=True, kw_only=True)
class Compiler:
    """A rustc as cargo would call it for a target in a workspace: with the user's flags, the linker, and the environment that it needs.

    `root` is the workspace's folder, in which cargo runs rustc; `linker` is `None` where rustc finds one by itself. `linking` are flags for
    the linker, which the user's come after; the first of them names no place.
    """

    supply: Supply
    root: Path
    flags: tuple[str, ...]
    linker: str | None
    env: Patch
    linking: tuple[str, ...] = ()

    @property
    def portable_flags(self) -> tuple[str, ...]:
        """Return all flags that decide on the code and name no place on this machine."""
        target = self.supply.target
        return (*codegen_flags(target, self.supply.triple), *self.linking[:1], *without_sysroot(self.flags))

    @property
    def named_target(self) -> str:
        """Return the target as rustc is told of it: its triple, or the file of its specification."""
        spec = self.supply.target.target_spec
        return self.supply.triple if spec is None else str(spec)

    def command(self, source: Path, artifact: Path, library: Library) -> Command:
        """Return the call; `artifact` is the path that rustc writes to."""
        target = self.supply.target
        argv = (
            *(str(self.supply.toolchain.rustc), str(source), "--crate-name", CRATE, "--crate-type", form_of(target).crate_type),
            *("--edition", EDITION, "--target", self.named_target, "--error-format=json", "-o", str(artifact)),
            # Where it was compiled is nobody's business, and would make the artifact another one for each call.
            f"--remap-path-prefix={source.parent}=",
            *codegen_flags(target, self.supply.triple),
            *(() if self.linker is None else (f"-Clinker={self.linker}",)),
            *self.linking,
            *self.flags,
            *rustc_arguments(library),
            *_named_for_programs(library),
        )
        return Command(argv=argv, cwd=self.root, env={**self.env, **PACKAGE, "CARGO_MANIFEST_DIR": str(source.parent)})


def _quick_linking(supply: Supply) -> tuple[str, ...]:
    """Return the flags by which the C compiler links static programs with the toolchain's lld, in half the time of the system's linker.

    For programs with the host's own C library rustc does that unasked.
    """
    folder = own_tools(supply.toolchain) / "gcc-ld"
    is_static = supply.triple.endswith(MUSL) and (folder / "ld.lld").is_file()
    return ("-Clink-arg=-fuse-ld=lld", f"-Clink-arg=-B{folder}") if is_static else ()


def _named_for_programs(library: Library) -> tuple[str, ...]:
    """Return what gives a library of another name the one by which programs use it."""
    return () if library.crate_name == LIBRARY else ("--extern", f"{LIBRARY}={library.file(library.root)}")


def compiler_for(supply: Supply, *, environment: Mapping[str, str], root: Path, processes: Runner) -> Compiler:
    """Return the rustc of a supply; the user's flags and linker are those that cargo would take."""
    configured = configured_flags(supply, environment=environment, root=root, processes=processes)
    variables = toolchain_variables(supply, environment, configured)
    named = target_variable(supply.triple, "linker")
    linker = variables.get(named) or environment.get(named) or configured.linker
    return Compiler(
        supply=supply,
        root=root,
        flags=joined(user_flags(environment, supply.triple, configured), added_flags(supply)),
        linker=linker,
        env=variables,
        linking=_quick_linking(supply) if linker is None else (),
    )
