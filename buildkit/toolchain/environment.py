"""What a supply is in terms of environment variables, for cargo calls and for a shell."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from buildkit.cargo.cfg import CfgSet
from buildkit.cargo.configuration import ConfiguredFlags, read_flags
from buildkit.errors import ToolchainError
from buildkit.process import Command, Runner
from buildkit.toolchain.flags import Patch, compose, compose_exports, everywhere_flags, joined, target_variable, user_flags
from buildkit.toolchain.model import Supply


def cargo_environment(supply: Supply, *, environment: Mapping[str, str], root: Path, processes: Runner) -> Patch:
    """Return the environment patch for cargo calls in the workspace at `root`, always with `--target`.

    The flags are the user's, from wherever cargo would take them, then the target's, then those of the supply.
    """
    configured = configured_flags(supply, environment=environment, root=root, processes=processes)
    flags = compose(environment, supply.triple, configured, added_flags(supply))
    return {**toolchain_variables(supply, environment, configured), **flags}


def shell_environment(supply: Supply, *, environment: Mapping[str, str], root: Path, processes: Runner) -> Patch:
    """Return the patch for a shell in which cargo is typed, with and without `--target`; raises `ToolchainError`."""
    configured = configured_flags(supply, environment=environment, root=root, processes=processes)
    spaced = [flag for flag in (*added_flags(supply), *(everywhere_flags(environment) or ())) if flag.split() != [flag]]
    if spaced:
        raise ToolchainError(
            f"{spaced[0]!r} has a space, which cargo's variable for one target cannot hold",
            hint="BUILDKIT_CACHE_DIR=DIR buildkit toolchain env",
        )
    flags = compose_exports(environment, supply.triple, configured, added_flags(supply))
    return {**toolchain_variables(supply, environment, configured), **flags}


def added_flags(supply: Supply) -> tuple[str, ...]:
    """Return the flags that come after the user's."""
    return (*supply.target.rustflags, *supply.rustflags)


def configured_flags(supply: Supply, *, environment: Mapping[str, str], root: Path, processes: Runner) -> ConfiguredFlags:
    """Return what cargo's files say for a supply's triple; rustc is asked for its cfg only where a file has an expression."""

    def ask_cfg() -> CfgSet:
        target = supply.triple if supply.target.target_spec is None else str(supply.target.target_spec)
        argv = (str(supply.toolchain.rustc), "--print", "cfg", "--target", target)
        return CfgSet.parse(processes.run(Command(argv=argv, cwd=Path("/"), env={"RUSTUP_TOOLCHAIN": None})).stdout)

    return read_flags(root, supply.triple, environment=environment, ask_cfg=ask_cfg)


def target_rustflags(supply: Supply, *, environment: Mapping[str, str], root: Path, processes: Runner) -> tuple[str, ...]:
    """Return all flags that rustc gets for the target in cargo calls with the environment patch."""
    configured = configured_flags(supply, environment=environment, root=root, processes=processes)
    return joined(user_flags(environment, supply.triple, configured), added_flags(supply))


def toolchain_variables(supply: Supply, environment: Mapping[str, str], configured: ConfiguredFlags) -> Patch:
    """Return the variables that make cargo run the supply's compiler, linker and C compiler; what the user set stays."""
    linker = target_variable(supply.triple, "linker")
    ours = {linker: str(supply.linker)} if supply.linker is not None and configured.linker is None else {}
    return {
        "RUSTC": str(supply.toolchain.rustc),
        "RUSTDOC": str(supply.toolchain.rustdoc),
        "RUSTUP_TOOLCHAIN": None,
        "PATH": search_path(supply, environment),
        **{name: value for name, value in {**ours, **supply.env}.items() if not is_chosen(name, value, environment)},
    }


def is_chosen(name: str, value: str, environment: Mapping[str, str]) -> bool:
    """Say whether the user set a variable to another program; the same one elsewhere is what an earlier supply had set."""
    return name in environment and Path(environment[name]).name != Path(value).name


def search_path(supply: Supply, environment: Mapping[str, str]) -> str:
    """Return PATH with the supply's folders in front; it stays as it is where it leads to the right cargo already."""
    path = environment.get("PATH", "")
    needed = [str(folder) for folder in supply.folders]
    if shutil.which("cargo", path=path) == str(supply.toolchain.cargo):
        needed = [folder for folder in needed if folder not in path.split(":")]
    rest = [folder for folder in path.split(":") if folder not in needed]
    return ":".join((*needed, *rest))


def shell_exports(patch: Patch) -> str:
    """Return a patch as lines for a POSIX shell's `eval`."""
    lines = (f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}" for name, value in sorted(patch.items()))
    return "".join(f"{line}\n" for line in lines)
