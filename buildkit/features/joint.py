"""What one call for several packages builds, beside what their own calls build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from buildkit.features.calls import Call
from buildkit.features.model import Model, Units
from buildkit.features.resolution import Resolution
from buildkit.features.signatures import Signatures, UnitKey
from buildkit.records import dataclass


def joint_features(resolutions: Iterable[Resolution]) -> tuple[str, ...]:
    """Return the features of a joint call as cargo is told of them: each by the name of its package."""
    return tuple(f"{resolution.root.name}/{feature}" for resolution in resolutions for feature in resolution.features)


def can_be_joined(resolution: Resolution) -> bool:
    """Say whether a selection can be told in a call with others: `package/dependency/feature` is no feature."""
    return not any("/" in feature for feature in resolution.features)


def joined(model: Model, resolutions: Iterable[Resolution]) -> tuple[tuple[Resolution, ...], ...]:
    """Put selections into as few calls as first fit finds, the largest first; each package is in a call at most once."""
    joining = _Joining(model)
    calls: list[_Joint] = []
    for alone in sorted(map(joining.alone, resolutions), key=lambda one: -len(one.features)):
        widened = ((place, wider) for place, call in enumerate(calls) if (wider := joining.widen(call, alone)) is not None)
        place, call = next(widened, (len(calls), alone))
        calls[place : place + 1] = [call]
    return tuple(call.members for call in calls)


@dataclass(frozen=True, kw_only=True)
class _Joint:
    """Selections that share a call. `features` and `units` are what their own calls build together."""

    members: tuple[Resolution, ...]
    features: Units
    units: Mapping[UnitKey, int]


class _Joining:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._signatures = Signatures()

    def alone(self, resolution: Resolution) -> _Joint:
        return _Joint(
            members=(resolution,),
            features=self._model.units(resolution.reasons),
            units=self._signatures.of_facts(self._model, resolution.reasons),
        )

    def widen(self, call: _Joint, alone: _Joint) -> _Joint | None:
        """Return a call with one more selection, `None` where cargo would not build exactly what the calls for each build."""
        wider = _Joint(
            members=(*call.members, *alone.members), features={**call.features, **alone.features}, units={**call.units, **alone.units}
        )
        names = {member.root.id for member in wider.members}
        fits = len(names) == len(wider.members) and all(map(can_be_joined, wider.members))
        agrees = all(wider.features[unit] == features for unit, features in call.features.items())
        return wider if fits and agrees and self._builds(wider) else None

    def _builds(self, call: _Joint) -> bool:
        """Take the call as cargo reads it: a feature of one package may switch on a dependency of another, without a feature there."""
        told = Call(packages=tuple(member.number for member in call.members), features=joint_features(call.members))
        return self._signatures.of_facts(self._model, self._model.consequences(told)) == call.units
