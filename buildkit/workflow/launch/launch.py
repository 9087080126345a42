"""Run a compiled scenario: its folders, its environment, its runtime, and its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Final

from buildkit.errors import UsageError
from buildkit.model import Artifact
from buildkit.private_folders import private_folder
from buildkit.process import OnLine, Runner
from buildkit.runners.hosts import host_of
from buildkit.runners.model import ArtifactRunner, Attendance, RunRequest
from buildkit.runners.service_client import TOKEN_VARIABLE, ServiceAccess, ServiceClient, ServiceError
from buildkit.workflow.launch.folders import DATA, INPUT, OUTPUT, RESULT, Folders, make_folders
from buildkit.workflow.launch.judge import Evidence, judged
from buildkit.workflow.launch.model import ScenarioOutcome, ScenarioRun, Seen

URL: Final = "RUNTARA_HTTP_URL"
INSTANCE: Final = "RUNTARA_INSTANCE_ID"
TENANT: Final = "RUNTARA_TENANT_ID"
INPUT_PATH: Final = "RUNTARA_INPUT_PATH"
OUTPUT_PATH: Final = "RUNTARA_OUTPUT_PATH"
OWN: Final[Mapping[str, str]] = {
    URL: "--service URL, or --embedded",
    INSTANCE: "--instance ID",
    TENANT: "--tenant NAME",
    TOKEN_VARIABLE: f"export {TOKEN_VARIABLE}=…; everybody on this machine can read the command line",
    INPUT_PATH: "--input FILE",
    OUTPUT_PATH: "--output FILE",
}
"""The variables that the launcher sets, and what sets them."""

HOST_INTERFACE: Final = "runtara:workflow/"
WASM_KINDS: Final = frozenset({"component", "core-module"})


def launch(run: ScenarioRun, runner: ArtifactRunner, *, processes: Runner, on_line: OnLine | None = None) -> ScenarioOutcome:
    """Run to the end. Whatever the program prints goes to `on_line`; its folders are gone afterwards, what they held is in the outcome."""
    with private_folder("buildkit-scenario") as place:
        folders = make_folders(place, run.input)
        ran = runner.run(request_of(run, folders), processes=processes, on_stdout=on_line, on_stderr=on_line)
        left = folders.left()
    return judged(Evidence(ran=ran, left=left, seen=None if run.service is None else look(run.service, run.instance)))


def request_of(run: ScenarioRun, folders: Folders) -> RunRequest:
    """Return what the program may see: what was declared, its folders, its instance, and the service by the way that it knows.

    A component that asks its host for checkpoints learns neither the address of the service nor the token, and gets no HTTP for it.
    """
    wasm = run.artifact.kind in WASM_KINDS
    hosted = asks_host(run.artifact)
    places = (INPUT, OUTPUT) if wasm else (str(folders.input), str(folders.output))
    environment = {INPUT_PATH: f"{places[0]}/{DATA}", OUTPUT_PATH: f"{places[1]}/{RESULT}", INSTANCE: run.instance}
    hosts = run.declared.hosts
    if run.service is not None and not hosted:
        environment |= service_environment(run.service)
        hosts = (*hosts, host_of(run.service.url))
    return replace(
        run.declared,
        environment={**run.declared.environment, **environment},
        directories=(*run.declared.directories, *(folders.preopens if wasm else ())),
        hosts=hosts,
        attendance=Attendance(instance=run.instance, service=run.service) if hosted else None,
        sealed=True,
    )


def service_environment(service: ServiceAccess) -> dict[str, str]:
    """Return what the SDK reads to reach the service over HTTP."""
    told = {URL: service.url, TENANT: service.tenant}
    return told if service.token is None else {**told, TOKEN_VARIABLE: service.token}


def asks_host(artifact: Artifact) -> bool:
    """Say whether a component takes its checkpoints from functions of its host."""
    return any(name.startswith(HOST_INTERFACE) for name in artifact.imports)


def refuse_own(environment: Mapping[str, str]) -> None:
    """Refuse a declared variable that the launcher sets; raises `UsageError`."""
    for name in environment:
        if name in OWN:
            raise UsageError(f"--env {name}: a scenario gets it from an option of its own", hint=OWN[name])


def look(service: ServiceAccess, instance: str) -> Seen:
    """Ask the service where the instance stands."""
    with closing(ServiceClient(service)) as client:
        try:
            found = client.look(instance)
        except ServiceError as error:
            return Seen(trouble=error.message)
    return Seen(status=str(found.get("status")), checkpoints=int(found.get("checkpoints") or 0))
