from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from buildkit.errors import UsageError
from buildkit.model import Artifact
from buildkit.runners.hosts import AllowedHost
from buildkit.runners.model import Attendance, Preopen, RunRequest
from buildkit.runners.service_client import ServiceAccess
from buildkit.workflow.launch.folders import Folders
from buildkit.workflow.launch.launch import refuse_own, request_of
from buildkit.workflow.launch.model import ScenarioRun

SERVICE = ServiceAccess(url="http://core:8787/", tenant="acme", token="a long secret")  # noqa: S106  # no secret
FOLDERS = Folders(input=Path("/tmp/x/input"), output=Path("/tmp/x/output"))  # noqa: S108  # nothing is made there
WASI_HTTP = ("wasi:cli/environment@0.2.6", "wasi:http/outgoing-handler@0.2.4")
HOSTED = ("wasi:cli/environment@0.2.6", "runtara:workflow/checkpoints@0.1.0")


def scenario(imports: tuple[str, ...] = WASI_HTTP, *, kind: str = "component", service: ServiceAccess | None = SERVICE) -> ScenarioRun:
    artifact = Artifact(path=Path("/out/a.wasm"), kind=kind, size=1, gzip_size=1, sha256="", imports=imports)  # type: ignore[arg-type]  # the test says what it means
    declared = RunRequest(
        artifact=artifact.path, cwd=Path("/"), environment={"LANG": "C"}, directories=(Preopen(host=Path("d"), guest="/d"),)
    )
    return ScenarioRun(artifact=artifact, input=b"{}", instance="i", service=service, declared=declared)


def test_a_component_sees_its_folders_its_instance_and_the_service_beside_what_is_declared() -> None:
    request = request_of(scenario(), FOLDERS)
    assert request.environment == {
        "LANG": "C",
        "RUNTARA_INPUT_PATH": "/input/data.json",
        "RUNTARA_OUTPUT_PATH": "/output/result.json",
        "RUNTARA_INSTANCE_ID": "i",
        "RUNTARA_HTTP_URL": "http://core:8787/",
        "RUNTARA_TENANT_ID": "acme",
        "RUNTARA_TOKEN": "a long secret",
    }
    assert [entry.guest for entry in request.directories] == ["/d", "/input", "/output"]
    assert (request.hosts, request.network, request.attendance) == ((AllowedHost(name="core", port=8787),), False, None)


def test_without_a_service_no_host_is_granted_and_none_is_named() -> None:
    request = request_of(scenario(service=None), FOLDERS)
    assert request.hosts == ()
    assert not {"RUNTARA_HTTP_URL", "RUNTARA_TENANT_ID", "RUNTARA_TOKEN"} & request.environment.keys()


def test_a_component_that_asks_its_host_learns_neither_service_nor_token_and_gets_no_http() -> None:
    request = request_of(scenario(HOSTED), FOLDERS)
    assert request.attendance == Attendance(instance="i", service=SERVICE)
    assert request.hosts == ()
    assert not {"RUNTARA_HTTP_URL", "RUNTARA_TOKEN"} & request.environment.keys()


def test_declared_hosts_stay_granted() -> None:
    run = scenario(HOSTED)
    declared = replace(run.declared, hosts=(AllowedHost(name="example.com"),))
    assert request_of(replace(run, declared=declared), FOLDERS).hosts == (AllowedHost(name="example.com"),)


def test_a_native_program_gets_the_real_folders_and_nothing_of_this_environment() -> None:
    request = request_of(scenario((), kind="elf"), FOLDERS)
    assert request.environment["RUNTARA_INPUT_PATH"] == "/tmp/x/input/data.json"  # noqa: S108  # nothing is made there
    assert request.environment["RUNTARA_OUTPUT_PATH"] == "/tmp/x/output/result.json"  # noqa: S108  # nothing is made there
    assert [entry.guest for entry in request.directories] == ["/d"]
    assert request.sealed


@pytest.mark.parametrize("name", ["RUNTARA_HTTP_URL", "RUNTARA_TOKEN", "RUNTARA_INSTANCE_ID", "RUNTARA_OUTPUT_PATH"])
def test_what_the_launcher_sets_is_not_set_by_hand(name: str) -> None:
    with pytest.raises(UsageError, match=f"--env {name}: a scenario gets it from an option of its own"):
        refuse_own({"LANG": "C", name: "x"})


def test_other_settings_of_the_sdk_may_be_set() -> None:
    refuse_own({"RUNTARA_HTTP_TIMEOUT_MS": "100"})
