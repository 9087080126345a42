"""The declaration of `buildkit.toml`: loading, defaults, messages, the reference and the JSON schema derive from it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from buildkit.model import Rule, Verdict

FILE_NAME: Final = "buildkit.toml"
"""What the file is called at the workspace root."""

BUNDLED_DEFAULT: Final = ("native-musl", "wasm32-wasip2", "wasm32-unknown-unknown")
"""The compilation targets that a plain `check` covers when nothing else is said."""

Name = Annotated[str, Meta(title="a name", min_length=1)]
RelativePath = Annotated[str, Meta(title="a path", min_length=1)]
Flag = Annotated[str, Meta(title="a flag", min_length=1)]
Sentence = Annotated[str, Meta(title="a sentence", min_length=1)]
Subject = Annotated[str, Meta(title="a crate or `crate/feature`", pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_+.-]+)?$")]
Size = (
    Annotated[str, Meta(title="a size such as `200 KiB`", pattern=r"^[0-9]+(\.[0-9]+)? ?([KMG]i?)?B$")]
    | Annotated[int, Meta(title="a number of bytes", ge=0)]
)
DiskBudget = (
    Annotated[str, Meta(title='a size such as `20 GB`, or "none"', pattern=r"^(none|0|[0-9]+(\.[0-9]+)? ?([KMG]i?)?B)$")]
    | Annotated[int, Meta(title="a number of bytes", ge=0)]
)
Preopen = Annotated[str, Meta(title="`HOST::GUEST` or `HOST::GUEST::ro`", pattern=r"^((?!::).)+::((?!::).)+(::ro)?$")]
FeatureGroup = Annotated[tuple[Name, ...], Meta(title="a list of at least two features", min_length=2)]


class Depth(StrEnum):
    """Which of the selections that may be asked for are compiled."""

    NONE = "none"
    EACH = "each"
    PAIRS = "pairs"
    ALL = "all"


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table with kebab-case keys, in which an unknown key is an error."""


class DeniedCrate(Table, frozen=True, kw_only=True):
    """A crate, or some features of it, that must not be reached."""

    crate: Annotated[Name, Meta(description="The crate's name on its registry.", examples=["tokio"])]
    features: Annotated[
        tuple[Name, ...], Meta(description="The features that are denied; without them the crate itself is.", examples=[["net", "fs"]])
    ] = ()
    reason: Annotated[Sentence | None, Meta(description="Why it cannot work there; shown with every finding.")] = None


Denials = tuple[Subject | DeniedCrate, ...]


class Budget(Table, frozen=True, kw_only=True):
    """The largest size that an artifact may have."""

    size: Annotated[Size | None, Meta(description="Bytes of the file.", examples=["200 KiB"])] = None
    gzip_size: Annotated[Size | None, Meta(description="Bytes of the file after gzip.", examples=["80 KiB"])] = None


class WorkspaceTable(Table, frozen=True, kw_only=True):
    """What holds for the whole workspace."""

    targets: Annotated[
        tuple[Name, ...],
        Meta(
            description="The compilation targets that a plain `check` covers.",
            examples=[["native-musl", "wasm32-wasip2"]],
            extra={"environment": "BUILDKIT_TARGETS"},
        ),
    ] = BUNDLED_DEFAULT
    deny: Annotated[Denials, Meta(description="What must not be reached on any target.", examples=[["openssl-sys"]])] = ()
    durations: Annotated[
        tuple[RelativePath, ...],
        Meta(
            description="Files that `--save-durations` wrote, by which `--shard` balances its parts; relative to the workspace root.",
            examples=[["ci/durations.json"]],
            extra={"environment": "BUILDKIT_DURATIONS"},
        ),
    ] = ()


class PluginsTable(Table, frozen=True, kw_only=True):
    """Where compilation targets come from, beside the bundled ones and the installed entry points."""

    paths: Annotated[
        tuple[RelativePath, ...],
        Meta(description="Plugin files (`.py`), relative to the workspace root.", examples=[["targets/console.py"]]),
    ] = ()
    disabled: Annotated[tuple[Name, ...], Meta(description="Plugins that are not loaded, by the name that `buildkit targets` shows.")] = ()


