"""Bearer tokens: which belong to which tenant. Only their digests are kept."""

from __future__ import annotations

import hmac
import tomllib
from collections.abc import Mapping
from dataclasses import field
from hashlib import sha256
from pathlib import Path
from typing import Final

from buildkit.errors import ConfigurationError, UsageError
from buildkit.records import dataclass

SHORTEST: Final = 16
EXAMPLE: Final = 'acme = "a secret of 16 characters or more"'


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """The digests of every tenant's tokens; without any, everybody is admitted."""

    digests: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.digests)

    def admit(self, tenant: str, authorization: str | None) -> bool:
        """Say whether the header `Authorization` carries a token of the tenant."""
        if not self.digests:
            return True
        scheme, _, token = (authorization or "").partition(" ")
        given = sha256(token.strip().encode("utf-8", "surrogateescape")).digest()
        # Every digest of the tenant is compared, so that the time says nothing.
        matches = [hmac.compare_digest(given, digest) for digest in self.digests.get(tenant, ())]
        return scheme.lower() == "bearer" and any(matches)


def read_tokens(file: Path) -> Tokens:
    """Read a TOML file of tenants, each with a token or a list of them; raises `ConfigurationError`."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"no TOML: {error}", file=file, hint=EXAMPLE) from None
    if not table:
        raise ConfigurationError("no tenant has a token here", file=file, hint=EXAMPLE)
    try:
        return Tokens(digests={tenant: _digests(tenant, value) for tenant, value in table.items()})
    except UsageError as error:
        raise ConfigurationError(error.message, file=file, hint=error.hint) from None


def parse_tokens(text: str, variable: str) -> Tokens:
    """Read `tenant=token` pairs, separated by commas, from a variable of the environment; raises `UsageError`."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if text and not pairs:
        raise UsageError(f"{variable}: it names no tenant", hint=f"unset {variable}; or acme=a-long-secret")
    tenants: dict[str, list[str]] = {}
    for tenant, sign, token in pairs:
        if not sign:
            raise UsageError(f"{variable}: a part has no equals sign", hint="acme=a-long-secret,other=another-long-secret")
        tenants.setdefault(tenant.strip(), []).append(token.strip())
    return Tokens(digests={tenant: _digests(tenant, tokens) for tenant, tokens in tenants.items()})


def _digests(tenant: str, value: object) -> tuple[bytes, ...]:
    tokens = value if isinstance(value, list) else [value]
    if not tenant or not tenant.isascii() or not tenant.isprintable() or " " in tenant:
        raise UsageError(f"tenant {tenant!r} can stand in no header", hint=EXAMPLE)
    if not tokens or not all(isinstance(token, str) and len(token) >= SHORTEST and token.isascii() for token in tokens):
        # The value is a secret, or nearly one: it is not shown.
        raise UsageError(f"tenant {tenant!r}: a token is a text of {SHORTEST} ASCII characters or more", hint="openssl rand -hex 32")
    return tuple(sha256(str(token).encode("ascii")).digest() for token in tokens)
