"""What the end of a run has to say, as data: figures per target, artifacts, what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from buildkit.execute.verdicts import GOOD
from buildkit.model import Artifact, Pruned, RunReport, Verdict
from buildkit.records import dataclass
from buildkit.reports.words import clean, counted, duration


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How the cells of one target ended; what failed as expected has passed, what passed unexpectedly has failed."""

    target: str
    passed: int
    failed: int
    errors: int
    skipped: int


def tallies(report: RunReport) -> tuple[Tally, ...]:
    """Return the figures of each target, in the order of the cells."""
    verdicts: dict[str, list[Verdict]] = {}
    for result in report.cells:
        verdicts.setdefault(result.cell.target, []).append(result.verdict)
    return tuple(
        Tally(
            target=target,
            passed=found.count(Verdict.PASS) + found.count(Verdict.EXPECTED_FAIL),
            failed=found.count(Verdict.FAIL) + found.count(Verdict.UNEXPECTED_PASS),
            errors=found.count(Verdict.ERROR),
            skipped=found.count(Verdict.SKIPPED),
        )
        for target, found in verdicts.items()
    )


def artifacts(report: RunReport) -> tuple[Artifact, ...]:
    """Return all artifacts, each path once; cells of one closure share theirs."""
    return tuple({artifact.path: artifact for result in report.cells for artifact in result.artifacts}.values())


def totals(report: RunReport) -> str:
    """Return the accounting of a run in one line."""
    summary = report.summary
    expected = sum(result.verdict is Verdict.EXPECTED_FAIL for result in report.cells)
    parts = (
        f"{summary.passed:,} passed" + (f" ({expected:,} failed as expected)" if expected else ""),
        f"{summary.failed:,} failed" if summary.failed else "",
        counted(summary.errors, "error") if summary.errors else "",
        f"{summary.skipped:,} skipped" if summary.skipped else "",
    )
    held = sum(proof.verdict in GOOD for proof in report.proofs)
    proofs = f"; {held:,} of {counted(len(report.proofs), 'proof')} hold" if report.proofs else ""
    return f"{counted(summary.cells, 'cell')} in {duration(summary.seconds)}: {', '.join(part for part in parts if part)}{proofs}"


def effort(report: RunReport) -> str:
    """Return what a run cost in one line: selections that were asked for, builds that tell them apart, what was known, what was run."""
    summary = report.summary
    parts = (
        f"{summary.requested:,} requested",
        f"{summary.distinct:,} distinct",
        f"{summary.cached:,} cached",
        f"{summary.compiled:,} run",
        counted(summary.cargo_calls, "cargo call"),
    )
    return ", ".join(parts)


def pruned_lines(pruned: Iterable[Pruned]) -> Iterator[str]:
    """Give a line for each selection without a cell."""
    for entry in pruned:
        name = entry.id if entry.count == 1 else f"{entry.count:,} of {entry.id}"
        yield clean(f"{name}: {entry.because}")
