from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compiled_metadata import metadata
from scenarios import action, finish, judged, scenario

from buildkit.reports.compiled import Result, compiled_json, compiled_lines
from buildkit.workflow.compiling.diagnostics import CodeError
from buildkit.workflow.compiling.emitting import Emitted
from buildkit.workflow.compiling.pipeline import Compiled, Refused

JUDGEMENT = judged(scenario(action("a", "end"), finish()), "wasm32-wasip2")
FOLDER = Path("/work/out")


def compiled(*, cached: bool = False) -> Compiled:
    return Compiled(target="wasm32-wasip2", artifact=FOLDER / "order.wasm", metadata=metadata("order.wasm"), seconds=1.25, cached=cached)


REFUSED = Refused(
    target="native",
    triple="x86_64-unknown-linux-gnu",
    seconds=0.5,
    errors=(
        CodeError(message="error[E0425]: no X", rendered="error[E0425]: no X\n  \x1b[1m| X\n", step="a", pointer="/steps/0", line=9),
        CodeError(message="error: other", rendered="error: other"),
    ),
)
EMITTED = Emitted(target="native", folder=FOLDER, files=(Path("Cargo.toml"), Path("src/main.rs")))
RESULTS: tuple[Result, ...] = (compiled(), compiled(cached=True), REFUSED, EMITTED)


def test_results_as_text(golden: Callable[[str, str], None]) -> None:
    golden("reports/compiled.txt", "".join(f"{line}\n" for line in compiled_lines(JUDGEMENT, RESULTS)))


def test_results_as_one_document(golden: Callable[[str, str], None]) -> None:
    golden("reports/compiled.json", compiled_json(JUDGEMENT, RESULTS) + "\n")


@pytest.mark.parametrize(("key", "count"), [("artifacts", 2), ("failures", 1), ("projects", 1)])
def test_each_kind_of_result_has_its_list(key: str, count: int) -> None:
    document: dict[str, Any] = json.loads(compiled_json(JUDGEMENT, RESULTS))
    assert len(document[key]) == count


def test_no_line_has_a_terminal_code() -> None:
    assert not any("\x1b" in line for line in compiled_lines(JUDGEMENT, RESULTS))


def test_a_note_of_the_scenario_comes_first() -> None:
    limited = judged(scenario(action("a", "end", agent="crypto", capability="sha256"), finish()), "thumbv6m-none-eabi")
    first, *_ = compiled_lines(limited, RESULTS)
    assert ": note: /steps/0/agent: the agent crypto" in first
