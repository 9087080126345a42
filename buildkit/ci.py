"""Whether this is a run of continuous integration: nobody edits and checks again there."""

from __future__ import annotations

from collections.abc import Mapping

DENIALS = frozenset({"", "0", "false"})
"""What `CI` says where it does not say that this is CI."""


def is_ci(environment: Mapping[str, str]) -> bool:
    """Say whether the variable `CI` is set, as all services set it."""
    return environment.get("CI", "").lower() not in DENIALS