class ToolchainTable(Table, frozen=True, kw_only=True):
    """Where compilers and standard libraries are kept, and how they may be obtained."""

    store: Annotated[
        RelativePath | None,
        Meta(
            description="The folder of the store, relative to the workspace root; without it the platform's cache folder.",
            extra={"environment": "BUILDKIT_CACHE_DIR"},
        ),
    ] = None
    offline: Annotated[
        bool,
        Meta(
            description="Use no network, neither for toolchains nor for crates.",
            extra={"environment": "BUILDKIT_OFFLINE", "option": "--offline"},
        ),
    ] = False


class CargoTable(Table, frozen=True, kw_only=True):
    """How cargo is called."""

    locked: Annotated[
        bool,
        Meta(description="Refuse to change `Cargo.lock`.", extra={"environment": "BUILDKIT_LOCKED", "option": "--locked"}),
    ] = False
    jobs: Annotated[
        Annotated[int, Meta(title="a number from 1", ge=1)] | None,
        Meta(description="Parallel jobs; without it one for each processor.", extra={"environment": "BUILDKIT_JOBS", "option": "--jobs"}),
    ] = None
    disk_budget: Annotated[
        DiskBudget,
        Meta(
            description=(
                "How large buildkit's folder below cargo's target directory may become before what was not used for longest is removed;"
                ' `"none"` keeps everything.'
            ),
            examples=["20 GB", "none"],
            extra={"environment": "BUILDKIT_DISK_BUDGET"},
        ),
    ] = "20 GB"


class WorkflowTable(Table, frozen=True, kw_only=True):
    """What compiled scenarios link."""

    library: Annotated[
        Name, Meta(description="The package of this workspace that scenarios are compiled against.", examples=["runtara-workflow-stdlib"])
    ] = "runtara-workflow-stdlib"


class TargetTable(Table, frozen=True, kw_only=True):
    """A compilation target: what this workspace adds to one, or, with `extends`, a new one."""

    extends: Annotated[
        Name | None,
        Meta(
            description="Make a new target from the family `embedded` or from another target, with its denials and flags.",
            examples=["embedded"],
        ),
    ] = None
    triple: Annotated[Name | None, Meta(description="The target triple of a new target; without it the table's name.")] = None
    summary: Annotated[Sentence | None, Meta(description="One line for `buildkit targets`.")] = None
    tags: Annotated[
        tuple[Name, ...], Meta(description="Words that `--tag` selects by, added to those of the target.", extra={"adds": True})
    ] = ()
    target_spec: Annotated[
        RelativePath | None,
        Meta(description="A target specification file (`.json`) for a triple that rustc does not know, relative to the workspace root."),
    ] = None
    deny: Annotated[
        Denials,
        Meta(
            description="What must not be reached on this target, added to what the target itself denies.",
            examples=[["tempfile"]],
            extra={"adds": True},
        ),
    ] = ()
    rustflags: Annotated[
        tuple[Flag, ...],
        Meta(description="Flags for rustc, after those of the target.", examples=[["-Ctarget-cpu=cortex-m33"]], extra={"adds": True}),
    ] = ()
    env: Annotated[Mapping[Name, str], Meta(description="Environment variables for cargo, added to those of the target.")] = msgspec.field(
        default_factory=dict
    )
    budget: Annotated[Budget, Meta(description="The largest size of every artifact for this target.")] = Budget()


class PackageTargetTable(Table, frozen=True, kw_only=True):
    """One package on one compilation target."""

    features: Annotated[
        tuple[Name, ...] | None,
        Meta(
            description=(
                "Always selected here; the default features only if `default` is listed. Without the key: the feature that the target is"
                " served by (its `stdlib_feature`) where the package has it, else the default features."
            ),
            examples=[["wasi"]],
        ),
    ] = None
    extra: Annotated[
        tuple[Name, ...] | Literal["*"],
        Meta(
            description='May be added: isolation must hold for every subset. `"*"` means all other features.', examples=[["telemetry"], "*"]
        ),
    ] = ()
    depth: Annotated[
        Depth,
        Meta(
            description="Which of the extra features are compiled: `none`, `each` one alone, `pairs` (a covering array), or `all` subsets."
        ),
    ] = Depth.EACH
    deny: Annotated[Denials, Meta(description="What must not be reached by this package on this target.", examples=[["openssl-sys"]])] = ()
    budget: Annotated[Budget, Meta(description="The largest size of the package's artifact here; replaces that of the target.")] = Budget()


