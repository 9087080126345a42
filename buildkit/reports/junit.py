"""The JUnit report: a suite for each target, a case for each cell and each proof."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from buildkit.model import CellResult, Finding, Proof, RunReport, Verdict
from buildkit.reports.blocks import Blocks
from buildkit.reports.plain import block_lines
from buildkit.reports.words import UNEXPECTED_PASS, clean, proof_sentence, remark

ELEMENTS = {
    Verdict.FAIL: "failure",
    Verdict.UNEXPECTED_PASS: "failure",
    Verdict.ERROR: "error",
    Verdict.SKIPPED: "skipped",
    Verdict.EXPECTED_FAIL: "skipped",
}
"""What stands in a case that did not simply pass; what failed as expected is told as skipped, as test frameworks do."""

COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def junit_text(report: RunReport) -> str:
    """Return the report as XML, with a line end."""
    root = Element("testsuites", name="buildkit")
    targets = dict.fromkeys((*(result.cell.target for result in report.cells), *(proof.target for proof in report.proofs)))
    for target in targets:
        suite = SubElement(root, "testsuite", name=clean(target))
        suite.extend(_cell(result) for result in report.cells if result.cell.target == target)
        suite.extend(_proof(proof) for proof in report.proofs if proof.target == target)
        _count(suite, (suite,))
        suite.set("time", f"{sum(float(case.get('time', '0')) for case in suite):.3f}")
    _count(root, tuple(root))
    root.set("time", f"{report.summary.seconds:.3f}")
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _count(element: Element, suites: Iterable[Element]) -> None:
    cases = [case for suite in suites for case in suite]
    element.set("tests", str(len(cases)))
    for name, kind in COUNTS.items():
        element.set(name, str(sum(case.find(kind) is not None for case in cases)))


def _cell(result: CellResult) -> Element:
    seconds = sum(stage.seconds for stage in result.stages)
    case = Element("testcase", classname=clean(result.cell.package), name=clean(result.cell.id), time=f"{seconds:.3f}")
    told = remark(result)
    outcome = _outcome(case, result.verdict, result.findings, told)
    if outcome is not None and outcome.tag != "skipped":
        outcome.text = "\n".join(block_lines(Blocks().of_cells((result,)))).strip()
    elif told and (outcome is None or outcome.get("message") != told):
        SubElement(case, "system-out").text = told
    return case


def _proof(proof: Proof) -> Element:
    case = Element("testcase", classname=clean(proof.package), name=clean(f"isolation of {proof.package} on {proof.target}"), time="0.000")
    _outcome(case, proof.verdict, proof.findings, proof_sentence(proof))
    return case


def _outcome(case: Element, verdict: Verdict, findings: tuple[Finding, ...], otherwise: str) -> Element | None:
    tag = ELEMENTS.get(verdict)
    if tag is None:
        return None
    outcome = SubElement(case, tag)
    first = findings[0] if findings else None
    prefix = f"{verdict}: " if verdict is Verdict.EXPECTED_FAIL else ""
    if verdict is Verdict.UNEXPECTED_PASS:
        outcome.set("message", UNEXPECTED_PASS)
    else:
        outcome.set("message", otherwise if first is None else clean(f"{prefix}{first.rule}: {first.message}"))
    outcome.set("type", str(verdict if first is None else first.rule))
    return outcome
