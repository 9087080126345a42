"""What goes to cargo as it was typed."""

from __future__ import annotations

import pytest

from buildkit.cli.forwarding import Forwarding
from buildkit.errors import UsageError


def test_arguments_are_handed_on_as_they_are() -> None:
    given = ["--no-deps", "--", "-D", "warnings", "-p"]
    assert Forwarding(cargo_argument=given).arguments() == tuple(given)


@pytest.mark.parametrize("word", ["--features=x", "-Fx", "-p", "--target", "--all-features", "-j4", "--message-format=short"])
def test_what_buildkit_itself_tells_cargo_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="after -- would change what a cell is"):
        Forwarding(cargo_argument=["--lib", word]).arguments()
