"""A compiled workflow is a portable component: transpiled by jco, it runs in Node with the same result, and keeps its checkpoints over HTTP."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from jco import run_in_node
from launched import EXPECTED, HTTP, INPUT, launched_program

from bench.served import Serving, serving
from buildkit.runners.service_client import ServiceAccess, ServiceClient

pytestmark = [pytest.mark.integration, pytest.mark.network]


@pytest.fixture(scope="module")
def component(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return launched_program(tmp_path_factory, HTTP)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("input", "output"):
        (tmp_path / name).mkdir()
    shutil.copy(INPUT, tmp_path / "input" / "data.json")
    return tmp_path


def test_the_result_in_node_is_the_same(component: Path, folder: Path) -> None:
    ran = run_in_node(component, folder, {})
    assert ran.returncode == 0, ran.stderr
    assert json.loads((folder / "output" / "result.json").read_text()) == json.loads(EXPECTED.read_text())
    assert json.loads((folder / "output" / "outcome.json").read_text())["outcome"] == "completed"


def test_checkpoints_go_to_the_service_over_http(component: Path, folder: Path) -> None:
    with serving(Serving(folder=folder, database=f"sqlite:///{folder / 'service.sqlite3'}")) as served:
        environment = {"RUNTARA_HTTP_URL": served.url, "RUNTARA_INSTANCE_ID": "i", "RUNTARA_TENANT_ID": "local"}
        ran = run_in_node(component, folder, environment, network=True)
        assert ran.returncode == 0, ran.stderr
        client = ServiceClient(ServiceAccess(url=served.url, tenant="local"))
        found = client.look("i")
        client.close()
    assert found["status"] == "completed"
    assert found["checkpoints"] > 0


def test_jco_by_itself_creates_no_file_in_a_preopened_folder(component: Path, folder: Path) -> None:
    # Where this fails, jco can do it, and neither the mend nor the line of the README is needed any more.
    ran = run_in_node(component, folder, {}, mended=False)
    assert ran.returncode == 1
    assert "/output/outcome.json: Not supported (os error 58)" in ran.stderr
