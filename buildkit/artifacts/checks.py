"""Ready-made values for `CompilationTarget.check_artifact`. All are pure and compare by their contents, so a declaration can hold them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final, Literal

from buildkit.artifacts.sizes import format_size, parse_size
from buildkit.model import Artifact, CheckArtifact, Finding, Rule
from buildkit.records import dataclass

NAMED: Final = 5
"""How many imports of one module a message names."""

IMPORT: Final = re.compile(r"(?P<module>[^.@]*(?:@[0-9]+\.[0-9]+\.[0-9]+[^.]*)?)\.(?P<name>.*)", re.DOTALL)
"""An import of a core module; the module may be a versioned interface."""

LINKER_IMPORTS: Final = frozenset({"env.memory", "env.__indirect_function_table"})
"""What the linker itself imports when a module is to share its host's memory or table."""


@dataclass(frozen=True, kw_only=True)
class SizeLimit:
    """Find an artifact that is larger than its budget.

    Budgets are numbers of bytes or texts like `200 KiB`, and `None` is no limit; raises `UsageError` for another text.
    """

    size: int | str | None = None
    gzip_size: int | str | None = None

    def __post_init__(self) -> None:
        """Refuse a text that is no size where it is declared."""
        for limit in (self.size, self.gzip_size):
            if limit is not None:
                parse_size(limit)

    def __call__(self, artifact: Artifact) -> tuple[Finding, ...]:
        """Compare both sizes with their budgets."""
        pairs = ((artifact.size, self.size, "bytes"), (artifact.gzip_size, self.gzip_size, "bytes after gzip"))
        return tuple(
            _too_large(artifact, actual, parse_size(limit), unit)
            for actual, limit, unit in pairs
            if limit is not None and actual > parse_size(limit)
        )


@dataclass(frozen=True, kw_only=True)
class ComponentImports:
    """Find an artifact that is no component, and every interface that it imports under none of `prefixes`."""

    prefixes: tuple[str, ...]

    def __call__(self, artifact: Artifact) -> tuple[Finding, ...]:
        """Judge wasm files only: a library archive of the same target imports nothing yet."""
        if artifact.kind == "core-module":
            return (_other_kind(artifact, expected="component"),)
        if artifact.kind != "component":
            return ()
        return tuple(self._stray(artifact, name) for name in artifact.imports if not name.startswith(self.prefixes))

    def _stray(self, artifact: Artifact, name: str) -> Finding:
        hosts = ", ".join(self.prefixes)
        message = f"{artifact.path.name} imports {name}, and hosts of this target provide only {hosts}"
        return Finding(
            rule=Rule.IMPORT,
            subject=name,
            message=message,
            fix=f"remove what brings {name.partition('@')[0]} in, or compose it into the component",
        )


@dataclass(frozen=True, kw_only=True)
class ForbiddenImports:
    """Find an artifact that is no core module, and the modules of `modules` that it imports anything from.

    A module's name matches whole, or as a prefix where it ends with `:`.
    """

    modules: tuple[str, ...]

    def __call__(self, artifact: Artifact) -> tuple[Finding, ...]:
        """Report each forbidden module once, with the names that are imported from it."""
        if artifact.kind == "component":
            return (_other_kind(artifact, expected="core-module"),)
        if artifact.kind != "core-module":
            return ()
        found: defaultdict[str, list[str]] = defaultdict(list)
        for entry in artifact.imports:
            parts = IMPORT.fullmatch(entry)
            if parts is not None and entry not in LINKER_IMPORTS and self._forbids(parts["module"]):
                found[parts["module"]].append(parts["name"])
        return tuple(_forbidden(artifact, module, names) for module, names in found.items())

    def _forbids(self, module: str) -> bool:
        return any(module.startswith(entry) if entry.endswith(":") else module == entry for entry in self.modules)


@dataclass(frozen=True, kw_only=True)
class RequiredMachine:
    """Find an ELF file or an archive that is made for another machine than `machine` (`ARM`, `RISCV`, as ELF names them)."""

    machine: str

    def __call__(self, artifact: Artifact) -> tuple[Finding, ...]:
        """Find nothing where the machine is not known."""
        if artifact.machine in {None, self.machine}:
            return ()
        message = f"{artifact.path.name} is made for {artifact.machine}, not for {self.machine}"
        return (
            Finding(rule=Rule.LINKAGE, subject=artifact.path.name, message=message, fix="set the C compiler of the target: CC_<triple>"),
        )


@dataclass(frozen=True, kw_only=True)
class AllChecks:
    """Find what any of `checks` finds, in their order."""

    checks: tuple[CheckArtifact, ...]

    def __call__(self, artifact: Artifact) -> tuple[Finding, ...]:
        """Ask each check."""
        return tuple(finding for check in self.checks for finding in check(artifact))


require_wasi_component: Final = ComponentImports(prefixes=("wasi:",))
"""For WASI 0.2 hosts: a component that imports nothing but `wasi:` interfaces."""

forbid_host_imports: Final = ForbiddenImports(modules=("env", "wasi_snapshot_preview1", "wasi_unstable", "wasi:"))
"""For browsers, Node and Workers: a core module with no undefined C symbol and no import that only a WASI host has."""


def require_static(artifact: Artifact) -> tuple[Finding, ...]:
    """Find a program that asks the system for a loader or for shared libraries."""
    if artifact.static is not False:
        return ()
    asked = ", ".join(artifact.imports) or "shared libraries"
    message = f"{artifact.path.name} is not static: it asks for {asked}"
    fix = "build for a musl triple with -Ctarget-feature=+crt-static, and link C libraries statically"
    return (Finding(rule=Rule.LINKAGE, subject=artifact.path.name, message=message, fix=fix),)


def _too_large(artifact: Artifact, actual: int, limit: int, unit: str) -> Finding:
    over = actual - limit
    message = (
        f"{artifact.path.name} has {actual} {unit} ({format_size(actual)}), {over} more than its budget of {limit} ({format_size(limit)})"
    )
    fix = 'set opt-level = "s", lto = true, codegen-units = 1 and strip = true in [profile.release], or raise the budget'
    return Finding(rule=Rule.SIZE, subject=artifact.path.name, message=message, fix=fix)


def _other_kind(artifact: Artifact, *, expected: Literal["component", "core-module"]) -> Finding:
    if expected == "component":
        message = f"{artifact.path.name} is a core module, and hosts of this target load components"
        fix = "link it with wasm-component-ld, or wrap it: wasm-tools component new"
    else:
        message = f"{artifact.path.name} is a component, and hosts of this target load core modules"
        fix = "build it for wasm32-unknown-unknown, or transpile it: jco transpile"
    return Finding(rule=Rule.WORLD, subject=artifact.path.name, message=message, fix=fix)


def _forbidden(artifact: Artifact, module: str, names: list[str]) -> Finding:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    message = f"{artifact.path.name} imports {', '.join(names[:NAMED])}{more} from {module}, which hosts of this target do not provide"
    fix = (
        "link the C library that defines them, or remove the crate that declares them"
        if module == "env"
        else "remove the crate that calls WASI"
    )
    return Finding(rule=Rule.IMPORT, subject=module, message=message, fix=fix)
