from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from wasmtime import Config, Engine, ExitTrap, Store, WasiConfig, WasmtimeError, wat2wasm

from buildkit.runners.wasmtime_cache import CompiledCache
from buildkit.runners.wasmtime_program import CannotStartError, Grants, Program, load_program

NO_CACHE = CompiledCache(folder=None, flavor="plain")


def command(result: int) -> str:
    return f"""(component
      (core module $main (func (export "run") (result i32) i32.const {result}))
      (core instance $main (instantiate $main))
      (func $run (result (result)) (canon lift (core func $main "run")))
      (instance $cli (export "run" (func $run)))
      (export "wasi:cli/run@0.2.3" (instance $cli)))"""


EXITING = """(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 7))))"""


@pytest.fixture
def engine() -> Iterator[Engine]:
    config = Config()
    config.wasm_component_model = True
    with closing(Engine(config)) as engine:
        yield engine


def called(engine: Engine, text: str) -> int:
    with ExitStack() as stack:
        program: Program = stack.enter_context(closing(load_program(engine, NO_CACHE, bytes(wat2wasm(text)), Grants())))
        store = stack.enter_context(closing(Store(engine)))
        store.set_wasi(WasiConfig())
        return program.call(store)


@pytest.mark.parametrize(("result", "code"), [pytest.param(0, 0, id="ok"), pytest.param(1, 1, id="err")])
def test_the_result_of_run_is_the_exit_code(engine: Engine, result: int, code: int) -> None:
    assert called(engine, command(result)) == code


def test_a_core_module_that_returns_from_start_exits_with_zero(engine: Engine) -> None:
    assert called(engine, '(module (func (export "_start")))') == 0


def test_the_exit_code_of_a_core_module_is_kept(engine: Engine) -> None:
    with pytest.raises(ExitTrap) as caught:
        called(engine, EXITING)
    assert caught.value.code == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("(component)", "it exports no wasi:cli/run@0.2, so it is no command; it exports nothing", id="empty component"),
        pytest.param(
            command(0).replace("wasi:cli/run@0.2.3", "wasi:cli/run@0.3.0"),
            "it exports no wasi:cli/run@0.2, so it is no command; it exports wasi:cli/run@0.3.0",
            id="another version of the world",
        ),
        pytest.param(
            '(module (memory (export "memory") 1) (func (export "sum")))',
            "it exports no _start, so it is no command; it exports memory, sum",
            id="core library",
        ),
        pytest.param(
            '(module (memory (export "_start") 1))',
            "it exports no _start, so it is no command; it exports _start",
            id="a memory called _start",
        ),
    ],
)
def test_what_is_no_command_says_what_it_exports(engine: Engine, text: str, message: str) -> None:
    with pytest.raises(CannotStartError) as caught:
        called(engine, text)
    assert str(caught.value) == message


def test_an_import_that_no_host_provides_is_refused(engine: Engine) -> None:
    with pytest.raises(WasmtimeError, match="env::f"):
        called(engine, '(module (import "env" "f" (func)) (func (export "_start")))')
