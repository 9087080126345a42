"""What requests and answers look like, and so the OpenAPI document."""

from __future__ import annotations

import binascii
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Header, Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from buildkit.server.models import LONGEST_NAME
from buildkit.server.statuses import Signal, Status

LONGEST_SLEEP: Final = 100 * 366 * 24 * 3600 * 1000
"""A hundred years, in milliseconds."""

LONGEST_ERROR: Final = 65_536
NAME: Final = r"^[^\x00-\x1f\x7f]+$"
SEGMENT: Final = r"^[^\x00-\x1f\x7f/]+$"


def _unpack(value: object) -> object:
    if isinstance(value, str):
        with suppress(ValueError):
            return binascii.a2b_base64(value, strict_mode=True)
    raise PydanticCustomError("base64", "this is no text in base64 (RFC 4648, section 4)")


def _whole(value: object) -> object:
    """Take `5.0` for the whole number that it is in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _pack(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode("ascii")


def _moment(value: int) -> str:
    return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_BASE64: Final = WithJsonSchema({"type": "string", "format": "byte", "examples": ["eyJzdGVwIjogMX0="]})
Packed = Annotated[bytes, BeforeValidator(_unpack), _BASE64]
"""Bytes that come as base64."""

Unpacked = Annotated[bytes, PlainSerializer(_pack, return_type=str), _BASE64]
"""Bytes that go as base64."""

Moment = Annotated[int, PlainSerializer(_moment, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})]
"""Milliseconds since 1970, which travel as RFC 3339."""

CheckpointId = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=NAME)]
InstanceId = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, pattern=SEGMENT, description="The instance, within its tenant.")]
TenantId = Annotated[
    str,
    Header(alias="X-Runtara-Tenant-Id", min_length=1, max_length=LONGEST_NAME, pattern=r"^[\x21-\x7e]+$", description="Whose instances."),
]


class Body(BaseModel):
    """A request: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """An answer, whose values come from the service itself."""

    model_config = ConfigDict(frozen=True)


class RegisterBody(Body):
    """Where to go on: after the named checkpoint, or after the last one."""

    checkpoint_id: CheckpointId | None = None


class CheckpointBody(Body):
    """A state to keep under an id."""

    checkpoint_id: CheckpointId
    state: Packed


class SleepBody(Body):
    """A state to keep under an id, and how long to sleep after it."""

    checkpoint_id: CheckpointId
    state: Packed
    duration_ms: Annotated[int, Field(ge=0, le=LONGEST_SLEEP, strict=True), BeforeValidator(_whole)]


class CompletedBody(Body):
    """What the workflow came to."""

    result: Packed = b""


class FailedBody(Body):
    """Why the workflow could not go on."""

    error: Annotated[str, Field(max_length=LONGEST_ERROR, pattern=r"^[^\x00]*$")]
    code: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=NAME)] | None = None


class EmptyBody(Body):
    """Nothing."""


class Stops(Answer):
    """Which signals wait: they stay until they are acknowledged."""

    should_pause: bool = False
    should_cancel: bool = False


class Registered(Stops):
    """Where the instance stands; `state` is that of `checkpoint_id`, to go on after it."""

    instance_id: str
    status: Status
    attempt: int
    checkpoint_id: str | None = None
    state: Unpacked | None = None
    wake_at: Moment | None = None
    result: Unpacked | None = None


class Checkpointed(Stops):
    """The state that was there, if one was: then that one holds, and the new one was not stored."""

    existing_state: Unpacked | None = None


class Slept(Stops):
    """When to go on. Nothing remains where the sleep that was asked for first is over."""

    existing_state: Unpacked | None = None
    wake_at: Moment
    remaining_ms: int


class Waiting(Answer):
    """The signal that waits."""

    signal: Signal | None = None


class Ended(Answer):
    """Where the instance stands; the first result and the first error are those that hold."""

    instance_id: str
    status: Status
    result: Unpacked | None = None
    error: str | None = None
    error_code: str | None = None


class InstanceAnswer(Answer):
    """An instance, as its operator sees it."""

    instance_id: str
    status: Status
    signal: Signal | None
    attempt: int
    checkpoints: int
    checkpoint_id: str | None
    wake_at: Moment | None
    error: str | None
    error_code: str | None
    created_at: Moment
    updated_at: Moment


class InstanceDetails(InstanceAnswer):
    """An instance with its result."""

    result: Unpacked | None


class InstanceList(Answer):
    """Instances by their ids. `next` goes into `after` for those that follow; nothing follows where it is null."""

    instances: list[InstanceAnswer]
    next: str | None


class Health(Answer):
    """The service answers, and its database does."""

    status: str
    database: str
    version: str


class ErrorAnswer(Answer):
    """Every error: a sentence, a stable word, and what a program may need."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"required": ["error", "code", "details"]})

    error: str
    code: str
    details: dict[str, Any]
