from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from buildkit.model import Artifact
from buildkit.reports.launch import Launched, closing_lines, launched_json, opening_line
from buildkit.runners.model import Ending, RunOutcome, RunRequest
from buildkit.runners.service_client import ServiceAccess
from buildkit.workflow.launch.model import Outcome, ScenarioOutcome, ScenarioRun, Seen

ARTIFACT = Artifact(path=Path("/out/greet.wasm"), kind="component", size=1, gzip_size=1, sha256="")
SERVICE = ServiceAccess(url="http://core", tenant="acme", token="a long secret")  # noqa: S106  # no secret
RUN = ScenarioRun(
    artifact=ARTIFACT, input=b"{}", instance="greet-1", service=SERVICE, declared=RunRequest(artifact=ARTIFACT.path, cwd=Path("/"))
)
GOOD = RunOutcome(ended=Ending.EXITED, exit_code=0, seconds=0.25)
COMPLETED = ScenarioOutcome(outcome=Outcome.COMPLETED, ran=GOOD, seen=Seen(status="completed", checkpoints=2), result=b'{"n": 1e400}\n')
AGAIN = "buildkit run out/greet.wasm --input data.json --service http://core --instance greet-1"


def launched(outcome: ScenarioOutcome, output: Path | None = None) -> Launched:
    return Launched(run=RUN, outcome=outcome, output=output, again=AGAIN)


def test_the_instance_is_told_before_it_runs() -> None:
    assert opening_line(RUN) == "instance greet-1 of tenant acme at http://core"
    assert opening_line(replace(RUN, service=None)) == "instance greet-1, without checkpoints"


def test_a_completed_run_is_one_line() -> None:
    assert list(closing_lines(launched(COMPLETED))) == ["greet.wasm completed (0.2 s, 2 checkpoints)"]


def test_a_paused_run_tells_how_it_goes_on() -> None:
    paused = ScenarioOutcome(outcome=Outcome.PAUSED, ran=GOOD, seen=Seen(status="suspended", checkpoints=1))
    assert list(closing_lines(launched(paused))) == ["greet.wasm paused (0.2 s, 1 checkpoint)", f"to go on: {AGAIN}"]


def test_a_failed_run_names_step_and_reason_and_every_doubt() -> None:
    ran = RunOutcome(ended=Ending.EXITED, exit_code=1, seconds=1, message="no network was granted")
    outcome = ScenarioOutcome(
        outcome=Outcome.FAILED, ran=ran, seen=Seen(trouble="gone"), step="fetch", error="no\x1b[31m answer", doubts=("the service is gone",)
    )
    assert list(closing_lines(launched(outcome))) == [
        "greet.wasm failed at step fetch: no answer (1.0 s)",
        "note: no network was granted",
        "greet.wasm: the service is gone",
    ]


def test_a_step_that_the_reason_names_is_not_named_twice() -> None:
    ran = RunOutcome(ended=Ending.EXITED, exit_code=1, seconds=1)
    outcome = ScenarioOutcome(outcome=Outcome.FAILED, ran=ran, step="fetch", error="step fetch: no answer")
    assert list(closing_lines(launched(outcome))) == ["greet.wasm failed: step fetch: no answer (1.0 s)"]


def test_the_document_has_the_result_as_it_was_written_and_no_token() -> None:
    text = launched_json(launched(COMPLETED))
    assert "1e400" in text
    assert "secret" not in text
    document = json.loads(text)
    assert (document["outcome"], document["succeeded"], document["again"]) == ("completed", True, None)
    assert document["service"] == {"url": "http://core", "tenant": "acme", "status": "completed", "checkpoints": 2, "trouble": None}


def test_the_document_names_the_file_of_a_result_that_went_there() -> None:
    document = json.loads(launched_json(launched(COMPLETED, Path("out.json"))))
    assert (document["output"], document["result"]) == ("out.json", None)
