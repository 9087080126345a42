"""Parts of a plan for several machines."""

from __future__ import annotations

import pytest
from workspaces import package, workspace

from buildkit.config.schema import Configuration
from buildkit.errors import NothingSelectedError, UsageError
from buildkit.plan.cells import Matrix
from buildkit.plan.selection import Query, select
from buildkit.plan.shards import Shard, shard_of
from buildkit.plugins import load_targets

MEMBERS = workspace(*(package(f"member{number}") for number in range(12)))
PLAN = select(Matrix(workspace=MEMBERS, configuration=Configuration(), targets=load_targets()), Query())


def ids(index: int, count: int) -> list[str]:
    return [planned.cell.id for planned in shard_of(PLAN, Shard(index=index, count=count)).cells]


def test_parts_are_disjoint_and_together_the_whole() -> None:
    parts = [ids(index, 3) for index in (1, 2, 3)]
    assert sorted(cell for part in parts for cell in part) == sorted(planned.cell.id for planned in PLAN.cells)
    assert all(parts)


def test_a_proof_is_in_the_part_of_its_cells() -> None:
    part = shard_of(PLAN, Shard(index=1, count=3))
    pairs = {(planned.cell.package, planned.cell.target) for planned in part.cells}
    assert {(proof.subject.package.name, proof.subject.target.name) for proof in part.proofs} == pairs


def test_a_part_without_a_cell_is_nothing_selected() -> None:
    empty = next(index for index in range(1, 2001) if not any(True for _ in _cells_of(index)))
    with pytest.raises(NothingSelectedError, match=f"shard {empty}/2000 has no cell"):
        shard_of(PLAN, Shard(index=empty, count=2000))


def _cells_of(index: int) -> list[str]:
    try:
        return ids(index, 2000)
    except NothingSelectedError:
        return []


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0"])
def test_a_text_that_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no shard"):
        Shard.parse(text)
