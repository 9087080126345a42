"""The SARIF report, for services that show findings at the lines of a change.

Follows "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" of OASIS, and what GitHub's code scanning asks for beyond that:
each result has a place, and a fingerprint that stays when lines move; each rule a description and a help text.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from buildkit.model import PathStep, Rule, RunReport
from buildkit.records import dataclass
from buildkit.reports.defects import Defect, defects, from_checkout
from buildkit.reports.rules import DESCRIPTIONS, UNEXPECTED
from buildkit.reports.words import clean

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

ROOT: Final = "%SRCROOT%"
"""What places are relative to, by its usual name."""

FINGERPRINT: Final = "buildkitDefect/v1"

MANIFEST: Final = "Cargo.toml"
"""Where a defect is shown that no line is to blame for."""


def sarif_text(report: RunReport, checkout: Path | None = None) -> str:
    """Return the report as JSON, with a line end."""
    places = _Places(workspace=report.workspace, checkout=checkout)
    found = defects(report)
    rules = [rule for rule in DESCRIPTIONS if any(_rule(defect) == rule for defect in found)]
    driver = {
        "name": report.tool["name"],
        "version": report.tool["version"],
        "rules": [_descriptor(rule) for rule in rules],
    }
    root = checkout or report.workspace
    # A report may have been written where absolute paths look otherwise.
    bases = {"originalUriBaseIds": {ROOT: {"uri": f"{root.as_uri()}/"}}} if root.is_absolute() else {}
    run = {
        "tool": {"driver": driver},
        **bases,
        "columnKind": "unicodeCodePoints",
        "results": [_result(defect, rules.index(_rule(defect)), places) for defect in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _descriptor(rule: Rule | str) -> dict[str, Any]:
    said = DESCRIPTIONS[rule]
    texts = {"shortDescription": said.what, "fullDescription": said.why, "help": said.help}
    return {"id": str(rule), **{name: {"text": text} for name, text in texts.items()}}


@dataclass(frozen=True, kw_only=True)
class _Places:
    workspace: Path
    checkout: Path | None

    def location(self, file: str, line: int | None, said: str | None = None) -> dict[str, Any]:
        name = from_checkout(file, self.workspace, self.checkout)
        artifact = {"uri": Path(name).as_uri()} if Path(name).is_absolute() else {"uri": quote(name), "uriBaseId": ROOT}
        place = {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": line or 1}}}
        return place if said is None else {**place, "message": {"text": clean(said)}}


def _result(defect: Defect, rule: int, places: _Places) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": str(_rule(defect)),
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": clean(f"{defect.where}: {defect.message}")},
        "locations": [places.location(defect.file or MANIFEST, defect.line)],
        "partialFingerprints": {FINGERPRINT: _fingerprint(defect)},
    }
    steps = [step for step in (defect.finding.path if defect.finding else ()) if step.file is not None]
    if steps:
        result["codeFlows"] = [{"threadFlows": [{"locations": [_step(step, places) for step in steps]}]}]
    return result


def _step(step: PathStep, places: _Places) -> dict[str, Any]:
    return {"location": places.location(step.file or MANIFEST, step.line, f"{step.source} to {step.to}: {step.because}")}


def _rule(defect: Defect) -> Rule | str:
    return UNEXPECTED if defect.finding is None else defect.finding.rule


def _fingerprint(defect: Defect) -> str:
    subject = defect.where if defect.finding is None else f"{defect.finding.subject}\n{defect.finding.message}"
    return hashlib.sha256(f"{_rule(defect)}\n{defect.file}\n{subject}".encode()).hexdigest()[:32]
