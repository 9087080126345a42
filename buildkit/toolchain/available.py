"""Whether this machine can serve each compilation target now, after provisioning, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from buildkit.errors import ToolchainError
from buildkit.model import CompilationTarget
from buildkit.records import dataclass
from buildkit.toolchain.choose import Choice, choose
from buildkit.toolchain.model import StdProvider
from buildkit.toolchain.provision import plan, triple_of
from buildkit.toolchain.situation import Situation


class Ability(StrEnum):
    """Whether a target can be served."""

    NOW = "now"
    AFTER_ENSURE = "after-ensure"
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Availability:
    """The answer for one target. `reason` says what serves it, what must be done, or what is missing; `mend` is the command for it.

    `triple` is `None` where the machine has no compiler to give it a host.
    """

    target: str
    triple: str | None
    ability: Ability
    reason: str
    mend: str | None = None


def available(situation: Situation) -> Mapping[str, Availability]:
    """Return the answer for each target of the situation's request, by name; nothing is downloaded or built."""
    return {
        target.name: _answer(replace(situation, request=replace(situation.request, targets=(target,))), target)
        for target in situation.request.targets
    }


def _answer(situation: Situation, target: CompilationTarget) -> Availability:
    try:
        choice = choose(situation)
    except ToolchainError as error:
        return Availability(target=target.name, triple=None, ability=Ability.NO, reason=error.message, mend=error.hint)
    steps = plan(situation, choice)
    triple = triple_of(target, choice)
    if not steps:
        return Availability(target=target.name, triple=triple, ability=Ability.NOW, reason=_served(choice, target))
    reason = "; ".join(step.title for step in steps)
    return Availability(
        target=target.name, triple=triple, ability=Ability.AFTER_ENSURE, reason=reason, mend=f"buildkit toolchain ensure {target.name}"
    )


def _served(choice: Choice, target: CompilationTarget) -> str:
    toolchain, provider = choice.toolchain, choice.routes[target.name].provider
    origin = "built from source" if provider is StdProvider.SOURCE else str(provider)
    return f"std {origin}" if toolchain is None else f"std {origin}, {toolchain.title}"
