"""Read and validate wasm files: core modules and components."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Final, Literal

from wasmtime import Config, Engine, Module, WasmtimeError
from wasmtime.component import Component

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.records import dataclass

MAGIC: Final = b"\0asm"
HEADER: Final = struct.Struct("<4sHH")
"""Magic, version and layer, as the component model's binary format defines them."""

LAYERS: Final[tuple[Literal["core-module", "component"], ...]] = ("core-module", "component")
OFFSET: Final = re.compile(r" \(at offset (0x[0-9a-f]+)\)")


@dataclass(frozen=True, kw_only=True)
class WasmFacts:
    """What a valid wasm file is, asks for and offers, in the file's order.

    A component names interfaces (`wasi:http/types@0.2.4`); a core module's import is `module.name`, its export `name`.
    """

    kind: Literal["core-module", "component"]
    imports: tuple[str, ...]
    exports: tuple[str, ...]


def read_wasm(path: Path) -> WasmFacts:
    """Validate the whole file as wasmtime does and list its interface; raises `BrokenArtifactError` with the offset."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BrokenArtifactError(path, f"cannot be read: {error.strerror}") from error
    kind = _layer(path, content)
    try:
        return _component(content) if kind == "component" else _core_module(content)
    except WasmtimeError as error:
        raise _broken(path, error) from error


def _layer(path: Path, content: bytes) -> Literal["core-module", "component"]:
    if len(content) < HEADER.size or not content.startswith(MAGIC):
        raise BrokenArtifactError(path, "has no wasm header", offset=0)
    version: int
    layer: int
    _, version, layer = HEADER.unpack_from(content)
    if layer >= len(LAYERS):
        raise BrokenArtifactError(path, f"has the unknown wasm version {version}, layer {layer}", offset=len(MAGIC))
    return LAYERS[layer]


def _engine() -> Engine:
    config = Config()
    config.wasm_component_model = True
    # Nothing is run here: code is only made because the types are read from compiled files.
    config.cranelift_opt_level = "none"
    return Engine(config)


def _component(content: bytes) -> WasmFacts:
    engine = _engine()
    declared = Component(engine, content).type
    return WasmFacts(kind="component", imports=tuple(declared.imports(engine)), exports=tuple(declared.exports(engine)))


def _core_module(content: bytes) -> WasmFacts:
    module = Module(_engine(), content)
    imports = tuple(f"{entry.module}.{entry.name}" for entry in module.imports)
    return WasmFacts(kind="core-module", imports=imports, exports=tuple(entry.name for entry in module.exports))


def _broken(path: Path, error: WasmtimeError) -> BrokenArtifactError:
    """Keep the innermost cause, which is the last line of wasmtime's message."""
    reason = str(error).strip().splitlines()[-1].strip()
    place = OFFSET.search(reason)
    problem = f"is no valid wasm: {OFFSET.sub('', reason)}"
    return BrokenArtifactError(path, problem, offset=int(place[1], 16) if place else None)
