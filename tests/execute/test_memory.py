"""What is remembered of a workspace between runs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from buildkit.events import CellFinished, Event, RunFinished
from buildkit.execute import memory
from buildkit.execute.memory import Memory, workspace_folder
from buildkit.model import Cell, CellResult, Proof, RunReport, Stage, StageResult, Verdict
from buildkit.plan.remembered import NOTHING

APP = "app/native/-"


def ended(identity: str, verdict: Verdict = Verdict.PASS, seconds: float = 1.5, *, cached: bool = False) -> CellFinished:
    package, target, features = identity.split("/")
    cell = Cell(package=package, target=target, features=() if features == "-" else (features,))
    stage = StageResult(stage=Stage.CHECK, verdict=verdict, seconds=seconds, cached=cached)
    return CellFinished(result=CellResult(cell=cell, triple="t", verdict=verdict, stages=(stage,)))


def finished(*proofs: Proof) -> RunFinished:
    return RunFinished(report=RunReport(tool={}, workspace=Path("/ws"), toolchain={}, cells=(), proofs=proofs))


def run(of: Memory, *events: Event, does: str = "check") -> None:
    with of.recording(does, lambda _: None) as emit:
        for event in events:
            emit(event)


@pytest.fixture
def kept(tmp_path: Path) -> Memory:
    return Memory(folder=tmp_path / "workspaces" / "one")


def test_nothing_is_known_before_the_first_run(kept: Memory) -> None:
    assert kept.recall("check") == NOTHING


def test_the_last_verdict_counts(kept: Memory) -> None:
    run(kept, ended(APP, Verdict.FAIL), ended("lib/native/-", Verdict.ERROR), finished())
    assert kept.recall("check").failed == {APP, "lib/native/-"}
    run(kept, ended(APP), finished())
    assert kept.recall("check").failed == {"lib/native/-"}
    assert kept.recall("check").latest == {APP}


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.SKIPPED, Verdict.EXPECTED_FAIL])
def test_what_is_good_has_not_failed(kept: Memory, verdict: Verdict) -> None:
    run(kept, ended(APP, verdict), finished())
    assert kept.recall("check").failed == frozenset()


def test_a_failed_proof_is_known_by_its_package_and_target(kept: Memory) -> None:
    run(kept, finished(Proof(package="app", target="native", selections=2, verdict=Verdict.FAIL)))
    assert kept.recall("check").failed_proofs == {"app/native"}
    run(kept, finished(Proof(package="app", target="native", selections=2, verdict=Verdict.PASS)))
    assert kept.recall("check").failed_proofs == frozenset()


def unreached(identity: str, *stages: Verdict) -> CellFinished:
    """Return a cell that another's failure kept from being compiled."""
    names = (Stage.ISOLATION, Stage.CHECK)
    results = tuple(StageResult(stage=stage, verdict=verdict) for stage, verdict in zip(names, stages, strict=True))
    return CellFinished(result=replace(ended(identity, Verdict.SKIPPED).result, stages=results))


def test_a_cell_that_a_failure_of_another_kept_from_running_keeps_its_last_verdict(kept: Memory) -> None:
    run(kept, ended(APP, Verdict.FAIL), finished())
    run(kept, unreached(APP, Verdict.PASS, Verdict.SKIPPED), unreached("lib/native/-", Verdict.SKIPPED, Verdict.SKIPPED), finished())
    assert kept.recall("check").failed == {APP}
    assert kept.recall("check").latest == frozenset()
    run(kept, unreached("lib/native/-", Verdict.FAIL, Verdict.SKIPPED), finished())
    assert kept.recall("check").latest == {"lib/native/-"}


def test_verbs_are_remembered_apart(kept: Memory) -> None:
    run(kept, ended(APP, Verdict.FAIL), finished())
    run(kept, ended(APP), finished(), does="build")
    assert kept.recall("check").failed == {APP}
    assert kept.recall("build").failed == frozenset()


def test_seconds_are_those_of_the_last_compilation(kept: Memory) -> None:
    run(kept, ended(APP, seconds=4.25), finished())
    run(kept, ended(APP, seconds=0.1, cached=True), finished())
    run(kept, ended("lib/native/-", Verdict.ERROR, seconds=9.0), finished())
    assert kept.recall("check").seconds == {APP: 4.25}


def test_a_run_without_its_end_was_interrupted_and_goes_on_until_one_ends(kept: Memory) -> None:
    run(kept, ended(APP))
    assert kept.recall("check").interrupted == frozenset({APP})
    run(kept, ended("lib/native/-"))
    assert kept.recall("check").interrupted == frozenset({APP, "lib/native/-"})
    assert kept.recall("build").interrupted is None
    run(kept, finished())
    assert kept.recall("check").interrupted is None


def test_a_run_that_goes_on_elsewhere_was_not_interrupted(kept: Memory) -> None:
    with kept.recording("check", lambda _: None) as emit:
        emit(ended(APP))
        assert kept.recall("check").interrupted is None
    assert kept.recall("check").interrupted == frozenset({APP})


