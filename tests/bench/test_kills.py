"""What the kills came to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bench.danger import HOST, Danger, Victim, amount_of
from bench.effects import SCENARIO, Effects
from bench.file_effects import FileEffects
from bench.kills import COLUMNS, row
from bench.lives import Toll
from bench.promises import effects
from bench.survivors import Survived
from bench.witness import Witness
from buildkit.workflow.document import read_document


def test_a_row_says_what_was_killed_how_often_and_what_was_lost() -> None:
    kills = Counter({Victim.COMMAND: 3, Victim.PROGRAM: 2, Victim.ALL: 1, Victim.SERVICE: 2})
    toll = Toll(kills=kills, runs=10, ended_without=1, instances=["a", "b"])
    danger = Danger(target="native", kills=8, seed="a")
    survived = Survived(danger=danger, toll=toll, effects=1234, repeated=5, acknowledged=40, lost=1, broken=("a promise",))
    assert row(survived) == "| native | 8 | 3 | 2 | 1 | 2 | 2 | 10 | 1 | 1,234 | 5 | 40 | 1 | 1 |"
    assert row(survived).count("|") == len(COLUMNS) + 1
    assert danger.service_kills == 2


def test_the_counted_scenario_has_the_steps_that_are_looked_for() -> None:
    tree = read_document(SCENARIO, SCENARIO).tree
    kinds = {step["id"]: (step["type"], step.get("agent")) for step in tree["steps"]}
    both = [Effects(folder=Path(), amount=amount) for amount in (0, 10)]
    requests = {step for works in both for step in works.steps}
    assert requests == {name for name, kind in kinds.items() if kind == ("action", "http")}
    assert set(both[0].texts) == {name for name, kind in kinds.items() if kind == ("action", "file")}
    assert {step for works in both for step in works.stored} == {name for name, kind in kinds.items() if kind[0] in {"action", "delay"}}


def test_the_scenario_of_files_has_the_steps_that_are_looked_for() -> None:
    danger = Danger(target="wasm32-wasip2", kills=8, seed="a", transport=HOST)
    both = [danger.effects(Path(), number) for number in (0, 2)]
    tree = read_document(both[0].scenario, both[0].scenario).tree
    kinds = {step["id"]: (step["type"], step.get("agent")) for step in tree["steps"]}
    assert {step for works in both for step in works.steps} == {name for name, kind in kinds.items() if kind == ("action", "file")}
    assert {step for works in both for step in works.stored} == {name for name, kind in kinds.items() if kind[0] in {"action", "delay"}}
    assert {works.chosen for works in both} == {"right-large", "right-small"}


def test_a_file_is_counted_once_and_again_where_it_is_written_again(tmp_path: Path) -> None:
    witness = Witness()
    works = FileEffects(folder=tmp_path, amount=0)
    works.errand(Path("a.wasm"), witness, instance="i")
    for _ in range(2):
        (works.place / "open").write_text("open")
        (works.place / "left-1").write_text("")
        for _ in range(2):
            works.note_effects(witness, "i", "acme")
    assert effects(witness.exchanges) == {(("acme", "i"), "open"): 2, (("acme", "i"), "left-1"): 2}


def test_some_instances_go_one_way_and_some_the_other() -> None:
    chosen = [Effects(folder=Path(), amount=amount_of(number)).chosen for number in range(4)]
    assert set(chosen) == {"right-large", "right-small"}
