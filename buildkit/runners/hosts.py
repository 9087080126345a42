"""Which hosts a program may send HTTP requests to, and whether a request goes to one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from buildkit.errors import UsageError
from buildkit.records import dataclass

PORTS: Final[Mapping[str, int]] = MappingProxyType({"http": 80, "https": 443})
AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
"""What is let through. Anything else, such as a user's name before the host, could be read otherwise by whoever connects."""

HIGHEST_PORT: Final = 65535


@dataclass(frozen=True, kw_only=True)
class AllowedHost:
    """A host by its name, in lower case. Without a port it is reached at the port that belongs to the scheme alone."""

    name: str
    port: int | None = None

    def __str__(self) -> str:
        return self.name if self.port is None else f"{self.name}:{self.port}"

    def admits(self, scheme: str, authority: str) -> bool:
        """Say whether a request of the scheme (`http`, `https`) to the authority (`HOST` or `HOST:PORT`) goes to this host."""
        own = PORTS.get(scheme)
        asked = _parsed(authority)
        if own is None or asked is None:
            return False
        return asked.name == self.name and (asked.port or own) == (self.port or own)


def parse_host(text: str) -> AllowedHost:
    """Read `HOST` or `HOST:PORT`; raises `UsageError` for anything else."""
    host = _parsed(text)
    if host is None:
        raise UsageError(f"{text!r} is no host", hint="--allow-host example.com, or --allow-host example.com:8443")
    return host


def host_of(url: str) -> AllowedHost:
    """Return the host of an HTTP address, with its port; raises `UsageError` where there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = _parsed(parts.netloc)
    if parts.scheme not in PORTS or host is None:
        raise UsageError(f"{url!r} is no HTTP address", hint="http://127.0.0.1:8787, https://checkpoints.example.com")
    return AllowedHost(name=host.name, port=port or PORTS[parts.scheme])


def is_admitted(hosts: Iterable[AllowedHost], scheme: str, authority: str) -> bool:
    """Say whether one of the hosts is where a request goes."""
    return any(host.admits(scheme, authority) for host in hosts)


def _parsed(authority: str) -> AllowedHost | None:
    found = AUTHORITY.fullmatch(authority)
    if found is None:
        return None
    port = None if found["port"] is None else int(found["port"])
    if port is not None and not 0 < port <= HIGHEST_PORT:
        return None
    return AllowedHost(name=found["host"].lower(), port=port)
