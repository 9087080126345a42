"""What commands say when a checkpoint service does not do what they ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cli.checkpoints import ServicePart, explained
from buildkit.errors import ExitCode
from buildkit.runners.service_client import ServiceError

UNKNOWN = ServiceError("there is no instance 'i'", status=404, code="instance-not-found")


@pytest.mark.parametrize(
    ("part", "message", "hint"),
    [
        pytest.param(
            ServicePart(service="http://core"),
            "http://core: there is no instance 'i'",
            "buildkit instance list --service http://core",
            id="a service",
        ),
        pytest.param(
            ServicePart(embedded=True, state=Path("my state"), tenant="acme"),
            "the embedded service: there is no instance 'i'",
            "buildkit instance list --embedded --state 'my state' --tenant acme",
            id="an embedded one, whose port is gone when its command has ended",
        ),
    ],
)
def test_the_next_command_names_the_same_service(part: ServicePart, message: str, hint: str) -> None:
    error = explained(UNKNOWN, part)
    assert (error.message, error.hint, error.exit_code) == (message, hint, ExitCode.USAGE)


@pytest.mark.parametrize("status", [None, 500, 503])
def test_a_service_in_trouble_is_a_tool_that_is_missing(status: int | None) -> None:
    assert explained(ServiceError("it answered so", status=status), ServicePart(service="http://core")).exit_code == ExitCode.TOOLCHAIN


def test_a_refusal_without_a_code_is_of_another_server() -> None:
    error = explained(ServiceError("it answers as no checkpoint service does", status=404), ServicePart(service="http://core"))
    assert (error.exit_code, error.hint) == (ExitCode.TOOLCHAIN, "buildkit serve; or --embedded")
