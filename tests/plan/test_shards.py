"""Parts of a plan for several machines."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspaces import package

from buildkit.config.schema import Expectation
from buildkit.errors import UsageError
from buildkit.model import Cell, CompilationTarget, Verdict
from buildkit.plan.model import Origin, Plan, PlannedCell, PlannedProof, Subject
from buildkit.plan.shards import SLACK, Shard, shard_of

NAMES = tuple(f"f{number}" for number in range(12))
TARGETS = tuple(CompilationTarget(name=name, triple=name, summary="", stdlib_feature="x") for name in ("host", "wasm"))


def subject(name: str, target: CompilationTarget) -> Subject:
    features = dict.fromkeys(NAMES, ()) | {"alias": ("f0",), "f0": ("alias",)}
    return Subject(package=package(name, features), target=target)


def planned(of: Subject, *features: str, fails: bool = False) -> PlannedCell:
    cell = Cell(package=of.package.name, target=of.target.name, features=tuple(sorted(features)))
    foretold = Expectation(cell=cell.id, verdict=Verdict.FAIL, reason="known") if fails else None
    return PlannedCell(cell=cell, subject=of, origin=Origin.CONFIGURED, expectation=foretold)


def plan_of(sizes: dict[str, int], *, fails: frozenset[str] = frozenset()) -> Plan:
    """Return a plan in which each package has so many cells on each target."""
    subjects = [subject(name, target) for name in sizes for target in TARGETS]
    cells = [
        planned(of, *choice, fails=bool(fails & {*choice}))
        for of in subjects
        for choice in [(), *((name,) for name in NAMES), ("alias",)][: sizes[of.package.name]]
    ]
    return Plan(cells=tuple(cells), proofs=tuple(PlannedProof(subject=of, base=frozenset(), extra=NAMES) for of in subjects))


def parts(plan: Plan, count: int, seconds: dict[str, float] | None = None) -> list[Plan]:
    return [shard_of(plan, Shard(index=index, count=count), seconds or {}) for index in range(1, count + 1)]


def load(part: Plan, seconds: dict[str, float]) -> float:
    return sum(seconds.get(cell.cell.id, fmean(seconds.values())) for cell in part.cells)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, dict[str, float]]:
    sizes = draw(st.dictionaries(st.sampled_from([f"p{number}" for number in range(20)]), st.integers(1, 14), min_size=1, max_size=12))
    plan = plan_of(sizes, fails=draw(st.frozensets(st.sampled_from(NAMES), max_size=3)))
    known = draw(st.lists(st.sampled_from([cell.cell.id for cell in plan.cells]), unique=True))
    return plan, {identity: draw(st.floats(0.0, 500.0)) for identity in known}


@given(given_plan=plans(), count=st.integers(1, 9))
def test_parts_are_disjoint_and_together_the_whole(given_plan: tuple[Plan, dict[str, float]], count: int) -> None:
    plan, seconds = given_plan
    made = parts(plan, count, seconds)
    cells = [planned.cell.id for part in made for planned in part.cells]
    assert sorted(cells) == sorted(planned.cell.id for planned in plan.cells)
    proofs = [proof.largest.id for part in made for proof in part.proofs]
    assert sorted(proofs) == sorted(proof.largest.id for proof in plan.proofs)


@given(given_plan=plans(), count=st.integers(2, 9))
def test_cells_that_enable_the_same_features_are_in_one_part(given_plan: tuple[Plan, dict[str, float]], count: int) -> None:
    plan, seconds = given_plan
    for part in parts(plan, count, seconds):
        ids = {planned.cell.id for planned in part.cells}
        for identity in ids:
            twin = identity.replace("/f0", "/alias") if identity.endswith("/f0") else identity.replace("/alias", "/f0")
            assert twin in ids or twin not in {planned.cell.id for planned in plan.cells}


@given(given_plan=plans(), count=st.integers(2, 9))
def test_a_proof_goes_with_a_cell_of_its_own_and_with_all_that_are_expected_to_fail(
    given_plan: tuple[Plan, dict[str, float]], count: int
) -> None:
    plan, seconds = given_plan
    for part in parts(plan, count, seconds):
        for proof in part.proofs:
            own = [planned for planned in part.cells if planned.subject == proof.subject]
            assert own
            foretold = {planned.cell for planned in plan.cells if planned.subject == proof.subject and planned.expectation is not None}
            assert foretold <= {planned.cell for planned in own}


@given(given_plan=plans(), count=st.integers(2, 9))
def test_the_order_of_the_plan_does_not_matter(given_plan: tuple[Plan, dict[str, float]], count: int) -> None:
    plan, seconds = given_plan
    turned = Plan(cells=plan.cells[::-1], proofs=plan.proofs)
    for one, other in zip(parts(plan, count, seconds), parts(turned, count, seconds), strict=True):
        assert {planned.cell for planned in one.cells} == {planned.cell for planned in other.cells}


def test_parts_take_about_the_same_time() -> None:
    plan = plan_of({f"p{number}": 1 + number % 12 for number in range(20)})
    seconds = {planned.cell.id: 1.0 + 10.0 * (index % 7) for index, planned in enumerate(plan.cells)}
    for count in (2, 3, 4, 6):
        loads = [load(part, seconds) for part in parts(plan, count, seconds)]
        assert max(loads) <= 1.15 * fmean(loads)


def test_one_large_package_is_split_and_small_ones_stay_whole() -> None:
    plan = plan_of({"large": 13, **{f"small{number}": 2 for number in range(6)}})
    made = parts(plan, 4)
    spread = {
        name: sum(any(planned.cell.id.startswith(name) for planned in part.cells) for part in made)
        for name in ("large/host", "small0/host")
    }
    assert spread["large/host"] == 2
    assert spread["small0/host"] == 1


def places(plan: Plan, count: int, seconds: dict[str, float] | None = None) -> dict[str, int]:
    return {planned.cell.id: index for index, part in enumerate(parts(plan, count, seconds)) for planned in part.cells}


def moved(before: Plan, after: Plan, count: int) -> float:
    """Return which share of the cells is in another part."""
    old, new = places(before, count), places(after, count)
    return sum(new[cell] != place for cell, place in old.items() if cell in new) / len(old)


def test_a_new_package_moves_few_cells() -> None:
    sizes = {f"p{number}": 1 + number % 4 for number in range(30)}
    shares = [moved(plan_of(sizes), plan_of({**sizes, f"new{number}": 3}), 4) for number in range(40)]
    assert fmean(shares) < 0.12


def test_one_more_cell_moves_few_others() -> None:
    sizes = {f"p{number}": 1 + number % 4 for number in range(30)}
    shares = [moved(plan_of(sizes), plan_of({**sizes, name: size + 1}), 4) for name, size in sizes.items()]
    assert fmean(shares) < 0.12


def test_times_that_differ_a_little_move_few_cells() -> None:
    plan = plan_of({f"p{number}": 1 + number % 4 for number in range(30)})
    before = {planned.cell.id: 3.0 + 40.0 * (index % 5) for index, planned in enumerate(plan.cells)}
    after = {identity: seconds * (1.0 + 0.01 * (index % 3)) for index, (identity, seconds) in enumerate(before.items())}
    old, new = places(plan, 4, before), places(plan, 4, after)
    assert sum(old[cell] != new[cell] for cell in old) / len(old) < 0.12


@given(given_plan=plans(), count=st.integers(2, 9))
def test_no_part_is_larger_than_a_fair_one_and_a_build(given_plan: tuple[Plan, dict[str, float]], count: int) -> None:
    plan, _ = given_plan
    plain = Plan(cells=tuple(cell for cell in plan.cells if cell.expectation is None and cell.cell.features != ("alias",)))
    if plain.cells:
        fair = len(plain.cells) / count
        assert max(len(part.cells) for part in parts(plain, count)) <= SLACK * fair + max(1.0, fair)


def test_an_empty_part_is_a_part() -> None:
    made = parts(plan_of({"p0": 1}), 50)
    assert sum(bool(part.cells) for part in made) == len(TARGETS)


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "1/²", "1/2\n"])
def test_a_text_that_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no shard"):
        Shard.parse(text)
