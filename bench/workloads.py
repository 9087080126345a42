"""What is measured: workspaces, and the cells of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bench.members import DSL, MEMBERS, ROOT, Member
from bench.workspace import Defect

WASM: Final = "wasm32-unknown-unknown"
EACH: Final = ("--each-feature",)
EACH_ON_WASM: Final = ("--each-feature", "--exclude-features", "default,native", "--exclude-all-features")
TOOLS: Final = frozenset({"cargo-hack", "cargo-hack, lean", "cargo-fc", "buildkit"})
"""All, but for what tells CI from a developer's machine: that shows in edits."""

PAIRS: Final = ("--feature-powerset", "--depth", "2")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A workspace and its cells, as cargo-hack's options choose them. `triple` is `None` for this machine's own."""

    name: str
    summary: str
    hack_options: tuple[str, ...]
    members: tuple[Member, ...] = MEMBERS
    defects: tuple[Defect, ...] = ()
    triple: str | None = None
    edited: str | None = ROOT
    contenders: frozenset[str] | None = None
    """The tools that it is given to, `None` for all."""
    timed: bool = True
    """Whether it is measured; otherwise only the verdicts are compared."""


EACH_FEATURE: Final = Workload(name="each-feature", summary="each feature alone, on this machine's own target", hack_options=EACH)
ON_WASM: Final = Workload(
    name="each-feature-wasm",
    summary=f"each feature alone, on {WASM}",
    hack_options=EACH_ON_WASM,
    triple=WASM,
    edited=None,
    contenders=TOOLS,
)
FEATURE_PAIRS: Final = Workload(
    name="pairs",
    summary="pairs of features, on this machine's own target",
    hack_options=PAIRS,
    edited=None,
    contenders=frozenset({"cargo-hack", "buildkit"}),
)
BROKEN_COMBINATION: Final = Workload(
    name="broken-combination",
    summary="a feature whose code fails unless another is on",
    hack_options=PAIRS,
    members=(DSL,),
    defects=(Defect.COMBINATION,),
    timed=False,
)
LEAK_ON_WASM: Final = Workload(
    name="leak-on-wasm",
    summary=f"a dependency that keeps its default features, on {WASM}",
    hack_options=EACH_ON_WASM,
    defects=(Defect.LEAK,),
    triple=WASM,
    timed=False,
)
QUICK: Final = Workload(
    name="quick",
    summary="a few features of one member, each alone, one of them broken",
    hack_options=("--each-feature", "--include-features", "alloc,json,schema,std"),
    members=(DSL,),
    defects=(Defect.COMBINATION,),
)
WORKLOADS: Final = (EACH_FEATURE, ON_WASM, FEATURE_PAIRS, BROKEN_COMBINATION, LEAK_ON_WASM)
