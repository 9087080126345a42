"""Make available what compilation targets need: say what will be done, do it, and return what each is compiled with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from buildkit.errors import ToolchainError
from buildkit.events import Emit, Notice
from buildkit.later import Later
from buildkit.process import Runner
from buildkit.toolchain.apt import is_available
from buildkit.toolchain.choose import Choice, choose
from buildkit.toolchain.discover import Toolchains, discover
from buildkit.toolchain.model import Origin, Supply, Toolchain, ToolchainRequest
from buildkit.toolchain.pin import read_pin
from buildkit.toolchain.provision import BuildStd, ProvisionStep, UnpackCompiler, plan
from buildkit.toolchain.situation import Situation
from buildkit.toolchain.store import Store, require_writable
from buildkit.toolchain.supply import supply_for
from buildkit.toolchain.tasks import one_at_a_time, task

if TYPE_CHECKING:
    from concurrent import futures

    from buildkit.toolchain import acquire, sysroot
else:
    futures = Later("concurrent.futures")
    acquire = Later("buildkit.toolchain.acquire")
    sysroot = Later("buildkit.toolchain.sysroot")

SIDE_BY_SIDE: Final = 2
"""How many standard libraries are built at once: the core crate keeps one processor busy for most of the time."""

ROUNDS: Final = 6
"""How often the situation may be looked at anew: once for each provider that can refuse, and after a compiler has come."""


def ensure(request: ToolchainRequest, *, processes: Runner, environment: Mapping[str, str], emit: Emit) -> Mapping[str, Supply]:
    """Provide for every target of a request; the result is by the targets' names.

    Raises `ToolchainError` that names what is missing and the command that mends it.
    """
    request = replace(request, store=request.store.absolute())
    emit = one_at_a_time(emit)
    situation = look(request, environment=environment, processes=processes, emit=emit)
    announced: set[str] = set()
    for _ in range(ROUNDS):
        choice = choose(situation)
        steps = plan(situation, choice)
        _announce(steps, announced, emit)
        if not steps and choice.toolchain is not None:
            return {target.name: supply_for(situation, choice.toolchain, target) for target in request.targets}
        refused = dict(situation.refused)
        try:
            _perform(steps, situation, choice, processes=processes, emit=emit)
        except acquire.RefusedError as error:
            emit(Notice(message=error.message, detail="trying the next provider"))
            refused[error.provider] = error.message
        situation = replace(look(request, environment=environment, processes=processes, emit=emit), refused=refused)
    raise ToolchainError("the standard libraries are still missing after everything was tried", hint="buildkit doctor")


def look(request: ToolchainRequest, *, environment: Mapping[str, str], processes: Runner, emit: Emit) -> Situation:
    """Return what this machine has to offer now; a compiler in the store that is damaged is none."""
    store = Store(root=request.store, emit=emit)
    pin = read_pin(request.workspace)
    pinned = None if pin is None else pin.path
    found = discover(environment=environment, store=request.store, processes=processes, pinned=pinned)
    return Situation(
        request=request,
        environment=environment,
        toolchains=Toolchains(
            toolchain for toolchain in found if toolchain.origin is not Origin.STORE or store.damage(toolchain.folder.parent) is None
        ),
        store=store,
        pin=pin,
        has_packages=is_available(environment),
    )


def _announce(steps: Iterable[ProvisionStep], announced: set[str], emit: Emit) -> None:
    """Say each step once, all of them before the first is done."""
    for step in steps:
        if step.title not in announced:
            emit(Notice(message=step.title))
            announced.add(step.title)


def _perform(steps: tuple[ProvisionStep, ...], situation: Situation, choice: Choice, *, processes: Runner, emit: Emit) -> None:
    """Do the steps that come first; what depends on them is planned anew when they have been done."""
    require_writable(situation.store.root)
    first = [step for step in steps if not isinstance(step, BuildStd)]
    if any(isinstance(step, UnpackCompiler) for step in first):
        first = [step for step in first if isinstance(step, UnpackCompiler)]
    for step in first:
        acquire.acquire(step, situation, processes=processes, emit=emit)
    if first or choice.toolchain is None:
        return
    _build(tuple(step for step in steps if isinstance(step, BuildStd)), situation, choice.toolchain, processes=processes)


def _build(steps: tuple[BuildStd, ...], situation: Situation, toolchain: Toolchain, *, processes: Runner) -> None:
    with futures.ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        running = [pool.submit(_build_one, step, situation, toolchain, processes=processes) for step in steps]
        errors = [error for future in running if (error := future.exception()) is not None]
    if errors:
        raise errors[0]


def _build_one(step: BuildStd, situation: Situation, toolchain: Toolchain, *, processes: Runner) -> None:
    build = situation.std_build(toolchain, step.target, step.need)
    if build is None:
        raise ToolchainError(f"the source or the start files of std for {step.triple} are gone", hint="buildkit doctor")
    store, emit = situation.store, situation.store.emit
    with task(emit, f"std {step.triple}", f"std for {step.triple}", "crates") as progress:
        store.obtain(
            sysroot.sysroot_recipe(build),
            lambda entry, scratch: sysroot.build_sysroot(build, entry, scratch, processes=processes, on_count=progress.advance),
        )
