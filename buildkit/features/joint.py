"""What one call for several packages builds, beside what their own calls build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from buildkit.features.calls import Call
from buildkit.features.model import Model, Units
from buildkit.features.resolution import Resolution


def joint_features(resolutions: Iterable[Resolution]) -> tuple[str, ...]:
    """Return the features of a joint call as cargo is told of them: each by the name of its package."""
    return tuple(f"{resolution.root.name}/{feature}" for resolution in resolutions for feature in resolution.features)


def keeps_units(model: Model, resolutions: Sequence[Resolution], union: Units) -> bool:
    """Say whether a joint call builds exactly `union`, what the calls for each alone build; the call is taken as cargo reads it."""
    call = Call(packages=tuple(resolution.number for resolution in resolutions), features=joint_features(resolutions))
    return model.units(model.consequences(call)) == union


def can_be_joined(resolution: Resolution) -> bool:
    """Say whether a selection can be told in a call with others: `package/dependency/feature` is no feature."""
    return not any("/" in feature for feature in resolution.features)


def joined(model: Model, resolutions: Iterable[Resolution]) -> tuple[tuple[Resolution, ...], ...]:
    """Put selections into as few calls as first fit finds, the largest first; each package is in a call at most once."""
    calls: list[tuple[list[Resolution], dict[tuple[int, int], frozenset[str]]]] = []
    sized = [(resolution, model.units(resolution.reasons)) for resolution in resolutions]
    for resolution, units in sorted(sized, key=lambda one: -len(one[1])):
        call = next((call for call in calls if _fits(model, call, resolution, units)), None)
        if call is None:
            calls.append(([resolution], dict(units)))
        else:
            call[0].append(resolution)
            call[1].update(units)
    return tuple(tuple(resolutions) for resolutions, _ in calls)


def _fits(model: Model, call: tuple[list[Resolution], dict[tuple[int, int], frozenset[str]]], resolution: Resolution, units: Units) -> bool:
    members, union = call
    if not can_be_joined(resolution) or any(member.root.id == resolution.root.id for member in members):
        return False
    if not all(can_be_joined(member) for member in members) or any(
        union.get(unit, features) != features for unit, features in units.items()
    ):
        return False
    return keeps_units(model, (*members, resolution), {**union, **units})
