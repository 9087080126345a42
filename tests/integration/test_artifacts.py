"""Programs of this machine, looked into."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from buildkit.artifacts.checks import require_static
from buildkit.artifacts.inspection import inspect_artifact

pytestmark = [pytest.mark.integration, pytest.mark.skipif(sys.platform != "linux", reason="its programs are no ELF files")]


def test_a_program_of_the_system_is_not_static_and_tells_its_c_library() -> None:
    artifact = inspect_artifact(Path("/bin/sh").resolve())
    if artifact.static:
        pytest.skip("the shell of this machine is static")
    assert artifact.kind == "elf"
    assert any("libc" in name or "musl" in name for name in artifact.imports)
    (finding,) = require_static(artifact)
    assert artifact.imports[0] in finding.message