def test_two_runs_at_once_lose_nothing(kept: Memory) -> None:
    with kept.recording("check", lambda _: None) as one, kept.recording("check", lambda _: None) as other:
        for number in range(50):
            one(ended(f"one/native/f{number}", Verdict.FAIL))
            other(ended(f"other/native/f{number}", Verdict.FAIL))
    assert len(kept.recall("check").failed) == 100


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x00\xff garbage", b'{"is":"judged"}', b'\n{"is":"began","does":"check"', b"\n[]\nnull\n{}\n"],
    ids=["empty", "bytes", "wrong record", "torn record", "other JSON"],
)
def test_a_damaged_journal_counts_as_empty_and_goes_on(kept: Memory, damage: bytes) -> None:
    kept.folder.mkdir(parents=True)
    kept.file.write_bytes(damage)
    assert kept.recall("check") == NOTHING
    run(kept, ended(APP, Verdict.FAIL), finished())
    assert kept.recall("check").failed == {APP}


def test_a_record_cut_at_any_byte_spoils_no_other(kept: Memory) -> None:
    run(kept, ended(APP, Verdict.FAIL), finished())
    whole = kept.file.read_bytes()
    for length in range(len(whole)):
        kept.file.write_bytes(whole[:length])
        run(kept, ended("lib/native/-", Verdict.FAIL))
        assert "lib/native/-" in kept.recall("check").failed


def test_what_cannot_be_written_is_not_remembered_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    seen: list[Event] = []
    broken = Memory(folder=tmp_path / "file" / "below")
    with broken.recording("check", seen.append) as emit:
        emit(ended(APP))
    assert seen == [ended(APP)]
    assert broken.recall("check") == NOTHING


def test_a_large_journal_is_written_anew_and_says_the_same(kept: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        run(kept, *(ended(f"app/native/f{number}", Verdict.FAIL if number % 2 else Verdict.PASS) for number in range(20)), finished())
    run(kept, ended("old/native/-", Verdict.FAIL), ended(APP, seconds=7.0), ended(APP, cached=True), does="build")
    before = {does: kept.recall(does) for does in ("check", "build")}
    size = kept.file.stat().st_size
    monkeypatch.setattr(memory, "LARGEST", 1000)
    os.close(kept._open())
    assert {does: kept.recall(does) for does in ("check", "build")} == before
    assert kept.file.stat().st_size < size / 3


def test_a_journal_that_another_process_uses_is_not_written_anew(kept: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LARGEST", 10)
    with kept.recording("check", lambda _: None) as emit:
        emit(ended(APP, Verdict.FAIL))
        run(kept, ended("lib/native/-", Verdict.FAIL), finished())
        emit(ended("bin/native/-", Verdict.FAIL))
    assert kept.recall("check").failed == {APP, "lib/native/-", "bin/native/-"}


def test_a_workspace_is_known_wherever_links_lead_to_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert workspace_folder(tmp_path, tmp_path / "link") == workspace_folder(tmp_path, tmp_path / "real")
    assert workspace_folder(tmp_path, tmp_path / "real") != workspace_folder(tmp_path, tmp_path)


def test_a_run_that_finds_all_as_it_was_leaves_no_trace(kept: Memory) -> None:
    proof = Proof(package="app", target="native", verdict=Verdict.PASS, selections=1)
    run(kept, ended(APP), ended("lib/native/-", Verdict.FAIL), finished(proof))
    before = kept.file.read_bytes()
    run(kept, ended("lib/native/-", Verdict.FAIL, cached=True), ended(APP, cached=True), finished(proof))
    assert kept.file.read_bytes() == before


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((ended(APP, Verdict.FAIL, cached=True), ended("lib/native/-", cached=True), finished()), id="another verdict"),
        pytest.param((ended(APP, cached=True), finished()), id="fewer cells"),
        pytest.param((ended(APP, cached=True), ended("lib/native/-", cached=True), ended("new/native/-"), finished()), id="one more cell"),
        pytest.param((ended(APP, seconds=9.0), ended("lib/native/-", cached=True), finished()), id="another time"),
    ],
)
def test_news_are_written_with_what_was_held_back_before_them(kept: Memory, events: tuple[Event, ...]) -> None:
    run(kept, ended(APP), ended("lib/native/-"), finished())
    run(kept, *events)
    cells = {event.result.cell.id for event in events if isinstance(event, CellFinished)}
    remembered = kept.recall("check")
    assert remembered.latest == cells
    assert remembered.failed == {
        event.result.cell.id for event in events if isinstance(event, CellFinished) and event.result.verdict is Verdict.FAIL
    }
    assert remembered.interrupted is None


def test_a_broken_off_run_without_news_was_not_interrupted(kept: Memory) -> None:
    run(kept, ended(APP), finished())
    run(kept, ended(APP, cached=True))
    assert kept.recall("check").interrupted is None
