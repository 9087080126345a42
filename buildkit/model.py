"""The frozen nouns that every part of buildkit shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from buildkit.records import dataclass

NO_FEATURES = "-"
"""How a cell id spells the empty selection."""


class StdKind(StrEnum):
    """Which part of the standard library a target has."""

    FULL = "full"
    CORE_ALLOC = "core-alloc"


class Stage(StrEnum):
    """What is done with a cell, in this order."""

    ISOLATION = "isolation"
    CHECK = "check"
    BUILD = "build"
    ARTIFACT = "artifact"
    RUN = "run"


class Verdict(StrEnum):
    """How a cell or one of its stages ended."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    SKIPPED = "skipped"
    EXPECTED_FAIL = "expected-fail"
    UNEXPECTED_PASS = "unexpected-pass"


class Rule(StrEnum):
    """The stable words for what a finding reports."""

    DENIED_CRATE = "denied-crate"
    DENIED_FEATURE = "denied-feature"
    EXCLUSIVE_FEATURES = "exclusive-features"
    MISSING_FEATURE = "missing-feature"
    UNKNOWN_FEATURE = "unknown-feature"
    COMPILE_ERROR = "compile-error"
    TOOLCHAIN = "toolchain"
    IMPORT = "import"
    SIZE = "size"
    LINKAGE = "linkage"
    WORLD = "world"
    RUN = "run"


@dataclass(frozen=True, kw_only=True)
class Denial:
    """A crate, or some features of it, that must not be reached on the target side.

    Without `features` the crate itself is denied. `source` says who denies it, as a reader would look it up.
    """

    crate: str
    features: tuple[str, ...] = ()
    reason: str | None = None
    source: str = "plugin"

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return `crate`, or `crate/feature` for each denied feature."""
        return tuple(f"{self.crate}/{feature}" for feature in self.features) or (self.crate,)


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A file that cargo made for a cell, as its messages named it. Sizes are in bytes.

    `imports` and `exports` are those of a wasm file, in the file's order. For an ELF program `imports` are what it asks the
    system for, its loader first; for other kinds they are empty.
    """

    path: Path
    kind: Literal["core-module", "component", "elf", "archive", "other"]
    size: int
    gzip_size: int
    sha256: str
    imports: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    static: bool | None = None
    """Whether an ELF program needs no dynamic loader library; `None` where the question does not apply."""
    machine: str | None = None
    """What an ELF file, or every object of an archive, is made for (`X86_64`, `ARM`, `WASM`); `None` where it is not known."""


@dataclass(frozen=True, kw_only=True)
class PathStep:
    """One edge on the way from a selection to a finding's subject; `file` is relative to the workspace where it lies in it."""

    source: str
    to: str
    because: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason for a verdict.

    `minimal_features` is the smallest selection that shows it, or `None` where features play no part.
    """

    rule: Rule
    subject: str
    message: str
    minimal_features: tuple[str, ...] | None = None
    path: tuple[PathStep, ...] = ()
    fix: str | None = None


CheckArtifact = Callable[[Artifact], tuple[Finding, ...]]
"""Judges an artifact of a target; pure, starts no process."""

NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})


def accept_artifact(_: Artifact) -> tuple[Finding, ...]:
    """Find nothing: the default of `CompilationTarget.check_artifact`."""
    return ()


@dataclass(frozen=True, kw_only=True)
class ExtraStep:
    """A command that turns an artifact into another one after linking.

    In `argv`, `{input}` and `{output}` stand for the two paths; `tool` names the required tool that `argv[0]` comes from.
    """

    name: str
    argv: tuple[str, ...]
    tool: str


@dataclass(frozen=True, kw_only=True)
class CompilationTarget:
    """What a plugin declares: where code is compiled to, what can never work there, and what runs it.

    `triple` is a name that rustc knows, or a pure function from the host's triple to one. `stdlib_feature` is the cargo
    feature by which a package says that it serves this target. `cargo_profile` overrides keys of the cargo profile
    (`panic`, `opt-level` …). `runner` is a name from `buildkit.runners`, or `None` when nothing here can run it.
    """

    name: str
    triple: str | Callable[[str], str]
    summary: str
    stdlib_feature: str
    tags: frozenset[str] = frozenset()
    file_extension: str = ""
    std: StdKind = StdKind.FULL
    rustflags: tuple[str, ...] = ()
    cargo_profile: Mapping[str, str | bool | int] = field(default_factory=lambda: NO_ENVIRONMENT)
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENVIRONMENT)
    required_tools: tuple[str, ...] = ()
    denies: tuple[Denial, ...] = ()
    runner: str | None = None
    extra_steps: tuple[ExtraStep, ...] = ()
    check_artifact: CheckArtifact = accept_artifact
    target_spec: Path | None = None

    def triple_for(self, host: str) -> str:
        """Return the target triple on a machine whose own triple is `host`."""
        return self.triple if isinstance(self.triple, str) else self.triple(host)


@dataclass(frozen=True, kw_only=True, order=True)
class Cell:
    """One (package, compilation target, selection); `features` is sorted, `default` spelled out when it is selected."""

    package: str
    target: str
    features: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return `package/target/feature,feature`, with `-` for the empty selection."""
        return f"{self.package}/{self.target}/{','.join(self.features) or NO_FEATURES}"


@dataclass(frozen=True, kw_only=True)
class StageResult:
    """How one stage of one cell ended. `command` can be pasted into a shell; `reason` says why it was skipped or not judged."""

    stage: Stage
    verdict: Verdict
    seconds: float = 0.0
    command: str | None = None
    cached: bool = False
    reason: str | None = None
    diagnostics: str = ""
    """What rustc or the program said, as text without terminal codes."""


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """Everything known about one cell after a run. `expectation` is the reason of the `[[expect]]` entry that foretells its verdict."""

    cell: Cell
    triple: str
    verdict: Verdict
    stages: tuple[StageResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    expectation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Isolation of one package on one target over every allowed selection; `selections` is how many those are, `None` where they cannot be counted."""

    package: str
    target: str
    selections: int | None
    verdict: Verdict
    findings: tuple[Finding, ...] = ()


class PruneReason(StrEnum):
    """Why a selection that could have been asked for has no cell."""

    SAME_CLOSURE = "same-closure"
    FORBIDDEN = "forbidden"
    EXCLUDED = "excluded"
    COVERED = "covered"


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """A selection without a cell, or `count` of them that are not listed; `id` is its own, with `*` for those. `because` says it in words."""

    id: str
    reason: PruneReason
    because: str
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The accounting of one run. `seconds` is wall-clock time."""

    cells: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    requested: int = 0
    distinct: int = 0
    compiled: int = 0
    cached: int = 0
    cargo_calls: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """The outcome of one run, as `--format json` prints it."""

    tool: Mapping[str, str]
    workspace: Path
    toolchain: Mapping[str, str]
    cells: tuple[CellResult, ...]
    proofs: tuple[Proof, ...] = ()
    summary: Summary = field(default_factory=Summary)
    samples: tuple[str, ...] = ()
    """Sentences that say of which selections only a sample was compiled."""
    pruned: tuple[Pruned, ...] = ()
