"""Wasm programs in the real wasmtime, in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from wasmtime import wat2wasm

from buildkit.process import ProcessRunner
from buildkit.runners.model import Ending, Limits, Preopen, RunOutcome, RunRequest
from buildkit.runners.wasmtime import GUEST_MODULE, WasmtimeRunner
from buildkit.runners.wasmtime_wire import GuestRequest

pytestmark = pytest.mark.integration

HELLO = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
  (data (i32.const 16) "hello\\0a")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 7))))"""

ENDLESS = '(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))'
TRAPPING = '(module (memory (export "memory") 1) (func $deep unreachable) (func (export "_start") (call $deep)))'
LARGE = '(module (memory (export "memory") 64) (func (export "_start")))'

# Sleeps for a minute in a call of the host: one clock subscription of 60 s at 0, its event at 64.
SLEEPING = """(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 60000000000))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))"""

# Creates `new` in the first directory that it was given (descriptor 3) and exits with WASI's error number.
CREATING = """(module
  (import "wasi_snapshot_preview1" "path_create_directory" (func $create (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "new")
  (func (export "_start") (call $exit (call $create (i32.const 3) (i32.const 0) (i32.const 3)))))"""

# Exits with 10 times the number of arguments and the number of environment variables.
COUNTING = """(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $args (i32.const 0) (i32.const 4)))
    (drop (call $environ (i32.const 8) (i32.const 12)))
    (call $exit (i32.add (i32.mul (i32.const 10) (i32.load (i32.const 0))) (i32.load (i32.const 8))))))"""

# Sends one HTTP request and fails when the handler answers with an error. Its error-code has two cases of the real one's.
REQUESTING = """(component
  (import "wasi:http/types@0.2.0" (instance $types
    (export "fields" (type $fields (sub resource)))
    (export "outgoing-request" (type $request (sub resource)))
    (export "request-options" (type (sub resource)))
    (export "future-incoming-response" (type (sub resource)))
    (export "[constructor]fields" (func (result (own $fields))))
    (export "[constructor]outgoing-request" (func (param "headers" (own $fields)) (result (own $request))))))
  (alias export $types "outgoing-request" (type $request))
  (alias export $types "request-options" (type $options))
  (alias export $types "future-incoming-response" (type $response))
  (import "wasi:http/outgoing-handler@0.2.0" (instance $handler
    (alias outer 1 $request (type $outer-request))
    (alias outer 1 $options (type $outer-options))
    (alias outer 1 $response (type $outer-response))
    (export "outgoing-request" (type $request (eq $outer-request)))
    (export "request-options" (type $options (eq $outer-options)))
    (export "future-incoming-response" (type $response (eq $outer-response)))
    (type $declared-code (variant (case "DNS-timeout") (case "HTTP-request-denied")))
    (export "error-code" (type $code (eq $declared-code)))
    (export "handle" (func (param "request" (own $request)) (param "options" (option (own $options)))
      (result (result (own $response) (error $code)))))))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $fields (canon lower (func $types "[constructor]fields")))
  (core func $request (canon lower (func $types "[constructor]outgoing-request")))
  (core func $handle (canon lower (func $handler "handle") (memory (core memory $memory "memory"))))
  (core module $main
    (import "http" "fields" (func $fields (result i32)))
    (import "http" "request" (func $request (param i32) (result i32)))
    (import "http" "handle" (func $handle (param i32 i32 i32 i32)))
    (import "http" "memory" (memory 1))
    (func (export "run") (result i32)
      (call $handle (call $request (call $fields)) (i32.const 0) (i32.const 0) (i32.const 16))
      (i32.load8_u (i32.const 16))))
  (core instance $main (instantiate $main (with "http" (instance
    (export "fields" (func $fields)) (export "request" (func $request)) (export "handle" (func $handle))
    (export "memory" (memory $memory "memory"))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $cli (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $cli)))"""

Run = Callable[..., RunOutcome]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(text: str | bytes, **more: object) -> RunOutcome:
        program = tmp_path / "program.wasm"
        program.write_bytes(text if isinstance(text, bytes) else bytes(wat2wasm(text)))
        request = RunRequest(**({"artifact": program, "cwd": tmp_path} | more))  # type: ignore[arg-type]  # the test says what it means
        return WasmtimeRunner().run(request, processes=ProcessRunner())

    return run


def test_output_and_exit_code_come_through(run: Run) -> None:
    outcome = run(HELLO)
    assert (outcome.ended, outcome.exit_code, outcome.stdout, outcome.stderr) == (Ending.EXITED, 7, "hello\n", "hello\n")


def test_nothing_of_this_environment_is_visible_but_what_was_given(run: Run) -> None:
    assert run(COUNTING).exit_code == 10
    assert run(COUNTING, arguments=("a", "b"), environment={"X": "1", "Y": "2", "Z": "3"}).exit_code == 33


def test_a_directory_can_be_written_to_unless_it_is_read_only(run: Run, tmp_path: Path) -> None:
    for name in ("shared", "kept"):
        (tmp_path / name).mkdir()
    assert run(CREATING, directories=(Preopen(host=Path("shared"), guest="/out"),)).exit_code == 0
    assert (tmp_path / "shared" / "new").is_dir()
    assert run(CREATING, directories=(Preopen(host=Path("kept"), guest="/in", writable=False),)).exit_code != 0
    assert not (tmp_path / "kept" / "new").exists()


