"""The golden cases: the feature engine builds what cargo built when they were recorded, package by package."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from oracle import Compilers, OracleCell, engine_units, numbers, write_files

from buildkit.features.completion import Completion
from buildkit.features.counting import count_closed_sets
from buildkit.features.enabled import Clauses
from buildkit.features.isolation import goals_of
from buildkit.features.links import Links
from buildkit.features.model import Model
from buildkit.features.proof import counterexamples
from buildkit.features.space import Space, SpaceRequest

FOLDER = Path(__file__).parent.parent / "conformance"
CASES = sorted(FOLDER.glob("*.json"))

pytestmark = pytest.mark.integration


@dataclass(frozen=True, kw_only=True)
class Case:
    expected: dict[str, Any]
    links: Links


@pytest.fixture(scope="module")
def compilers() -> Compilers:
    return Compilers()


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest, compilers: Compilers, tmp_path: Path) -> Case:
    expected = json.loads(request.param.read_text(encoding="utf-8"))
    write_files(tmp_path, expected["files"])
    return Case(expected=expected, links=compilers.workspace(tmp_path / "ws"))


def test_every_cell_is_built_as_cargo_builds_it(case: Case, compilers: Compilers) -> None:
    for recorded in case.expected["cells"]:
        cell = msgspec.convert(recorded, OracleCell)
        wanted = [(package, platform, tuple(features)) for package, platform, features in recorded["units"]]
        selected = numbers(case.links, case.links.workspace, cell)
        # The rules of the selected packages alone, and those of the whole workspace, give the same.
        for roots in (selected, case.links.members):
            assert engine_units(Model(case.links, roots, compilers.setting(cell)), cell) == wanted, cell


def test_every_powerset_has_cargos_classes_and_cores(case: Case, compilers: Compilers) -> None:
    for recorded in case.expected["powersets"]:
        space = space_of(case, compilers, recorded)
        listed = list(space.lattice.closed_sets())
        assert len(listed) == len(set(listed)) == count_closed_sets(space.lattice) == recorded["classes"]
        if "forbid" in recorded:
            found = {example.allowed for example in counterexamples(Completion(space), tuple(goals(space, *recorded["forbid"])), most=99)}
            wanted = {frozenset(core) for core in recorded["cores"]}
            assert found <= wanted
            assert bool(found) == bool(wanted)


def space_of(case: Case, compilers: Compilers, recorded: dict[str, Any]) -> Space:
    root = case.links.workspace.members_by_name[recorded["package"]]
    model = Model(case.links, case.links.members, compilers.setting(OracleCell(packages=(root.name,), targets=(recorded["target"],))))
    clauses = [(frozenset(body), frozenset(head)) for body, head in recorded.get("clauses", [])]
    allowed = Clauses(
        exclusive=tuple(body for body, head in clauses if len(body) > 1 and not head),
        at_least_one_of=tuple(head for body, head in clauses if not body),
    )
    whole = Space(model, SpaceRequest(root=root, base=frozenset(), extra=tuple(root.features), clauses=allowed))
    # A feature that excludes itself is one that nothing selected may enable.
    never = whole.own_mask(name for body, head in clauses if len(body) == 1 and not head for name in body)
    extra = tuple(name for name in root.features if not whole.above[name] & never)
    return Space(model, SpaceRequest(root=root, base=frozenset(), extra=extra, clauses=allowed))


def goals(space: Space, crate: str, feature: str | None, side: str) -> Iterable[int]:
    assert side == "target"
    subject = crate if feature is None else f"{crate}/{feature}"
    masks = (space.fact_mask(facts) for facts in goals_of(space.model, subject))
    return [mask for mask in masks if mask is not None]


def test_the_cases_are_all_here() -> None:
    recorded = [json.loads(path.read_text(encoding="utf-8")) for path in CASES]
    assert (len(recorded), sum(len(case["cells"]) for case in recorded), sum(len(case["powersets"]) for case in recorded)) == (21, 84, 5)
