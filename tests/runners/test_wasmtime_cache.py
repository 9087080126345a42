from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from wasmtime import Config, Engine, Module, WasmtimeError, wat2wasm

from buildkit.runners import wasmtime_cache
from buildkit.runners.wasmtime_cache import KEPT, CompiledCache

CONTENT = bytes(wat2wasm('(module (func (export "f")))'))


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(Config())
    yield engine
    engine.close()


@pytest.fixture
def cache(tmp_path: Path) -> CompiledCache:
    return CompiledCache(folder=tmp_path / "cache", flavor="plain")


def files(cache: CompiledCache) -> list[Path]:
    return sorted(cache.folder.iterdir()) if cache.folder is not None and cache.folder.is_dir() else []


def names(module: Module) -> list[str]:
    return [entry.name for entry in module.exports]


class UncompiledModule(Module):
    """A module that can only be taken from the cache."""

    def __init__(self, engine: Engine, wasm: str | bytes) -> None:
        pytest.fail(f"compiled {len(wasm)} bytes again with {engine}")


def test_the_second_time_nothing_is_compiled(engine: Engine, cache: CompiledCache) -> None:
    cache.compiled(Module, engine, CONTENT)
    assert names(cache.compiled(UncompiledModule, engine, CONTENT)) == ["f"]


def test_another_flavor_is_another_program(engine: Engine, cache: CompiledCache) -> None:
    cache.compiled(Module, engine, CONTENT)
    CompiledCache(folder=cache.folder, flavor="fuel").compiled(Module, engine, CONTENT)
    assert len(files(cache)) == 2


@pytest.mark.parametrize("kept", [0, 20, 500])
def test_a_truncated_file_is_compiled_anew_and_replaced(engine: Engine, cache: CompiledCache, kept: int) -> None:
    cache.compiled(Module, engine, CONTENT)
    (file,) = files(cache)
    whole = file.read_bytes()
    file.write_bytes(whole[:kept])
    assert names(cache.compiled(Module, engine, CONTENT)) == ["f"]
    assert len(file.read_bytes()) == len(whole)


def test_a_flipped_bit_is_never_executed(engine: Engine, cache: CompiledCache) -> None:
    cache.compiled(Module, engine, CONTENT)
    (file,) = files(cache)
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    file.write_bytes(damaged)
    assert wasmtime_cache._read(UncompiledModule, engine, file) is None


def test_a_folder_that_cannot_be_made_is_no_reason_to_refuse(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert names(CompiledCache(folder=tmp_path / "file" / "cache", flavor="plain").compiled(Module, engine, CONTENT)) == ["f"]


def test_without_a_folder_nothing_is_kept(engine: Engine) -> None:
    assert names(CompiledCache(folder=None, flavor="plain").compiled(Module, engine, CONTENT)) == ["f"]


def test_what_is_not_valid_is_refused_and_not_kept(engine: Engine, cache: CompiledCache) -> None:
    with pytest.raises(WasmtimeError, match="unexpected end"):
        cache.compiled(Module, engine, CONTENT[:-1])
    assert files(cache) == []


def test_the_least_recently_used_programs_go_first(engine: Engine, cache: CompiledCache) -> None:
    assert cache.folder is not None
    cache.folder.mkdir()
    for age in range(KEPT + 3):
        old = cache.folder / f"{age:03}.cwasm"
        old.write_bytes(b"")
        os.utime(old, (1000 - age, 1000 - age))
    cache.compiled(Module, engine, CONTENT)
    left = files(cache)
    assert len(left) == KEPT
    assert cache.folder / "000.cwasm" in left
    assert cache.folder / f"{KEPT - 1:03}.cwasm" not in left
