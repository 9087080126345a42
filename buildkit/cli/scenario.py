"""`buildkit scenario check` and `buildkit scenario schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from buildkit.cli.options import Everywhere
from buildkit.cli.scenario_input import read_input
from buildkit.cli.session import open_session
from buildkit.config.document import shown_path
from buildkit.config.find import find_workspace
from buildkit.errors import ExitCode, UsageError
from buildkit.plugins import Targets, load_targets
from buildkit.reports.scenario import input_lines, judgement_json, judgement_lines
from buildkit.reports.settings import Format
from buildkit.workflow.document import read_document
from buildkit.workflow.input_check import InputJudgement, Inputs, judge_input
from buildkit.workflow.json_schema import schema_text
from buildkit.workflow.judge import judge
from buildkit.workflow.model import Scenario
from buildkit.workflow.needs import needs_of


def check_scenario(
    everywhere: Everywhere,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario, as JSON.", show_default=False)],
    *,
    target: Annotated[
        list[str] | None,
        typer.Option(
            *("--target", "-t"), metavar="TARGET", help="All its agents must work on this target; repeatable.", show_default=False
        ),
    ] = None,
    input_: Annotated[
        str | None,
        typer.Option("--input", metavar="FILE", help="Check this input for it as well, as JSON; - is standard input.", show_default=False),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to tell.")] = Format.PLAIN,
) -> int:
    """Say everything that is wrong with a scenario, with its place."""
    targets = known_targets(everywhere)
    wanted = {name: targets.named(name) for name in target or ()}
    document = read_document(file, shown_path(file, Path.cwd()))
    judgement = judge(document, wanted, targets)
    given = None if input_ is None or judgement.scenario is None else _judged(input_, file, judgement.scenario)
    lines = (judgement_json(judgement, given),) if format_ is Format.JSON else (*judgement_lines(judgement), *input_lines(given))
    for line in lines:
        typer.echo(line)
    return ExitCode.FAILED if judgement.faults or (given is not None and given.faults) else ExitCode.PASSED


def _judged(name: str, file: Path, scenario: Scenario) -> InputJudgement:
    return judge_input(read_input(name, file), Inputs(declared=scenario.input, needs=needs_of(scenario)))


def print_schema() -> None:
    """Print the JSON schema of scenarios."""
    typer.echo(schema_text(), nl=False)


def known_targets(everywhere: Everywhere) -> Targets:
    """Return the targets of the workspace, or, where there is none around and none is asked for, those that plugins declare."""
    if everywhere.workspace is None and everywhere.config is None and not _is_in_workspace():
        return load_targets()
    return open_session(everywhere).targets


def _is_in_workspace() -> bool:
    try:
        find_workspace(Path.cwd())
    except UsageError:
        return False
    return True
