"""What is compiled for hosts that buildkit does not have: JavaScript, and firmware."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

from buildkit.errors import UsageError
from buildkit.model import Artifact

UNBOUND: Final = "__wbindgen_"
"""How the modules begin that a module imports from until the command of wasm-bindgen has put JavaScript in their place."""

FIRMWARE: Final = frozenset({"ARM", "RISCV"})
"""The machines of libraries for firmware, as ELF names them."""


def refuse_elsewhere(artifact: Artifact, file: Path) -> None:
    """Refuse an artifact that only something else can run, and say what; `file` is its path as it was typed. Raises `UsageError`."""
    if any(name.startswith(UNBOUND) for name in artifact.imports):
        raise UsageError(
            f"{file} is a module for JavaScript: Node or a browser runs what wasm-bindgen makes of it, and buildkit run cannot",
            hint=f"wasm-bindgen --target nodejs --out-dir pkg {shlex.quote(str(file))}",
        )
    if artifact.kind == "archive":
        is_firmware = artifact.machine in FIRMWARE
        what = f"a static library for {artifact.machine} firmware" if is_firmware else "a static library"
        raise UsageError(
            f"{file} is {what}, and no program: an image that calls runtara_run is linked with it, and buildkit run cannot run either",
            hint=f"rust-lld -flavor gnu -T board.ld -o image.elf board.o {shlex.quote(str(file))}",
        )
