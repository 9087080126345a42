"""Parts of a plan for several machines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256

from buildkit.errors import NothingSelectedError, UsageError
from buildkit.plan.model import Plan


@dataclass(frozen=True, kw_only=True)
class Shard:
    """Part `index` of `count`, from 1."""

    index: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str | None) -> Shard:
        """Read `I/N`; `None` is the whole."""
        if text is None:
            return cls()
        match = re.fullmatch(r"([1-9][0-9]*)/([1-9][0-9]*)", text)
        if match is None or int(match[1]) > int(match[2]):
            raise UsageError(f"{text!r} is no shard", hint="--shard 1/4 is the first of four parts")
        return cls(index=int(match[1]), count=int(match[2]))


def shard_of(plan: Plan, shard: Shard) -> Plan:
    """Return the cells of one part. A cell's part depends on its id alone, so that a new cell moves no other."""
    if shard.count == 1:
        return plan
    cells = tuple(planned for planned in plan.cells if _place(planned.cell.id, shard.count) == shard.index)
    if not cells:
        raise NothingSelectedError(f"shard {shard.index}/{shard.count} has no cell", hint="buildkit plan lists all cells")
    kept = {(planned.cell.package, planned.cell.target) for planned in cells}
    proofs = tuple(proof for proof in plan.proofs if (proof.subject.package.name, proof.subject.target.name) in kept)
    return replace(plan, cells=cells, proofs=proofs)


def _place(identity: str, count: int) -> int:
    return int.from_bytes(sha256(identity.encode()).digest()[:8]) % count + 1
