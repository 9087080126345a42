"""When the cargo of the next call is let go, by cargos that lock and report as real ones do and compile nothing."""

from __future__ import annotations

import fcntl
import json
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from asked import Place

from buildkit.cargo.building import Building
from buildkit.cargo.jobserver import SERVED
from buildkit.execute import side_by_side
from buildkit.execute.context import Context
from buildkit.execute.grouping import Group, Way
from buildkit.execute.lanes import LOCK
from buildkit.execute.side_by_side import SideBySide
from buildkit.execute.unfinished import CallUnits
from buildkit.execute.upcoming import Upcoming
from buildkit.features.signatures import Signatures
from buildkit.process import Command, Completed, OnLine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="calls are made one after another")

FINISHED = json.dumps({"reason": "build-finished", "success": True})
WRONG = json.dumps(
    {
        "reason": "compiler-message",
        "package_id": "x",
        "target": {"name": "x", "kind": ["lib"]},
        "message": {"message": "x", "level": "error"},
    }
)

SOON = 20.0
"""The seconds after which something that is waited for will not come."""

LONG_ENOUGH = 0.2
"""The seconds in which something that must not happen would."""


def made(package: str, name: str, *features: str, kind: str = "lib") -> str:
    """Return the line by which cargo reports a compilation."""
    told = {
        "reason": "compiler-artifact",
        "package_id": package,
        "target": {"name": name, "kind": [kind], "crate_types": ["lib"]},
        "features": features,
        "filenames": [],
        "fresh": False,
    }
    return json.dumps(told)


@dataclass
class FakeCargo:
    """A cargo that waits for its lock, and then says line by line what it is told to."""

    started: threading.Event = field(default_factory=threading.Event)
    goes: threading.Event = field(default_factory=threading.Event)
    """Set once it has its lock."""

    def run(self, lock: Path, say: Callable[[], None]) -> None:
        self.started.set()
        with lock.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.goes.set()
            say()


@dataclass
class Cargos:
    """Runs cargos in the order in which they are started, each with what it does when it has its lock."""

    acts: Sequence[Callable[[Cargos, OnLine], None]]
    cargos: tuple[FakeCargo, ...] = field(default_factory=lambda: (FakeCargo(), FakeCargo()))
    seen: list[bool] = field(default_factory=list)
    """What the acts have found out."""
    _count: int = 0

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        del on_stderr, timeout
        assert on_stdout is not None
        tell, number = on_stdout, self._count
        self._count += 1
        folder = command.cwd / command.argv[command.argv.index("--target-dir") + 1]
        self.cargos[number].run(folder / "debug" / LOCK, lambda: self.acts[number](self, tell))
        tell(FINISHED)
        return Completed(command=command, returncode=0, stdout="", stderr="", seconds=0.0)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Return a workspace in which `app` needs `near`, where no setting of this machine counts."""
    for name in SERVED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(side_by_side, "read_building", lambda *_: Building())
    monkeypatch.setattr(side_by_side, "affordable", lambda most: most)
    return Place(root=tmp_path / "ws", store=tmp_path / "store").fill()


def group_of(place: Place, context: Context, signatures: Signatures, *features: str) -> Group:
    """Return the group of one selection of `app`."""
    work = replace(place, features=features).work(context)
    numbers = sum(1 << number for number in signatures.of(work.resolution).values())
    units = CallUnits(links=place.links, signatures=signatures, numbers=numbers)
    return Group(way=Way.WRAPPED, works=(work,), units=units)


def told(place: Place, cargos: Cargos, *, jobs: int = 2) -> int:
    """Make the calls of two selections of `app`, and return how many were begun."""
    context = replace(place.context, processes=cargos, jobs=jobs)
    signatures = Signatures()
    first, second = group_of(place, context, signatures), group_of(place, context, signatures, "fast")
    with SideBySide(context, first, on_begin=lambda _: None) as calls:
        for call, message in calls.told(Upcoming([second]), lambda: True):
            if message is None:
                call.conclude()
            else:
                call.passed_by(message)
        return calls.begun


def package(place: Place, name: str) -> str:
    return next(identity for identity in place.links.workspace.packages if identity.endswith(f"#{name}@0.1.0"))


def last(*_: object) -> None:
    """Compile nothing more."""


def test_a_call_is_let_go_once_what_it_has_in_common_with_the_first_is_there(place: Place) -> None:
    near = package(place, "near")

    def first(cargos: Cargos, tell: OnLine) -> None:
        tell(made(near, "build-script-build", kind="custom-build"))
        cargos.seen += [cargos.cargos[1].started.wait(SOON), not cargos.cargos[1].goes.wait(LONG_ENOUGH)]
        tell(made(near, "near"))
        cargos.seen += [cargos.cargos[1].goes.wait(SOON)]
        tell(made(package(place, "app"), "app"))

    cargos = Cargos(acts=(first, last))
    assert told(place, cargos) == 2
    assert cargos.seen == [True, True, True]


@pytest.mark.parametrize("why", ["no slot", "an error"])
def test_a_call_that_may_not_go_yet_waits_for_the_end_of_the_first(place: Place, why: str) -> None:
    def first(cargos: Cargos, tell: OnLine) -> None:
        tell(WRONG if why == "an error" else made(package(place, "near"), "build-script-build", kind="custom-build"))
        tell(made(package(place, "near"), "near"))
        cargos.seen += [cargos.cargos[1].started.wait(SOON), not cargos.cargos[1].goes.wait(LONG_ENOUGH)]

    cargos = Cargos(acts=(first, last))
    assert told(place, cargos, jobs=1 if why == "no slot" else 2) == 2
    assert cargos.seen == [True, True]
    assert cargos.cargos[1].goes.is_set()


def test_no_cargo_is_started_before_the_first_has_said_anything(place: Place) -> None:
    def first(cargos: Cargos, _: OnLine) -> None:
        cargos.seen += [not cargos.cargos[1].started.wait(LONG_ENOUGH)]

    cargos = Cargos(acts=(first, last))
    assert told(place, cargos) == 1
    assert cargos.seen == [True]
