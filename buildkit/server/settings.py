"""How a service is run."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from sqlalchemy import URL

from buildkit.errors import UsageError
from buildkit.records import dataclass
from buildkit.server.tokens import Tokens

LARGEST_BODY: Final = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ServeSettings:
    """Where to listen, what to keep things in, and who may ask."""

    database: URL
    host: str = "127.0.0.1"
    port: int = 8787
    tokens: Tokens = Tokens()
    largest_body: int = LARGEST_BODY
    drain_seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse to serve other machines without tokens."""
        if not self.tokens and not is_loopback(self.host):
            raise UsageError(
                f"{self.host}: other machines can ask here, and no tenant has a token",
                hint='--tokens FILE with lines such as: acme = "a long secret"; or --host 127.0.0.1',
            )


def is_loopback(host: str) -> bool:
    """Say whether only this machine can ask at an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
