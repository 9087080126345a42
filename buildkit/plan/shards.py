"""Parts of a plan for several machines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256

from buildkit.errors import NothingSelectedError, UsageError
from buildkit.plan.model import Plan, Subject


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
    """Return one part. All cells of a package on a target are in one part, which their names alone decide: a new one moves no other."""
    if shard.count == 1:
        return plan
    cells = tuple(planned for planned in plan.cells if _place(planned.subject, shard.count) == shard.index)
    if not cells:
        raise NothingSelectedError(f"shard {shard.index}/{shard.count} has no cell", hint="buildkit plan lists all cells")
    return replace(plan, cells=cells, proofs=tuple(proof for proof in plan.proofs if _place(proof.subject, shard.count) == shard.index))


def _place(subject: Subject, count: int) -> int:
    name = f"{subject.package.name}/{subject.target.name}"
    return int.from_bytes(sha256(name.encode()).digest()[:8]) % count + 1
