"""The metadata that `buildkit compile` writes beside an artifact, as far as running it needs them."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """What tells the metadata of a scenario from any other file of that name: `artifact` is the name of the file beside it."""

    scenario: msgspec.Raw
    artifact: str


def is_compiled(artifact: Path) -> bool:
    """Say whether the file beside an artifact says that the artifact is a compiled scenario."""
    try:
        found = msgspec.json.decode(artifact.with_name(f"{artifact.name}.json").read_bytes(), type=Compiled)
    except (OSError, msgspec.DecodeError):
        return False
    return found.artifact == artifact.name
