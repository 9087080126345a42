"""Workflow instances as lines of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from buildkit.reports.words import clean, counted


def instance_line(instance: Mapping[str, Any]) -> str:
    """Say where an instance stands, as the service describes it."""
    parts = [str(instance["status"]), counted(int(instance["checkpoints"]), "checkpoint"), counted(int(instance["attempt"]), "attempt")]
    if instance["signal"] is not None:
        parts.append(f"{instance['signal']} waits")
    if instance["status"] == "sleeping" and instance["wake_at"] is not None:
        parts.append(f"until {instance['wake_at']}")
    if instance["error"] is not None:
        parts.append(str(instance["error"]))
    return clean(f"{instance['instance_id']}: {', '.join(parts)}")
