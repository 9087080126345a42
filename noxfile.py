"""The workflows people run on buildkit itself; `nox -l` lists them. Each calls the `buildkit` command or the project's own tests."""

from __future__ import annotations

import nox

nox.needs_version = ">=2024.10"
nox.options.default_venv_backend = "virtualenv"
nox.options.sessions = ["tests"]

WORKSPACE = "fixtures/runtara"
WASM = ("wasm32-wasip2", "wasm32-unknown-unknown")
PROGRAMS = ("runtara-program-wasi",)
EVERY_PROGRAM = (*PROGRAMS, "runtara-program-native")
SERVICE = ".[postgresql]"
"""The checkout with the extras of the service."""

WORKERS = ("-n", "3", "--dist", "worksteal")
"""One more than there are cores in CI: tests wait for servers, for locks and for what they have killed. Each begins with a part of
the tests in their order, so that neighbors share what they need."""

PYTHON_SOURCES = ("buildkit", "targets", "tests", "docs", "bench", "noxfile.py")


def buildkit(session: nox.Session, *arguments: str) -> None:
    """Run one verb on the real workspace."""
    session.run("buildkit", arguments[0], "-C", WORKSPACE, *arguments[1:])


def prove_build_and_run(session: nox.Session, targets: tuple[str, ...], programs: tuple[str, ...]) -> None:
    """Take the workspace through every stage on the given targets."""
    session.install(".")
    options = [option for target in targets for option in ("--target", target)]
    session.run("buildkit", "toolchain", "ensure", "-C", WORKSPACE, *targets)
    buildkit(session, "check", *options, *session.posargs)
    buildkit(session, "build", *options, *session.posargs)
    buildkit(session, "run", *options, *(option for program in programs for option in ("--package", program)))


@nox.session(name="check-wasm", tags=["wasm"])
def check_wasm(session: nox.Session) -> None:
    """Prove, check, build and run the real workspace on the wasm targets, providing what is missing."""
    prove_build_and_run(session, WASM, PROGRAMS)


@nox.session(tags=["wasm", "embedded"])
def check(session: nox.Session) -> None:
    """Prove, check, build and run the real workspace on every bundled target."""
    session.install(".")
    listed = session.run("python", "-c", "from buildkit.plugins import load_targets; print(*load_targets())", silent=True)
    prove_build_and_run(session, tuple(str(listed).split()), EVERY_PROGRAM)


@nox.session
def isolation(session: nox.Session) -> None:
    """Prove that no feature of the real workspace leaks; needs no standard library for the targets."""
    session.install(".")
    buildkit(session, "check", "--only", "isolation", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build and inspect the artifacts of the real workspace."""
    session.install(".")
    buildkit(session, "build", *session.posargs)


@nox.session(default=True)
def tests(session: nox.Session) -> None:
    """Lint, check the types, and run the unit and integration tests: everything that CI asks for."""
    session.install(SERVICE, *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "lint", "types", "test"))
    run_lint(session)
    run_types(session)
    session.run("pytest", *WORKERS, *session.posargs)


@nox.session
def unit(session: nox.Session) -> None:
    """Run the unit tests alone; they start no process."""
    session.install(SERVICE, *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "test"))
    session.run("pytest", *WORKERS, "-m", "not integration", "--ignore", "tests/integration", *session.posargs)


@nox.session
def integration(session: nox.Session) -> None:
    """Run the integration tests alone, with the real cargo, rustc and wasmtime."""
    session.install(SERVICE, *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "test"))
    session.run("pytest", *WORKERS, "-m", "integration", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Compare buildkit with cargo-hack and cargo-fc on the same cells; takes hours, with --quick two minutes."""
    session.install(".", *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "bench"))
    session.run("python", "-m", "bench", *session.posargs)


@nox.session
def kills(session: nox.Session) -> None:
    """Kill workflows and their service with -9, 200 times on each target, and hold what checkpoints promise; takes minutes."""
    session.install(SERVICE, *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "bench"))
    session.run("python", "-m", "bench.kills", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and spelling."""
    session.install(*nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "lint"))
    run_lint(session)


@nox.session
def types(session: nox.Session) -> None:
    """Check the types, strictly."""
    session.install(SERVICE, *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "types"))
    run_types(session)


def run_lint(session: nox.Session) -> None:
    """Run the linters."""
    session.run("ruff", "check", *PYTHON_SOURCES)
    session.run("ruff", "format", "--check", *PYTHON_SOURCES)
    session.run("codespell")


def run_types(session: nox.Session) -> None:
    """Run the type checker."""
    session.run("mypy")
