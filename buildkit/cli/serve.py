"""`buildkit serve`."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from platformdirs import user_data_path

from buildkit.cli.server_extra import needing_server
from buildkit.config.sizes import parse_size
from buildkit.errors import UsageError
from buildkit.later import Later

if TYPE_CHECKING:
    from buildkit.server import database, logs, settings, start, tokens
else:
    database, logs, settings, start, tokens = (
        Later(f"buildkit.server.{name}") for name in ("database", "logs", "settings", "start", "tokens")
    )

TOKENS = "BUILDKIT_SERVE_TOKENS"
DATABASE = "BUILDKIT_SERVE_DATABASE"


class Level(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"


def serve(
    *,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; beyond this machine only with tokens.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="The port; 0 takes any that is free.")] = 8787,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            help="sqlite:///FILE or postgresql://USER@HOST/NAME (default: $BUILDKIT_SERVE_DATABASE, else a file in the user's data folder).",
            show_default=False,
        ),
    ] = None,
    tokens_file: Annotated[
        Path | None,
        typer.Option(
            "--tokens", metavar="FILE", help="TOML file of tenants and their tokens (default: $BUILDKIT_SERVE_TOKENS).", show_default=False
        ),
    ] = None,
    largest_body: Annotated[str, typer.Option("--max-body", metavar="SIZE", help="Refuse larger requests.")] = "16 MiB",
    drain: Annotated[
        float, typer.Option("--drain", metavar="SECONDS", min=1, max=3600, help="How long open requests may take at the end.")
    ] = 10,
    log_level: Annotated[Level, typer.Option("--log-level", help="How much is logged; debug logs every request.")] = Level.INFO,
) -> None:
    """Serve checkpoints and signals of workflows.

    Logs are JSON lines on standard error. SIGTERM or Ctrl-C ends it once open requests are answered; a second one at once.
    """
    with needing_server():
        chosen = settings.ServeSettings(
            database=database.parse_address(address(database_url, os.environ)),
            host=host,
            port=port,
            tokens=known_tokens(tokens_file, os.environ),
            largest_body=size(largest_body),
            drain_seconds=drain,
        )
        with logs.logging_to(sys.stderr, logging.getLevelNamesMapping()[log_level.upper()]):
            start.serve(chosen, listening=lambda url: typer.echo(f"listening at {url}"))


def address(given: str | None, environment: Mapping[str, str]) -> str:
    """Return the database's address; raises `UsageError` where a password stands on the command line."""
    text = given or environment.get(DATABASE)
    if not text:
        return f"sqlite:///{user_data_path('buildkit') / 'service.sqlite3'}"
    if given and database.parse_address(given).password is not None:
        raise UsageError("--database: everybody on this machine can read a password there", hint=f"export {DATABASE}=...; or ~/.pgpass")
    return text


def known_tokens(file: Path | None, environment: Mapping[str, str]) -> Any:
    """Return the tokens of the file, else those of the environment."""
    if file is not None:
        return tokens.read_tokens(file)
    return tokens.parse_tokens(environment.get(TOKENS, ""), TOKENS)


def size(text: str) -> int:
    """Return bytes; raises `UsageError` for what is no size."""
    try:
        return parse_size(int(text) if text.isascii() and text.isdigit() else text)
    except ValueError:
        raise UsageError(f"--max-body {text!r} is no size", hint="--max-body '16 MiB'") from None
