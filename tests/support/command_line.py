"""Run the installed command as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "fixtures"
SCHEMA = ROOT / "buildkit-report.schema.json"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Return standard output as the one report that it must be, held against the published schema."""
        parsed: dict[str, Any] = json.loads(self.out)
        jsonschema.validate(parsed, json.loads(SCHEMA.read_text(encoding="utf-8")))
        return parsed


@dataclass(frozen=True, kw_only=True)
class Buildkit:
    """Runs the command in a folder."""

    folder: Path
    environment: Mapping[str, str | None] = field(default_factory=dict)

    def __call__(self, *arguments: str, timeout: float = 900) -> Ran:
        merged: dict[str, str | None] = {**os.environ, "NO_COLOR": "1", **self.environment}
        done = subprocess.run(
            (sys.executable, "-m", "buildkit", *arguments),
            cwd=self.folder,
            env={name: value for name, value in merged.items() if value is not None},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)
