"""A verdict that was kept is found again exactly where the contents of all its inputs are the same, whatever became of the cache."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from asked import Place, ended

from buildkit.execute.verdict_cache import MOST_REMEMBERED
from buildkit.execute.verdict_files import SECONDS_PER_DAY, VerdictFiles, bound_verdicts, prune_files
from buildkit.execute.verdict_model import Inputs
from buildkit.model import Finding, PathStep, Rule, Verdict

ANY_TIME = 2**63 - 1
SOURCE = "app/src/lib.rs"
INPUTS = Inputs(files={SOURCE: ANY_TIME, "../near/src/lib.rs": ANY_TIME}, variables=frozenset({"MAYBE"}))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(root=tmp_path / "ws", store=tmp_path / "store").fill()
    made.write(SOURCE, "one")
    made.write("../near/src/lib.rs", "one")
    return made


def keep(place: Place, verdict: Verdict = Verdict.PASS, inputs: Inputs = INPUTS) -> bool:
    question, cache = place.ask(), place.cache
    kept = cache.keep(question, inputs, ended(verdict))
    cache.save()
    return kept


def found(place: Place) -> Verdict | None:
    outcome = place.cache.find(place.ask())
    return None if outcome is None else outcome.result.verdict


def stored(place: Place, kind: str) -> list[Path]:
    return sorted(path for path in (place.store / "verdicts" / "1" / kind).rglob("*") if path.is_file())


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
def test_a_verdict_is_found_as_one_that_cost_nothing(verdict: Verdict, place: Place) -> None:
    question, cache = place.ask(), place.cache
    assert cache.find(question) is None
    assert cache.keep(question, INPUTS, ended(verdict, "error: no"))
    outcome = cache.find(question)
    assert outcome is not None
    result = outcome.result
    assert (result.verdict, result.cached, result.seconds, result.diagnostics) == (verdict, True, 0.0, "error: no")
    assert result.command == question.command
    assert found(place) is verdict


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.SKIPPED])
def test_what_was_not_judged_is_not_kept(verdict: Verdict, place: Place) -> None:
    assert not keep(place, verdict)
    assert found(place) is None


def test_a_verdict_whose_inputs_are_not_known_is_not_kept(place: Place) -> None:
    assert not place.cache.keep(place.ask(), None, ended(Verdict.PASS))


def test_a_verdict_with_files_is_not_kept(place: Place) -> None:
    assert not place.cache.keep(place.ask(), INPUTS, replace(ended(Verdict.PASS), files=(Path("/ws/app"),)))


@pytest.mark.parametrize("name", [SOURCE, "../near/src/lib.rs"])
def test_a_changed_file_is_another_verdict(name: str, place: Place) -> None:
    keep(place)
    place.write(name, "two")
    assert found(place) is None
    place.write(name, "one", at=time.time())
    assert found(place) is Verdict.PASS


def test_a_changed_variable_is_another_verdict(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(place)
    monkeypatch.setenv("MAYBE", "1")
    assert found(place) is None


def test_a_file_that_disappears_is_another_verdict(place: Place) -> None:
    keep(place)
    (place.root / SOURCE).unlink()
    assert found(place) is None


def test_going_back_and_forth_finds_every_verdict(place: Place) -> None:
    for number in range(MOST_REMEMBERED):
        place.write(SOURCE, str(number))
        # Another list of inputs each time, as another branch has.
        keep(place, Verdict.FAIL if number % 2 else Verdict.PASS, replace(INPUTS, files={**INPUTS.files, f"new-{number}": ANY_TIME}))
    for number in range(MOST_REMEMBERED):
        place.write(SOURCE, str(number))
        assert found(place) is (Verdict.FAIL if number % 2 else Verdict.PASS)


def test_the_oldest_of_too_many_is_forgotten(place: Place) -> None:
    for number in range(MOST_REMEMBERED + 1):
        place.write(SOURCE, str(number))
        keep(place)
    place.write(SOURCE, "0")
    assert found(place) is None
    place.write(SOURCE, "1")
    assert found(place) is Verdict.PASS


def test_of_too_many_the_one_that_is_used_stays(place: Place) -> None:
    for number in range(MOST_REMEMBERED + 1):
        place.write(SOURCE, str(number))
        keep(place)
        place.write(SOURCE, "0")
        assert found(place) is Verdict.PASS


def test_a_newer_verdict_replaces_an_older_one(place: Place) -> None:
    keep(place)
    keep(place, Verdict.FAIL)
    assert found(place) is Verdict.FAIL


def test_a_failure_depends_on_what_a_pass_has_read(place: Place) -> None:
    place.write("shared", "one")
    keep(place, inputs=replace(INPUTS, files={**INPUTS.files, "shared": ANY_TIME}))
    (place.root / "shared").unlink()
    keep(place, Verdict.FAIL)
    assert found(place) is Verdict.FAIL
    place.write("shared", "one")
    assert found(place) is Verdict.PASS


def test_a_verdict_that_was_reached_from_too_few_inputs_goes_with_the_next_one(place: Place) -> None:
    keep(place, Verdict.FAIL)
    place.write("shared", "one")
    keep(place, inputs=replace(INPUTS, files={**INPUTS.files, "shared": ANY_TIME}))
    place.write("shared", "two")
    assert found(place) is None


def test_a_verdict_that_is_dropped_is_not_found(place: Place) -> None:
    assert keep(place)
    place.cache.drop(place.ask())
    assert found(place) is None


def test_a_file_that_changed_after_the_question_is_not_kept(place: Place) -> None:
    question = place.ask()
    place.write(SOURCE, "two", at=time.time() + 60)
    assert not place.cache.keep(question, INPUTS, ended(Verdict.PASS))


def test_a_file_that_changed_after_its_unit_was_compiled_is_not_kept(place: Place) -> None:
    assert not keep(place, inputs=Inputs(files={SOURCE: 1}))
    assert not keep(place, inputs=Inputs(packages={"app": 1}))
    assert not keep(place, inputs=Inputs(folders={"app": 1}))


@pytest.mark.parametrize("name", ["Cargo.toml", "Cargo.lock"])
def test_a_source_of_the_question_that_changed_since_is_not_kept(name: str, place: Place) -> None:
    question = place.ask()
    place.write(name, "[workspace]\n", at=time.time() + 60)
    assert not place.cache.keep(question, INPUTS, ended(Verdict.PASS))


def test_texts_name_the_checkout_that_asks(place: Place, tmp_path: Path) -> None:
    near = place.root.parent / "near"
    text = f"{place.root}/app/src/lib.rs and {place.root}-other and {near}/src/lib.rs"
    step = PathStep(source="app", to="near", because="it", file=f"{near}/Cargo.toml", line=3)
    finding = Finding(rule=Rule.COMPILE_ERROR, subject="app", message=text, minimal_features=("a",), path=(step,))
    place.cache.keep(place.ask(), INPUTS, replace(ended(Verdict.FAIL, text), findings=(finding,)))
    again = Place(root=tmp_path / "moved" / "ws", store=place.store).fill()
    again.write(SOURCE, "one")
    again.write("../near/src/lib.rs", "one")
    outcome = again.cache.find(again.ask())
    assert outcome is not None
    assert outcome.result.diagnostics == f"{again.root}/app/src/lib.rs and {place.root}-other and {again.root.parent}/near/src/lib.rs"
    assert outcome.findings[0].message == outcome.result.diagnostics
    assert outcome.findings[0].path[0] == replace(step, file=f"{again.root.parent}/near/Cargo.toml")


@pytest.mark.parametrize("kind", ["verdicts", "inputs", "files"])
@pytest.mark.parametrize("damage", ["truncated", "empty", "flipped", "folder"])
def test_a_damaged_file_is_as_if_it_were_not_there(kind: str, damage: str, place: Place) -> None:
    keep(place)
    assert stored(place, kind)
    for path in stored(place, kind):
        content = path.read_bytes()
        path.unlink()
        match damage:
            case "truncated":
                path.write_bytes(content[:-1])
            case "empty":
                path.touch()
            case "flipped":
                path.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
            case _:
                path.mkdir()
    assert found(place) is (Verdict.PASS if kind == "files" else None)
    keep(place)
    assert found(place) is (Verdict.PASS if damage != "folder" or kind == "files" else None)


@pytest.mark.parametrize("kind", ["verdicts", "inputs", "files"])
def test_a_whole_file_of_another_form_is_as_if_it_were_not_there(kind: str, place: Place) -> None:
    keep(place)
    for path in stored(place, kind):
        VerdictFiles(folder=place.store / "verdicts").write(kind, path.name, {"something": "else"})
    assert found(place) is (Verdict.PASS if kind == "files" else None)


def test_a_folder_that_cannot_be_made_remembers_nothing(place: Place) -> None:
    place.store.mkdir()
    (place.store / "verdicts").write_text("a file")
    keep(place)
    assert found(place) is None


def test_a_full_disk_remembers_nothing_and_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fdopen

    def full(*arguments: object, **options: object) -> object:
        stream = real(*arguments, **options)  # type: ignore[call-overload]  # handed on as it came
        stream.close()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    keep(place)
    monkeypatch.undo()
    assert found(place) is None
    assert [path for path in (place.store / "verdicts").rglob("*") if path.is_file()] == []


def test_two_runs_at_once_find_what_either_kept(place: Place) -> None:
    first, second = place.cache, place.cache
    first.keep(place.ask(), INPUTS, ended(Verdict.PASS))
    place.write(SOURCE, "two")
    second.keep(place.ask(), INPUTS, ended(Verdict.FAIL))
    first.save()
    second.save()
    assert found(place) is Verdict.FAIL
    place.write(SOURCE, "one")
    assert found(place) is Verdict.PASS


def test_what_was_used_longest_ago_goes_first(place: Place) -> None:
    keep(place)
    folder = place.store / "verdicts"
    (old,) = stored(place, "verdicts")
    os.utime(old, (1, 1))
    assert bound_verdicts(folder) == 0
    total = sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
    assert bound_verdicts(folder, largest=total - 1) > 0
    assert not old.exists()
    assert stored(place, "inputs")


def test_a_use_is_noted(place: Place) -> None:
    keep(place)
    for path in (*stored(place, "verdicts"), *stored(place, "inputs")):
        os.utime(path, (1, 1))
    assert found(place) is Verdict.PASS
    assert prune_files(place.store / "verdicts", unused_days=1.0) == 0
    assert found(place) is Verdict.PASS


def test_what_was_not_used_for_long_can_be_removed(place: Place) -> None:
    keep(place)
    for path in stored(place, "verdicts"):
        past = time.time() - 40 * SECONDS_PER_DAY
        os.utime(path, (past, past))
    assert prune_files(place.store / "verdicts", unused_days=30.0) > 0
    assert found(place) is None
