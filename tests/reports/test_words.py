from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildkit.model import Cell, CellResult, PathStep, Proof, Stage, StageResult, Verdict
from buildkit.reports.words import LABELS, cell_duration, clean, counted, duration, place, proof_sentence, remark, selection, shown_path


@given(st.text())
def test_clean_text_controls_no_terminal_and_fits_every_encoding_of_unicode(text: str) -> None:
    cleaned = clean(text)
    assert not [character for character in cleaned if character != "\n" and (ord(character) < 32 or 127 <= ord(character) < 160)]
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1;31merror\x1b[0m: x", "error: x"),
        ("\x1b]8;;file:///a\x07link\x1b]8;;\x1b\\", "link"),
        ("10%\r20%\r\nend", "10%\n20%\nend"),
        ("a\tb", "a   b"),
        ("[red] [/] \\[x]", "[red] [/] \\[x]"),
        ("bell\x07", "bell\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_terminal_codes_go_and_all_else_stays(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0.0s"), (0.44, "0.4s"), (59.94, "59.9s"), (59.96, "1m 00s"), (185.2, "3m 05s"), (3599.9, "1h 00m"), (7380, "2h 03m")],
)
def test_durations_are_short(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def result_of(*stages: StageResult, verdict: Verdict = Verdict.PASS) -> CellResult:
    return CellResult(cell=Cell(package="p", target="t"), triple="t", verdict=verdict, stages=stages)


def test_a_cell_takes_what_its_uncached_stages_took() -> None:
    cached = StageResult(stage=Stage.ISOLATION, verdict=Verdict.PASS, seconds=5, cached=True)
    compiled = StageResult(stage=Stage.CHECK, verdict=Verdict.PASS, seconds=2)
    skipped = StageResult(stage=Stage.RUN, verdict=Verdict.SKIPPED, reason="no runner")
    assert cell_duration(result_of(cached, compiled, skipped)) == "2.0s"
    assert cell_duration(result_of(cached, skipped)) == "cached"
    assert cell_duration(result_of(skipped)) == ""


def test_a_skipped_cell_gives_each_reason_once() -> None:
    stages = [StageResult(stage=stage, verdict=Verdict.SKIPPED, reason="not here") for stage in (Stage.CHECK, Stage.BUILD)]
    assert remark(result_of(*stages, verdict=Verdict.SKIPPED)) == "not here"


def test_a_stage_that_was_skipped_in_a_cell_that_was_judged_is_named_with_its_reason() -> None:
    built = StageResult(stage=Stage.BUILD, verdict=Verdict.PASS)
    run = StageResult(stage=Stage.RUN, verdict=Verdict.SKIPPED, reason="no runner")
    assert remark(result_of(built, run, verdict=Verdict.SKIPPED)) == "run skipped: no runner"
    assert remark(result_of(built, replace(run, stage=Stage.ARTIFACT))) == "artifact skipped: no runner"


def test_what_a_pass_leaves_open_is_told() -> None:
    built = StageResult(stage=Stage.CHECK, verdict=Verdict.PASS, reason="tests are built and not run")
    assert remark(result_of(built)) == "tests are built and not run"


def test_what_a_failure_left_undone_is_no_remark() -> None:
    failed = StageResult(stage=Stage.CHECK, verdict=Verdict.FAIL)
    left = StageResult(stage=Stage.RUN, verdict=Verdict.SKIPPED, reason="check did not pass")
    assert remark(result_of(failed, left, verdict=Verdict.FAIL)) == ""


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.EXPECTED_FAIL, "expected-fail: [red] no clock"),
        (Verdict.UNEXPECTED_PASS, "unexpected-pass: [red] no clock"),
        (Verdict.FAIL, "its [[expect]] entry says: [red] no clock"),
        (Verdict.ERROR, "its [[expect]] entry says: [red] no clock"),
    ],
)
def test_the_reason_of_an_expectation_is_told_whatever_came_of_it(verdict: Verdict, expected: str) -> None:
    assert remark(replace(result_of(verdict=verdict), expectation="[red] no clock")) == expected


def test_a_cell_that_is_not_to_be_judged_tells_the_reason_once() -> None:
    stages = [StageResult(stage=stage, verdict=Verdict.SKIPPED, reason="no clock") for stage in (Stage.CHECK, Stage.RUN)]
    assert remark(replace(result_of(*stages, verdict=Verdict.SKIPPED), expectation="no clock")) == "no clock"


def test_every_verdict_has_a_label_of_its_own() -> None:
    assert set(LABELS) == set(Verdict)
    assert len(set(LABELS.values())) == len(Verdict)


@pytest.mark.parametrize(
    ("verdict", "selections", "sentence"),
    [
        (Verdict.PASS, 64, "p on t: isolated for all 64 selections"),
        (Verdict.PASS, 1, "p on t: isolated for its only selection"),
        (Verdict.FAIL, 2048, "p on t: not isolated within all 2,048 selections: "),
        (Verdict.PASS, None, "p on t: isolated for all allowed selections"),
        (Verdict.FAIL, None, "p on t: not isolated within all allowed selections: "),
        (Verdict.ERROR, 2, "p on t: could not be judged for all 2 selections"),
        (Verdict.SKIPPED, 2, "p on t: skipped for all 2 selections"),
    ],
)
def test_a_proof_is_one_sentence(verdict: Verdict, selections: int | None, sentence: str) -> None:
    assert proof_sentence(Proof(package="p", target="t", selections=selections, verdict=verdict)) == sentence


def test_small_words() -> None:
    assert counted(1, "cell") == "1 cell"
    assert counted(1024, "cell") == "1,024 cells"
    assert selection(()) == "no features at all"
    assert selection(("a", "b")) == "--features a,b"
    assert place(PathStep(source="a", to="b", because="c")) == ""
    assert place(PathStep(source="a", to="b", because="c", file="Cargo.toml")) == "Cargo.toml"
    assert shown_path(Path("/shop/target/a"), Path("/shop")) == "target/a"
    assert shown_path(Path("/other/a"), Path("/shop")) == "/other/a"
