"""The smallest platform expression that is true on some targets and false on others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from buildkit.cargo.cfg import CfgSet

NAMES = ("target_family", "target_os", "target_arch", "target_env", "target_abi")
"""What an expression may ask for, the most telling first: an architecture may be common by chance. A target feature is a matter of flags, and no word for a target."""

MOST_TERMS = 3

Facts = frozenset[tuple[str, str]]


def separating_cfg(true_on: Sequence[CfgSet], false_on: Sequence[CfgSet]) -> str | None:
    """Return a `cfg(…)` for the key of a table, `None` where no sensible one fits.

    What is common to the targets to leave out is negated first: targets that nobody configured then stay as they were.
    """
    if not false_on:
        return None
    for names in (NAMES[:2], NAMES[:3], NAMES):
        kept, dropped = ([_facts(known, names) for known in side] for side in (true_on, false_on))
        found = next((f"not({term})" for term in _covers(dropped, kept)), None) or next(_covers(kept, dropped), None)
        if found is not None:
            return f"cfg({found})"
    return None


def _facts(known: CfgSet, names: tuple[str, ...]) -> Facts:
    return frozenset((name, value) for name, value in known.pairs if name in names and value)


def _covers(targets: Sequence[Facts], others: Sequence[Facts]) -> Iterator[str]:
    """Give terms that hold for every target and for none of the others: one fact, then several of which one holds, then two at once."""
    if not targets:
        return
    facts = sorted(frozenset[tuple[str, str]]().union(*targets), key=lambda fact: (NAMES.index(fact[0]), fact[1]))
    apart = [fact for fact in facts if not any(fact in other for other in others)]
    yield from (_spelled(fact) for fact in apart if all(fact in target for target in targets))
    for size in range(2, MOST_TERMS + 1):
        for some in combinations(apart, size):
            if all(target & frozenset(some) for target in targets):
                yield f"any({', '.join(_spelled(fact) for fact in some)})"
    for both in combinations(facts, 2):
        wanted = frozenset(both)
        if all(wanted <= target for target in targets) and not any(wanted <= other for other in others):
            yield f"all({', '.join(_spelled(fact) for fact in both)})"


def _spelled(fact: tuple[str, str]) -> str:
    name, value = fact
    if fact in {("target_family", "unix"), ("target_family", "windows")}:
        return value
    return f'{name} = "{value}"'
