from __future__ import annotations

import io
import json

from buildkit.events import Event, RunFinished
from buildkit.reports.progress import PlainProgress
from buildkit.reports.structured import JsonReporter


def told(events: tuple[Event, ...], verbosity: int = 0) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    reporter = JsonReporter(out, PlainProgress(err, verbosity))
    for event in events:
        reporter.report(event)
    reporter.close()
    return out.getvalue(), err.getvalue()


def test_standard_output_is_one_document_and_nothing_else(story: tuple[Event, ...]) -> None:
    out, _ = told(story)
    assert json.loads(out)["version"] == 1
    assert "\x1b" not in out


def test_progress_and_notices_go_to_standard_error(story: tuple[Event, ...]) -> None:
    _, err = told(story)
    assert "note: std for thumbv7em-none-eabihf will be built from source" in err
    assert "FAIL      0.4s  shop-core/wasm32-wasip2/wasi" in err
    assert "\x1b" not in err


def test_text_of_programs_is_in_the_document_verbatim(story: tuple[Event, ...]) -> None:
    out, _ = told(story)
    assert "[red]not markup[/red]" in json.loads(out)["cells"][2]["stages"][1]["diagnostics"]


def test_a_run_without_an_end_has_no_document(story: tuple[Event, ...]) -> None:
    out, _ = told(tuple(event for event in story if not isinstance(event, RunFinished)))
    assert out == ""
