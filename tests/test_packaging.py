"""What an installed buildkit brings, and what its start costs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCHEMAS = ("buildkit.schema.json", "buildkit-report.schema.json", "buildkit-scenario.schema.json")
SLOW_IMPORTS = ("elftools", "wasmtime", "tomlkit")
OF_THE_SERVICE = ("fastapi", "uvicorn", "sqlalchemy", "alembic", "prometheus_client", "psycopg")
STARTING = "import sys, buildkit.cli.check; print(*(name for name in sys.argv[1:] if name in sys.modules))"

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return next(folder.glob("buildkit-*.whl"))


@pytest.mark.network
def test_a_wheel_brings_the_schemas_as_they_are_committed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name: archive.read(f"buildkit/schemas/{name}") for name in SCHEMAS}
    assert shipped == {name: (ROOT / name).read_bytes() for name in SCHEMAS}


@pytest.mark.network
def test_a_wheel_brings_the_data_of_the_agents(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("buildkit/workflow/agents.toml") == (ROOT / "buildkit" / "workflow" / "agents.toml").read_bytes()


@pytest.mark.network
def test_a_wheel_brings_the_bundled_targets_and_the_marker_of_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert names >= {"buildkit/py.typed", *(f"buildkit_targets/{file.name}" for file in (ROOT / "targets").glob("*.py"))}


def test_a_check_starts_without_what_only_other_verbs_need() -> None:
    started = subprocess.run((sys.executable, "-c", STARTING, *SLOW_IMPORTS), capture_output=True, text=True, timeout=60, check=True)
    assert started.stdout.split() == []


@pytest.mark.parametrize("module", ["check", "serve"])
def test_the_command_line_starts_without_the_extras_of_the_service(module: str) -> None:
    starting = STARTING.replace("buildkit.cli.check", f"buildkit.cli.main, buildkit.cli.{module}")
    started = subprocess.run((sys.executable, "-c", starting, *OF_THE_SERVICE), capture_output=True, text=True, timeout=60, check=True)
    assert started.stdout.split() == []


@pytest.mark.network
def test_a_wheel_brings_the_migrations_of_the_service(wheel: Path) -> None:
    folder = ROOT / "buildkit" / "server" / "migrations"
    expected = {str(file.relative_to(ROOT)) for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts}
    with zipfile.ZipFile(wheel) as archive:
        assert set(archive.namelist()) >= expected


@pytest.mark.network
def test_a_wheel_brings_the_component_that_looks_at_requests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("buildkit/runners/http_filter.wat") == (ROOT / "buildkit" / "runners" / "http_filter.wat").read_bytes()
