"""The check and build stages: cargo compiles one cell, and its messages say how that went."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from buildkit.cargo.failure import explain_obstacle, first_error
from buildkit.cargo.messages import MESSAGE_START, BuildFinished, CompilerArtifact, CompilerMessage, Diagnostic, Message, parse_messages
from buildkit.execute.context import Context
from buildkit.execute.disturbance import disturbance
from buildkit.execute.outcome import StageOutcome, not_judged
from buildkit.execute.work import Work
from buildkit.model import Finding, Rule, Stage, StageResult, StdKind, Verdict
from buildkit.plan.model import PlannedCell
from buildkit.process import Command, Completed
from buildkit.records import dataclass

MISSING_STD: Final = {"E0463": "can't find crate for `{}`", "E0514": "found crate `{}` compiled by an incompatible version of rustc"}
"""How rustc says, by the error's code, that the standard library is at fault and not the code."""

STD_CRATES: Final = {StdKind.FULL: ("core", "alloc", "std"), StdKind.CORE_ALLOC: ("core", "alloc")}
"""What a target's standard library has; a crate that wants more is at fault itself."""

BUILD_SCRIPT_FAILED: Final = "failed to run custom build command for"
LINKER_FAILED: Final = "linking with "

MOST_LINES: Final = 600
"""How many lines of diagnostics a report keeps."""


def check_cell(context: Context, work: Work) -> tuple[StageOutcome, tuple[Message, ...]]:
    """Take a cell through the check stage by itself, and return what cargo reported as well."""
    return _compile(context, work, Stage.CHECK, context.running_command(work.planned), shown=context.check_command(work.planned))


def build_cell(profile: str, context: Context, work: Work) -> StageOutcome:
    """Take a cell through the build stage, with a cargo profile."""
    planned = work.planned
    calls = context.calls(planned.subject, profile=profile)
    selection = context.selection(planned.subject, planned.cell)
    command = context.as_run(calls).compile("build", selection)
    return _compile(context, work, Stage.BUILD, command, shown=calls.compile("build", selection))[0]


def _compile(context: Context, work: Work, stage: Stage, command: Command, *, shown: Command) -> tuple[StageOutcome, tuple[Message, ...]]:
    """Run cargo's command for a cell, and return what came of it by cargo's messages, and these."""
    planned = work.planned
    if work.graph.obstacle is not None:
        return not_judged(planned.cell, stage, work.graph.obstacle), ()
    done = context.processes.run(command)
    outcome = _Outcome(done=done, messages=parse_messages(done.stdout.splitlines()), shown=shown)
    return _judge(context, planned, stage, outcome), outcome.messages


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    done: Completed
    messages: tuple[Message, ...]
    shown: Command

    @property
    def errors(self) -> tuple[CompilerMessage, ...]:
        """Return rustc's errors, each text once, without the closing counts that point nowhere."""
        found = [message for message in self.messages if isinstance(message, CompilerMessage) and message.message.level.startswith("error")]
        pointed = [message for message in found if message.message.spans or message.message.code is not None] or found
        return tuple({message.message.rendered or message.message.message: message for message in pointed}.values())

    @property
    def crash(self) -> str | None:
        """Return the words with which rustc gave up on itself, `None` where it did not: they may point to code and are no judgement of it."""
        return next((f"rustc crashed: {error.message.message}" for error in self.errors if error.message.is_crash), None)

    @property
    def cached(self) -> bool:
        """Say whether cargo found everything compiled already; a failure is always that of a compilation."""
        fresh = [message.fresh for message in self.messages if isinstance(message, CompilerArtifact)]
        return self.done.succeeded and bool(fresh) and all(fresh)

    @property
    def has_compiled(self) -> bool:
        """Say whether all was compiled: what fails after that is a test."""
        return any(isinstance(message, BuildFinished) and message.success for message in self.messages)


def _judge(context: Context, planned: PlannedCell, stage: Stage, outcome: _Outcome) -> StageOutcome:
    done = outcome.done
    obstacle = None if done.succeeded else _obstacle(context, planned, outcome)
    verdict = Verdict.PASS if done.succeeded else Verdict.FAIL if obstacle is None else Verdict.ERROR
    result = StageResult(
        stage=stage,
        verdict=verdict,
        seconds=done.seconds,
        command=outcome.shown.shell,
        cached=outcome.cached,
        reason=obstacle,
        diagnostics="" if done.succeeded else _diagnostics(outcome),
    )
    findings = {
        Verdict.PASS: (),
        Verdict.FAIL: _findings(context, planned, outcome),
        Verdict.ERROR: (Finding(rule=Rule.TOOLCHAIN, subject=planned.cell.id, message=obstacle or done.ending),),
    }
    return StageOutcome(result=result, findings=findings[verdict], files=tuple(_made_files(planned, outcome.messages)))