def test_an_endless_program_ends_at_its_time_limit(run: Run) -> None:
    outcome = run(ENDLESS, limits=Limits(seconds=0.3))
    assert (outcome.ended, outcome.message) == (Ending.TIMED_OUT, "ended after 0.3 s")
    assert 0.3 <= outcome.seconds < 3


def test_a_program_that_sleeps_in_its_host_ends_at_its_time_limit(run: Run) -> None:
    started = time.monotonic()
    outcome = run(SLEEPING, limits=Limits(seconds=0.3))
    assert (outcome.ended, outcome.message) == (Ending.TIMED_OUT, "ended after 0.3 s")
    assert time.monotonic() - started < 20


def test_fuel_runs_out(run: Run) -> None:
    outcome = run(ENDLESS, limits=Limits(fuel=10_000))
    assert (outcome.ended, outcome.message) == (Ending.OUT_OF_FUEL, "the limit is 10000")


def test_a_program_that_needs_more_memory_than_it_may_have_is_not_run(run: Run) -> None:
    assert run(LARGE, limits=Limits(memory=65536)).ended is Ending.OUT_OF_MEMORY
    assert run(LARGE, limits=Limits(memory=64 * 65536)).succeeded


def test_a_trap_tells_its_reason_and_where(run: Run) -> None:
    outcome = run(TRAPPING)
    assert (outcome.ended, outcome.message) == (Ending.TRAPPED, "wasm `unreachable` instruction executed")
    assert "deep" in outcome.backtrace


def test_without_a_network_a_request_is_answered_with_an_error_and_reported(run: Run) -> None:
    outcome = run(REQUESTING)
    assert (outcome.ended, outcome.exit_code) == (Ending.EXITED, 1)
    assert outcome.message == "no network was granted, and HTTP requests were refused: 1; --allow-host HOST[:PORT] grants one"


def test_with_a_network_the_real_handler_is_linked(run: Run) -> None:
    outcome = run(REQUESTING, network=True)
    assert outcome.ended is Ending.NOT_STARTED
    assert "wasi:http/outgoing-handler@0.2.0, which this runtime provides otherwise" in (outcome.message or "")


def test_an_interface_that_is_not_provided_is_named(run: Run) -> None:
    component = """(component
      (import "acme:log/sink@1.0.0" (instance (export "log" (func (param "line" string)))))
      (core module $main (func (export "run") (result i32) i32.const 0))
      (core instance $main (instantiate $main))
      (func $run (result (result)) (canon lift (core func $main "run")))
      (instance $cli (export "run" (func $run)))
      (export "wasi:cli/run@0.2.0" (instance $cli)))"""
    outcome = run(component)
    assert (outcome.ended, outcome.message) == (Ending.NOT_STARTED, "it imports acme:log/sink@1.0.0, which this runtime does not provide")


def test_what_is_no_wasm_is_not_started(run: Run) -> None:
    outcome = run(bytes(wat2wasm(HELLO))[:-5])
    assert outcome.ended is Ending.NOT_STARTED
    assert "is no valid wasm: " in (outcome.message or "")


def test_a_module_in_the_folder_it_runs_in_is_not_imported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wasmtime.py").write_text("raise SystemExit('imported from the workspace')")
    assert run(HELLO).exit_code == 7


def test_concurrent_runs_share_one_cache(tmp_path: Path) -> None:
    program, cache = tmp_path / "program.wasm", tmp_path / "cache"
    program.write_bytes(bytes(wat2wasm(HELLO)))
    request = RunRequest(artifact=program, cwd=tmp_path, cache=cache)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: WasmtimeRunner().run(request, processes=ProcessRunner()), range(4)))
    assert [outcome.exit_code for outcome in outcomes] == [7] * 4
    assert len(list(cache.iterdir())) == 1


def test_an_interrupt_ends_the_program_within_a_second(tmp_path: Path) -> None:
    program = tmp_path / "program.wasm"
    program.write_bytes(bytes(wat2wasm(ENDLESS)))
    processes = ProcessRunner()
    timer = threading.Timer(0.5, processes.interrupt)
    timer.start()
    started = time.monotonic()
    outcome = WasmtimeRunner().run(RunRequest(artifact=program, cwd=tmp_path), processes=processes)
    timer.join()
    assert time.monotonic() - started < 2
    assert (outcome.ended, outcome.message) == (Ending.TRAPPED, "the wasmtime process was lost (killed by SIGTERM)")


def test_a_program_whose_buildkit_has_ended_meanwhile_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "hello.wasm").write_bytes(bytes(wat2wasm(HELLO)))
    request = GuestRequest(
        parent=os.getpid(),
        artifact=str(tmp_path / "hello.wasm"),
        outcome=str(tmp_path / "outcome.json"),
        arguments=("hello.wasm",),
        environment={},
        directories=(),
        seconds=None,
        fuel=None,
        memory=None,
        network=False,
        cache=None,
    )

    def said(asked: GuestRequest) -> str:
        file = tmp_path / "request.json"
        file.write_bytes(msgspec.json.encode(asked))
        command = (sys.executable, "-P", "-m", GUEST_MODULE, str(file))
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False).stdout

    assert said(request) == "hello\n"
    assert said(msgspec.structs.replace(request, parent=os.getppid())) == ""