class RunTable(Table, frozen=True, kw_only=True):
    """How the package's program is run."""

    directories: Annotated[
        tuple[Preopen, ...],
        Meta(
            description="Folders that a program may open: `HOST::GUEST`, or `HOST::GUEST::ro` to read only; relative to the workspace root.",
            examples=[["data::/input::ro", "out::/output"]],
        ),
    ] = ()
    environment: Annotated[Mapping[Name, str], Meta(description="The program's environment variables.")] = msgspec.field(
        default_factory=dict
    )
    arguments: Annotated[tuple[str, ...], Meta(description="The program's arguments.")] = ()
    seconds: Annotated[
        Annotated[float, Meta(title="a number of seconds above 0", gt=0)] | None,
        Meta(description="Wall-clock limit in seconds.", examples=[30]),
    ] = None
    fuel: Annotated[
        Annotated[int, Meta(title="a number from 1", ge=1)] | None,
        Meta(description="Limit of executed wasm instructions, as wasmtime counts them."),
    ] = None
    memory: Annotated[Size | None, Meta(description="Limit of a wasm program's memory.", examples=["64 MiB"])] = None


class PackageTable(Table, frozen=True, kw_only=True):
    """One package of the workspace."""

    targets: Annotated[
        tuple[Name, ...] | None,
        Meta(
            description="The only compilation targets that the package is for; without the key, all that are asked for.",
            examples=[["wasm32-wasip2"]],
        ),
    ] = None
    exclusive: Annotated[
        tuple[FeatureGroup, ...],
        Meta(description="Groups of features of which at most one may be selected at a time.", examples=[[["native", "wasi"]]]),
    ] = ()
    at_least_one_of: Annotated[
        tuple[FeatureGroup, ...],
        Meta(description="Groups of features of which one or more must be selected.", examples=[[["native", "wasi"]]]),
    ] = ()
    deny: Annotated[Denials, Meta(description="What must not be reached by this package on any target.")] = ()
    run: Annotated[RunTable, Meta(description="How the package's program is run.")] = RunTable()
    target: Annotated[
        Mapping[Name, PackageTargetTable], Meta(description="The package on one compilation target, by the target's name.")
    ] = msgspec.field(default_factory=dict)


class Expectation(Table, frozen=True, kw_only=True):
    """A known failure, kept honest: an unexpected pass fails the run."""

    cell: Annotated[Name, Meta(description="A cell id or a glob over them.", examples=["kernel-exec/wasm32-unknown-unknown/default"])]
    verdict: Annotated[
        Verdict,
        Meta(
            description="`fail`: it is judged and must fail; `skipped`: it is not judged.",
            extra_json_schema={"enum": [Verdict.FAIL.value, Verdict.SKIPPED.value]},
        ),
    ]
    reason: Annotated[Sentence, Meta(description="Why it is so; shown in every report.")]
    rule: Annotated[Rule | None, Meta(description="The only rule that it may fail by.", examples=["denied-crate"])] = None


class Configuration(Table, frozen=True, kw_only=True):
    """Everything that a `buildkit.toml` can say. Nothing is required."""

    workspace: Annotated[WorkspaceTable, Meta(description="What holds for the whole workspace.")] = WorkspaceTable()
    plugins: Annotated[PluginsTable, Meta(description="Where compilation targets come from.")] = PluginsTable()
    toolchain: Annotated[ToolchainTable, Meta(description="Where compilers and standard libraries are kept.")] = ToolchainTable()
    cargo: Annotated[CargoTable, Meta(description="How cargo is called.")] = CargoTable()
    workflow: Annotated[WorkflowTable, Meta(description="What compiled scenarios link.")] = WorkflowTable()
    target: Annotated[Mapping[Name, TargetTable], Meta(description="Compilation targets, by name.")] = msgspec.field(default_factory=dict)
    package: Annotated[Mapping[Name, PackageTable], Meta(description="Packages of the workspace, by name.")] = msgspec.field(
        default_factory=dict
    )
    expect: Annotated[tuple[Expectation, ...], Meta(description="Known failures.")] = ()
