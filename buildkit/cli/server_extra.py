"""What the extra `server` brings, asked for where it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from buildkit.errors import ToolchainError


@contextmanager
def needing_server() -> Iterator[None]:
    """Say what is missing, and how it is installed; raises `ToolchainError`."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("buildkit"):
            raise
        raise ToolchainError(f"the service needs {error.name}", hint="pip install 'buildkit[server]'") from None