def _obstacle(context: Context, planned: PlannedCell, outcome: _Outcome) -> str | None:
    """Return why the code could not be judged, `None` where rustc or a build script refused it."""
    if outcome.has_compiled and outcome.done.returncode > 0:
        return None
    told = "\n".join(error.message.rendered or error.message.message for error in outcome.errors if not error.message.spans)
    known = explain_obstacle(outcome.done, told) or outcome.crash or disturbance(context.workspace.target_directory, outcome.messages)
    if known is not None:
        return known
    crates = STD_CRATES[planned.subject.target.std]
    if any(_misses_std(error.message, crates) for error in outcome.errors):
        triple = context.triple(planned.subject)
        return f"the standard library for {triple} is missing, or another compiler's; run: buildkit toolchain ensure {planned.cell.target}"
    judged = outcome.errors or BUILD_SCRIPT_FAILED in outcome.done.stderr
    return None if judged else first_error(outcome.done.stderr)


def _misses_std(diagnostic: Diagnostic, crates: tuple[str, ...]) -> bool:
    words = MISSING_STD.get(diagnostic.code.code if diagnostic.code is not None else "")
    return words is not None and any(words.format(crate) in diagnostic.message for crate in crates)


def _findings(context: Context, planned: PlannedCell, outcome: _Outcome) -> tuple[Finding, ...]:
    """Return one finding for each package that does not compile, with its first error and how many more there are; or that of the tests."""
    done = outcome.done
    if outcome.has_compiled:
        return (Finding(rule=Rule.RUN, subject=planned.cell.package, message=first_error(done.stderr)),)
    by_package: dict[str, list[CompilerMessage]] = {}
    for error in outcome.errors:
        by_package.setdefault(error.package_id, []).append(error)
    found = [_compile_finding(_name(context, package), package_errors) for package, package_errors in by_package.items()]
    line = next((line for line in done.stderr.splitlines() if BUILD_SCRIPT_FAILED in line), None)
    if not found and line is not None:
        crate = line.partition("`")[2].partition(" ")[0]
        found.append(Finding(rule=Rule.COMPILE_ERROR, subject=crate, message=line.removeprefix("error: ").strip()))
    return tuple(found)


def _compile_finding(name: str, errors: list[CompilerMessage]) -> Finding:
    first = errors[0].message
    code = f"[{first.code.code}]" if first.code is not None else ""
    place = next((f" at {span.file_name}:{span.line_start}" for span in first.spans if span.is_primary), "")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    rule = Rule.LINKAGE if first.message.startswith(LINKER_FAILED) else Rule.COMPILE_ERROR
    return Finding(rule=rule, subject=name, message=f"error{code}: {first.message.splitlines()[0]}{place}{more}")


def _name(context: Context, package_id: str) -> str:
    package = context.workspace.packages.get(package_id)
    return package_id if package is None else package.name


def _diagnostics(outcome: _Outcome) -> str:
    if outcome.has_compiled:
        # Between the messages stands what the tests printed.
        return abridged("\n".join(line for line in outcome.done.stdout.splitlines() if not line.startswith(MESSAGE_START)).strip())
    rendered = [error.message.rendered or error.message.message for error in outcome.errors]
    return abridged("\n".join(text.rstrip() for text in rendered) or outcome.done.stderr.strip())


def abridged(text: str) -> str:
    """Return the beginning and the end of a text that nobody reads to the end: a build script may print without measure."""
    lines = text.splitlines()
    left_out = len(lines) - MOST_LINES
    if left_out <= 0:
        return text
    return "\n".join((*lines[: MOST_LINES // 2], f"… {left_out:,} lines are left out …", *lines[-MOST_LINES // 2 :]))


def _made_files(planned: PlannedCell, messages: Iterable[Message]) -> Iterable[Path]:
    """Give programs, and libraries that another language links; a Rust library is no artifact."""
    for message in messages:
        if isinstance(message, CompilerArtifact) and message.package_id == planned.subject.package.id:
            if "custom-build" in message.target.kind:
                continue
            if message.executable is not None:
                yield message.executable
            elif {"cdylib", "staticlib"} & set(message.target.crate_types):
                yield from (file for file in message.filenames if file.suffix not in {".rlib", ".rmeta", ".d", ".pdb"})
