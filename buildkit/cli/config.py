"""`buildkit config`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from buildkit.cli.options import Everywhere
from buildkit.cli.session import open_session
from buildkit.config.declaration import as_toml, find_key
from buildkit.config.json_schema import schema_text
from buildkit.config.render import effective_toml, inline_item
from buildkit.config.settings import Origin, Provenance, Settings
from buildkit.errors import UsageError

CONFIG_VERSION = 1


def show_configuration(
    everywhere: Everywhere,
    *,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain", metavar="KEY", help="Say where the value of this key, or of each key of this table, came from.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of buildkit.toml.")] = False,
) -> None:
    """Show the effective configuration, or where one value came from."""
    if schema and (explain is not None or as_json):
        raise UsageError("--schema stands alone", hint="buildkit config --schema")
    if schema:
        typer.echo(schema_text(), nl=False)
        return
    settings = open_session(everywhere).settings
    if explain is not None:
        typer.echo(_explained_json(settings, explain) if as_json else _explained(settings, explain))
    elif as_json:
        typer.echo(
            json.dumps({"version": CONFIG_VERSION, "file": _file(settings), "configuration": as_toml(settings.configuration)}, indent=2)
        )
    else:
        typer.echo(
            f"# {_file(settings) or 'no buildkit.toml: all of this is built in, or from outside'}\n{effective_toml(settings)}", nl=False
        )


def _file(settings: Settings) -> str | None:
    return None if settings.file is None else str(settings.file)


def _keys(settings: Settings, asked: str) -> Sequence[str]:
    """Return the key that was asked for, or the keys below it that have a value."""
    return settings.keys(asked) or (asked,)


def _explained_json(settings: Settings, asked: str) -> str:
    keys = {key: [_told(provenance) for provenance in settings.explain(key)] for key in _keys(settings, asked)}
    return json.dumps({"version": CONFIG_VERSION, "keys": keys}, indent=2)


def _told(provenance: Provenance) -> dict[str, Any]:
    return {"value": provenance.value, "origin": provenance.origin.value, "place": provenance.place}


def _explained(settings: Settings, asked: str) -> str:
    return "\n".join(line for key in _keys(settings, asked) for line in _lines(key, settings.explain(key)))


def _lines(key: str, chain: Sequence[Provenance]) -> Sequence[str]:
    winner, *others = chain
    declared = find_key(key)
    adds = declared is not None and declared.adds
    lines = [f"{key} = {_shown(winner.value)}" if winner.value is not None else f"{key} is not set", f"    from {_source(winner)}"]
    for other in (other for other in others if other.value not in (None, [])):
        joined = adds and other.origin is Origin.PLUGIN
        lines.append(f"    {'added to' if joined else 'instead of'} {_shown(other.value)} from {_source(other)}")
    return lines if winner.value is not None else lines[:1]


def _shown(value: object) -> str:
    return inline_item(value).as_string()


def _source(provenance: Provenance) -> str:
    return provenance.origin.value if provenance.origin is Origin.BUILT_IN else f"{provenance.place} ({provenance.origin.value})"
