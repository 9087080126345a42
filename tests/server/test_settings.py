"""Where a service may listen."""

from __future__ import annotations

import pytest

from buildkit.errors import UsageError
from buildkit.server.database import parse_address
from buildkit.server.settings import ServeSettings, is_loopback
from buildkit.server.tokens import parse_tokens

DATABASE = parse_address("sqlite:////tmp/never-opened.sqlite3")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_alone_may_ask_at_a_loopback_address(host: str) -> None:
    assert is_loopback(host)
    assert not ServeSettings(database=DATABASE, host=host).tokens


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.0.1", "example.org", "localhost.example.org"])  # noqa: S104  # what is refused
def test_elsewhere_only_with_tokens(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(UsageError, match="other machines can ask here, and no tenant has a token"):
        ServeSettings(database=DATABASE, host=host)
    assert ServeSettings(database=DATABASE, host=host, tokens=parse_tokens("acme=0123456789abcdef", "T")).host == host
