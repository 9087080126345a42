"""The verbs of the command line: where each is defined, and the line that `buildkit --help` shows for it.

A verb's module is imported only when the verb is used; a test keeps the lines equal to the functions' docstrings.
"""

from __future__ import annotations

from typing import Final

from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A verb, or with `parent` one of a family of verbs."""

    name: str
    module: str
    function: str
    summary: str
    parent: str | None = None


FAMILIES: Final = {
    "toolchain": "Compilers, standard libraries, linkers and tools.",
    "scenario": "Workflows as JSON, before they are compiled.",
    "instance": "Workflow instances at a checkpoint service.",
}

VERBS: Final = (
    Verb(
        name="check",
        module="buildkit.cli.check",
        function="check",
        summary="Prove that no feature leaks, then check every cell.",
    ),
    Verb(name="build", module="buildkit.cli.build", function="build", summary="Build and inspect the artifacts of the selected cells."),
    Verb(name="run", module="buildkit.cli.run", function="run", summary="Run an artifact or a package in its target's runtime."),
    Verb(name="plan", module="buildkit.cli.plan", function="plan", summary="Show the cells and cargo's calls, without running them."),
    Verb(name="why", module="buildkit.cli.why", function="why", summary="Show the shortest path to a crate or feature, or the proof."),
    Verb(
        name="graph",
        module="buildkit.cli.graph",
        function="graph",
        summary="Show what is compiled for cells: packages, sides and features.",
    ),
    Verb(name="fix", module="buildkit.cli.fix", function="fix", summary="Mend manifests for the findings of cells, proved before kept."),
    Verb(
        name="compile",
        module="buildkit.cli.compile",
        function="compile_file",
        summary="Compile a scenario against the prebuilt library of a target.",
    ),
    Verb(
        name="targets",
        module="buildkit.cli.targets",
        function="targets",
        summary="List the compilation targets and what serves them.",
    ),
    Verb(
        name="doctor",
        module="buildkit.cli.doctor",
        function="diagnose",
        summary="Say what is missing, and the command that mends it.",
    ),
    Verb(
        name="config",
        module="buildkit.cli.config",
        function="show_configuration",
        summary="Show the effective configuration, or where one value came from.",
    ),
    Verb(
        name="init",
        module="buildkit.cli.init",
        function="propose_configuration",
        summary="Write a buildkit.toml from what the workspace shows.",
    ),
    Verb(
        name="report", module="buildkit.cli.report", function="report", summary="Put the JSON reports of several runs together, as one run."
    ),
    Verb(
        name="prebuild",
        module="buildkit.cli.prebuild",
        function="prebuild",
        summary="Build the library that workflows link, once for each target.",
    ),
    Verb(name="serve", module="buildkit.cli.serve", function="serve", summary="Serve checkpoints and signals of workflows."),
    Verb(
        name="ensure",
        parent="toolchain",
        module="buildkit.cli.toolchain",
        function="ensure_targets",
        summary="Make what the targets need available on this machine.",
    ),
    Verb(
        name="list",
        parent="toolchain",
        module="buildkit.cli.toolchain",
        function="list_toolchains",
        summary="List the toolchains here and what the store holds.",
    ),
    Verb(
        name="prune",
        parent="toolchain",
        module="buildkit.cli.toolchain",
        function="prune_store",
        summary="Remove what the store no longer needs.",
    ),
    Verb(
        name="env",
        parent="toolchain",
        module="buildkit.cli.toolchain",
        function="print_environment",
        summary="Print what another tool needs to use a target, for eval.",
    ),
    Verb(
        name="check",
        parent="scenario",
        module="buildkit.cli.scenario",
        function="check_scenario",
        summary="Say everything that is wrong with a scenario, with its place.",
    ),
    Verb(
        name="schema",
        parent="scenario",
        module="buildkit.cli.scenario",
        function="print_schema",
        summary="Print the JSON schema of scenarios.",
    ),
    Verb(
        name="list",
        parent="instance",
        module="buildkit.cli.instance",
        function="list_instances",
        summary="List a tenant's instances, with where each stands.",
    ),
    Verb(
        name="show",
        parent="instance",
        module="buildkit.cli.instance",
        function="show_instance",
        summary="Show where an instance stands.",
    ),
    Verb(
        name="pause",
        parent="instance",
        module="buildkit.cli.instance",
        function="pause_instance",
        summary="Ask an instance to stop at its next step, until it is resumed.",
    ),
    Verb(
        name="resume",
        parent="instance",
        module="buildkit.cli.instance",
        function="resume_instance",
        summary="End a pause; buildkit run --instance then goes on.",
    ),
    Verb(
        name="cancel",
        parent="instance",
        module="buildkit.cli.instance",
        function="cancel_instance",
        summary="Ask an instance to stop for good.",
    ),
)
