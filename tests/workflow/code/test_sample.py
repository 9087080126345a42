"""The sample workflow of the Rust workspace is what is generated from its scenario."""

from __future__ import annotations

import json

from generated import generated, tokens
from scenarios import SCENARIOS

from buildkit.workflow.agents import Platform
from buildkit.workflow.code.frames import frame
from buildkit.workflow.code.model import Transport

DATA = SCENARIOS.parent / "runtara" / "data"


def code(text: str) -> list[tuple[str, str]]:
    """Return the tokens of a source, whatever its width: a list that is broken has one more comma."""
    return [token for token in tokens(text) if token[1] != ","]


def test_the_sample_is_what_is_generated_from_its_scenario() -> None:
    text = generated(json.loads((DATA / "workflow.json").read_text(encoding="utf-8"))).text
    entry = frame(Platform.NATIVE, Transport.HTTP)
    assert code(text.removesuffix(entry)) == code((DATA / "workflow.rs").read_text(encoding="utf-8"))
