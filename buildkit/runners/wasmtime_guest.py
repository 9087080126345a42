"""The process that runs one wasm program: `python -m buildkit.runners.wasmtime_guest REQUEST.json`."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import field
from pathlib import Path
from typing import Final

import msgspec
from wasmtime import Config, Engine, Store, Trap, WasiConfig, WasmtimeError

from buildkit.records import dataclass
from buildkit.runners.hosts import parse_host
from buildkit.runners.model import Ending
from buildkit.runners.service_client import ServiceAccess, ServiceClient
from buildkit.runners.wasmtime_cache import CompiledCache
from buildkit.runners.wasmtime_program import CannotStartError, Grants, Program, load_program
from buildkit.runners.wasmtime_traps import judge
from buildkit.runners.wasmtime_wire import GuestAttendance, GuestOutcome, GuestRequest
from buildkit.runners.wasmtime_workflow import WorkflowHost

BLOCKED_SECONDS: Final = 0.5
"""How long after its time limit a program may stay in a call of the host, such as a sleep, before the process ends."""


@dataclass(kw_only=True)
class OutcomeFile:
    """Where the outcome is told. The first one stands: the time limit and the program's end may come together."""

    path: Path
    written: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, outcome: GuestOutcome) -> None:
        """Write whole or not at all."""
        with self.lock:
            if not self.written:
                fresh = self.path.with_suffix(".new")
                fresh.write_bytes(msgspec.json.encode(outcome))
                fresh.replace(self.path)
                self.written = True


def main() -> None:
    """Run the program that the request file names, and tell how it ended in the file that it names."""
    request = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=GuestRequest)
    if os.getppid() != request.parent:
        return
    file = OutcomeFile(path=Path(request.outcome))
    file.write(run(request, file))


def run(request: GuestRequest, file: OutcomeFile) -> GuestOutcome:
    """Compile and call the program. Its standard output and error are this process's own.

    Whatever a runtime thread still holds is closed before returning: at the interpreter's exit it would call into Python too late.
    """
    with closing(_engine(request)) as engine:
        try:
            program = _loaded(engine, request)
        except OSError as error:
            return GuestOutcome(ended=Ending.NOT_STARTED, message=f"{request.artifact} cannot be read: {error.strerror}")
        except WasmtimeError as error:
            return GuestOutcome(ended=Ending.NOT_STARTED, message=f"{request.artifact} is no valid wasm: {judge(error, request).message}")
        with closing(program), closing(Store(engine)) as store:
            return _called(program, store, request, file)


def _engine(request: GuestRequest) -> Engine:
    config = Config()
    config.wasm_component_model = True
    config.epoch_interruption = True
    config.consume_fuel = request.fuel is not None
    return Engine(config)


def _loaded(engine: Engine, request: GuestRequest) -> Program:
    flavor = "epoch+fuel" if request.fuel is not None else "epoch"
    cache = CompiledCache(folder=Path(request.cache) if request.cache is not None else None, flavor=flavor)
    grants = Grants(
        network=request.network,
        hosts=tuple(map(parse_host, request.hosts)),
        workflow=_workflow(request.attendance),
    )
    return load_program(engine, cache, Path(request.artifact).read_bytes(), grants)


def _workflow(attendance: GuestAttendance | None) -> WorkflowHost:
    if attendance is None or attendance.url is None:
        return WorkflowHost(client=None)
    access = ServiceAccess(url=attendance.url, tenant=attendance.tenant, token=attendance.token)
    return WorkflowHost(client=ServiceClient(access), instance=attendance.instance)


def _called(program: Program, store: Store, request: GuestRequest, file: OutcomeFile) -> GuestOutcome:
    started = time.monotonic()
    try:
        _equip(program, store, request)
        with _time_limit(store.engine, request, file):
            told = GuestOutcome(ended=Ending.EXITED, exit_code=program.call(store))
    except CannotStartError as error:
        told = GuestOutcome(ended=Ending.NOT_STARTED, message=str(error))
    except (Trap, WasmtimeError) as error:
        told = judge(error, request)
    told = msgspec.structs.replace(told, seconds=time.monotonic() - started)
    if program.refused_requests() and told.message is None:
        told = msgspec.structs.replace(told, message=_refusal(program.refused_requests()))
    return told


def _refusal(refused: tuple[str, ...]) -> str:
    places = ", ".join(sorted(set(refused) - {""}))
    if places:
        return f"HTTP requests to hosts that were not granted were refused: {len(refused)}, to {places}; --allow-host grants one"
    return f"no network was granted, and HTTP requests were refused: {len(refused)}; --allow-host HOST[:PORT] grants one"


def _equip(program: Program, store: Store, request: GuestRequest) -> None:
    wasi = WasiConfig()
    wasi.argv = list(request.arguments)
    wasi.env = list(request.environment.items())
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    for directory in request.directories:
        try:
            wasi.preopen_dir(directory.host, directory.guest, directory.writable)
        except WasmtimeError as error:
            raise CannotStartError(f"{directory.host} cannot be opened as {directory.guest}") from error
    store.set_wasi(wasi)
    if program.uses_http():
        store.set_wasi_http()
    if request.fuel is not None:
        store.set_fuel(request.fuel)
    if request.memory is not None:
        store.set_limits(memory_size=request.memory)
    store.set_epoch_deadline(1)


@contextmanager
def _time_limit(engine: Engine, request: GuestRequest, file: OutcomeFile) -> Iterator[None]:
    """Interrupt the program's code at its time limit, and end the process when a call of the host does not return then."""
    if request.seconds is None:
        yield
        return

    def give_up() -> None:
        file.write(GuestOutcome(ended=Ending.TIMED_OUT, message=f"ended after {request.seconds:g} s", seconds=request.seconds or 0.0))
        os._exit(0)

    timers = (_timer(request.seconds, engine.increment_epoch), _timer(request.seconds + BLOCKED_SECONDS, give_up))
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
            timer.join()


def _timer(seconds: float, action: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
    return timer


if __name__ == "__main__":
    main()
