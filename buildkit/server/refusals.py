"""Why the service does not do what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from buildkit.server.records import Instance, Name


class RefusalError(Exception):
    """A request that gets an error answer: a status, a stable word, and one sentence."""

    def __init__(self, status: HTTPStatus, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}


def no_instance(name: Name) -> RefusalError:
    """Say that the tenant has no such instance, whoever else may have one."""
    return RefusalError(
        HTTPStatus.NOT_FOUND, "instance-not-found", f"there is no instance {name.instance!r}", {"instance_id": name.instance}
    )


def no_checkpoint(name: Name, checkpoint_id: str) -> RefusalError:
    """Say that the instance has no such checkpoint."""
    details = {"instance_id": name.instance, "checkpoint_id": checkpoint_id}
    return RefusalError(
        HTTPStatus.NOT_FOUND, "checkpoint-not-found", f"instance {name.instance!r} has no checkpoint {checkpoint_id!r}", details
    )


def already_ended(instance: Instance) -> RefusalError:
    """Say that the instance has ended, and how."""
    details = {"instance_id": instance.name.instance, "status": instance.status.value}
    return RefusalError(HTTPStatus.CONFLICT, "instance-ended", f"instance {instance.name.instance!r} is {instance.status}", details)


def unavailable(code: str, message: str) -> RefusalError:
    """Say that asking again later may help."""
    return RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, code, message)
