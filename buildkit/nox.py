"""Sessions for a user's own noxfile.

from buildkit.nox import add_sessions
add_sessions()
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import nox

WASM_TAG = "wasm"


def add_sessions(*, workspace: str = ".") -> None:
    """Register `check-wasm`, `check`, `isolation` and `build`, which run this buildkit on `workspace`.

    What is given after `--` on nox's command line goes to buildkit.
    """

    def run(session: nox.Session, *arguments: str) -> None:
        verb, *rest = arguments
        session.run(sys.executable, "-m", "buildkit", verb, "--workspace", workspace, *rest, *session.posargs, external=True)

    def check_wasm(session: nox.Session) -> None:
        """Prove isolation and check every cell on the wasm targets."""
        run(session, "check", "--tag", WASM_TAG)

    def check(session: nox.Session) -> None:
        """Prove isolation and check every cell."""
        run(session, "check")

    def isolation(session: nox.Session) -> None:
        """Prove isolation alone; needs no standard library for the targets."""
        run(session, "check", "--only", "isolation")

    def build(session: nox.Session) -> None:
        """Build and inspect the artifacts."""
        run(session, "build")

    _register({"check-wasm": check_wasm, "check": check, "isolation": isolation, "build": build})


def _register(sessions: Mapping[str, Callable[[nox.Session], None]]) -> None:
    for name, function in sessions.items():
        nox.session(name=name, venv_backend="none")(function)


__all__: Sequence[str] = ["add_sessions"]
