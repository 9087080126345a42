"""What may be tried against a leak: every step of its way that a manifest of the workspace can cut."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.remedies.candidate import Candidate
from buildkit.remedies.declared import Declarations
from buildkit.remedies.leak import Leak
from buildkit.remedies.moves import move_candidates
from buildkit.remedies.references import reference_candidates
from buildkit.remedies.requests import request_candidates


def candidates(leak: Leak, declarations: Declarations) -> Iterator[Candidate]:
    """Give the candidates of each step, the step next to the denied subject first: what is cut there takes the least with it."""
    for step in reversed(leak.chain):
        yield from request_candidates(leak, step, declarations)
        yield from reference_candidates(leak, step, declarations)
        yield from move_candidates(leak, step, declarations)
