"""What the tests of the service share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_service import Asked, asked


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asked]:
    with asked(tmp_path) as service:
        yield service


@pytest.fixture
def running(ask: Asked) -> Asked:
    """A service with an instance that runs."""
    ask.register()
    return ask
