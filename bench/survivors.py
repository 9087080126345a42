"""What is left after all the kills, held against what was promised."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.checkpoint_load import missing
from bench.danger import Danger
from bench.keeper import Keeper, kept
from bench.lives import TENANT, Lives, Toll
from bench.orders import Operator
from bench.promises import acknowledged, effects, forgotten, moved_wakes, not_applied, repeated_after_acknowledgement
from bench.witness import Exchange, Witness, witnessing


@dataclass(frozen=True, kw_only=True)
class Survived:
    """What the kills of one target came to. `broken` are promises: there must be none."""

    danger: Danger
    toll: Toll
    effects: int
    repeated: int
    """Effects that came more than once, since their run was killed before their checkpoint was acknowledged."""

    acknowledged: int
    lost: int
    broken: tuple[str, ...] = field(default=())

    @property
    def killed(self) -> int:
        """Return how often something was killed."""
        return self.toll.kills.total()


def survive(danger: Danger, folder: Path) -> Survived:
    """Kill for as long as the danger lasts, bring every instance to its end, and look at everything."""
    with kept(folder / "service") as keeper, witnessing(keeper.url) as witness:
        toll = Lives(danger, keeper, witness, folder).live()
        return judged(danger, toll, witness, keeper)


def judged(danger: Danger, toll: Toll, witness: Witness, keeper: Keeper) -> Survived:
    """Hold what was seen, and what the service still knows, against what was promised."""
    exchanges = witness.exchanges
    counted = effects(exchanges)
    promised = acknowledged(exchanges)
    states = {(each.instance[1], each.step): each.state for each in promised}
    lost = asyncio.run(missing(keeper.url, states))
    return Survived(
        danger=danger,
        toll=toll,
        effects=counted.total(),
        repeated=counted.total() - len(counted),
        acknowledged=len(promised),
        lost=len(lost),
        broken=(
            *toll.wrong,
            *(f"{instance}: the checkpoint of {step} is lost" for instance, step in lost),
            *broken_promises(exchanges),
            *wrong_ends(danger, toll, keeper.url, exchanges),
        ),
    )


def broken_promises(exchanges: Sequence[Exchange]) -> list[str]:
    """Say which promises were broken while everything ran."""
    return [
        *(f"{instance[1]}: {step} ran again after its checkpoint" for instance, step in repeated_after_acknowledgement(exchanges)),
        *(f"{instance[1]}: the checkpoint of {step} lacks {sorted(lacking)}" for instance, step, lacking in forgotten(exchanges)),
        *(f"{instance[1]}: {step} was told two times to wake" for instance, step in moved_wakes(exchanges)),
    ]


def wrong_ends(danger: Danger, toll: Toll, url: str, exchanges: Sequence[Exchange]) -> Iterable[str]:
    """Say which instances the service takes for something else than completed, and which of their steps are missing."""
    operator = Operator(url=url, tenant=TENANT)
    for name in toll.instances:
        wanted = danger.effects(Path(), int(name.removeprefix(f"{danger.target}-")))
        status, result, checkpoints = operator.status(name), operator.result(name), operator.show(name)["checkpoints"]
        if status != "completed" or result is None or json.loads(result) != wanted.result:
            yield f"{name}: the service says {status}, with the result {result!r}"
        yield from (f"{name}: {step} was never applied" for _, step in not_applied(exchanges, [(TENANT, name)], wanted.steps))
        # Not all of them need to have been acknowledged: the service may have been killed before it could answer.
        if checkpoints != len(wanted.stored):
            yield f"{name}: the service has {checkpoints} checkpoints instead of {len(wanted.stored)}"


def survive_anywhere(danger: Danger) -> Survived:
    """Do so in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="buildkit-kills-") as name:
        return survive(danger, Path(name))
