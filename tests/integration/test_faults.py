"""Bad input to a check, and what is around it: a clear message or the right result, never a wrong pass."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from command_line import Buildkit
from faulty import EACH, PACKAGE, Make, until, verdicts
from oracle import write_files

from buildkit.errors import ExitCode

pytestmark = pytest.mark.integration


def test_features_that_enable_each_other_are_resolved(make: Make, buildkit: Buildkit) -> None:
    folder = make('[features]\na = ["b"]\nb = ["a"]\n', settings=EACH)
    assert verdicts(buildkit, folder) == (ExitCode.PASSED, [("pass", "")] * 2)


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        pytest.param('[features]\nf = ["f"]\n', "app/Cargo.toml:6: feature 'f' includes itself", id="itself"),
        pytest.param('[features]\nx = ["nope/f"]\n', "app/Cargo.toml:6: feature `x` includes `nope/f`, but `nope` is not", id="unknown/f"),
        pytest.param('[features]\nx = ["dep:nope"]\n', "app/Cargo.toml:6: feature `x` includes `dep:nope`, but", id="dep:unknown"),
        pytest.param('[features]\nx = ["nope?/f"]\n', "app/Cargo.toml:6: feature `x` includes `nope?/f`, but", id="unknown?/f"),
        pytest.param('[features]\nx = ["y"]\n', "app/Cargo.toml:6: feature `x` includes `y` which is neither", id="unknown feature"),
        pytest.param(
            '[dependencies]\nb = { path = "../b" }\n[features]\nx = ["b/nope"]\n',
            "app/Cargo.toml:8: package `app` depends on `b` with feature `nope` but",
            id="unknown feature of a dependency",
        ),
    ],
)
def test_features_that_name_what_is_not_there_are_told_with_their_line(make: Make, buildkit: Buildkit, manifest: str, told: str) -> None:
    folder = make(manifest, files={"b/Cargo.toml": PACKAGE.format(name="b")})
    ran = buildkit("check", "-C", str(folder))
    assert ran.code == ExitCode.USAGE
    assert ran.err.startswith(f"error: {folder}/{told}")


@pytest.mark.parametrize("arguments", [("--locked",), ("--locked", "--offline")], ids=" ".join)
def test_a_lock_file_that_disagrees_is_refused_where_it_must_stay(make: Make, buildkit: Buildkit, arguments: tuple[str, ...]) -> None:
    folder = make(files={"b/Cargo.toml": PACKAGE.format(name="b")})
    assert verdicts(buildkit, folder) == (ExitCode.PASSED, [("pass", "")])
    manifest = folder / "app" / "Cargo.toml"
    manifest.write_text(manifest.read_text() + '[dependencies]\nb = { path = "../b" }\n')
    ran = buildkit("check", "-C", str(folder), *arguments)
    assert ran.code == ExitCode.USAGE
    assert ran.err.startswith(f"error: {folder}/Cargo.lock: is missing or out of date, and --locked forbids writing it")
    assert verdicts(buildkit, folder, "--offline")[0] == ExitCode.PASSED


@pytest.mark.parametrize("depth", ["each", "pairs"])
def test_sixty_optional_features_are_counted_and_proved(make: Make, buildkit: Buildkit, depth: str) -> None:
    names = [f"d{number}" for number in range(60)]
    files = {f"{name}/Cargo.toml": PACKAGE.format(name=name) for name in names}
    manifest = "[dependencies]\n" + "".join(f'{name} = {{ path = "../{name}", optional = true }}\n' for name in names)
    folder = make(manifest, settings=EACH.replace("each", depth), files=files)
    ran = buildkit("check", "-C", str(folder), "--only", "isolation", "-p", "app", "--format", "json", timeout=60)
    assert ran.code == ExitCode.PASSED
    assert [proof["selections"] for proof in ran.document["proofs"]] == [2**60]


CYCLE = [(number, (number + 1) % 60) for number in range(60)]
MANY = [(0, 1), (0, 59), *((number, number * step % 59) for number in range(1, 59) for step in (2, 3, 7))]


@pytest.mark.parametrize(
    ("pairs", "selections", "code"),
    [
        pytest.param(CYCLE, 3461452808002, ExitCode.PASSED, id="counted"),
        pytest.param(MANY, None, ExitCode.PASSED, id="not counted"),
        pytest.param(CYCLE[1:], 4052739537881, ExitCode.FAILED, id="reached"),
    ],
)
def test_sixty_entangled_features_are_judged(
    make: Make, buildkit: Buildkit, pairs: list[tuple[int, int]], selections: int | None, code: ExitCode
) -> None:
    values = {0: '"dep:b"', 1: '"b?/wide"', 59: '"b?/wide"'}
    features = "".join(f"f{number} = [{values.get(number, '')}]\n" for number in range(60))
    exclusive = ", ".join(f'["f{one}", "f{other}"]' for one, other in pairs)
    deny = '[package.app.target.native]\nextra = "*"\ndepth = "each"\ndeny = [{ crate = "b", features = ["wide"] }]\n'
    folder = make(
        f'[features]\n{features}[dependencies]\nb = {{ path = "../b", optional = true }}\n',
        settings=f"[package.app]\nexclusive = [{exclusive}]\n{deny}",
        files={"b/Cargo.toml": PACKAGE.format(name="b") + "[features]\nwide = []\n"},
    )
    ran = buildkit("check", "-C", str(folder), "--only", "isolation", "-p", "app", "--format", "json", timeout=60)
    (proof,) = ran.document["proofs"]
    assert (ran.code, proof["selections"]) == (code, selections)
    assert [finding["minimal_features"] for finding in proof["findings"]] == ([["f0", "f1"]] if code else [])


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        pytest.param({"RUSTC_WRAPPER": "/absent/sccache"}, "the wrapper of rustc /absent/sccache is missing", id="wrapper missing"),
        pytest.param({"RUSTC_WRAPPER": "/bin/false"}, "the wrapper of rustc /bin/false fails", id="wrapper fails"),
        pytest.param({"RUSTFLAGS": "--nonsense"}, "rustc refuses the flags that it is given: Unrecognized option: 'nonsense'", id="flags"),
    ],
)
def test_what_stands_between_cargo_and_rustc_is_named(make: Make, environment: dict[str, str], told: str) -> None:
    ran = Buildkit(folder=make(), environment=environment)("check")
    assert ran.code == ExitCode.TOOLCHAIN
    assert ran.err.startswith(f"error: {told}")


def test_a_workspace_may_lie_in_a_folder_of_any_name(make: Make, buildkit: Buildkit, tmp_path: Path) -> None:
    folder = make('[dependencies]\nb = { path = "../b" }\n', files={"b/Cargo.toml": PACKAGE.format(name="b")})
    for name in ("sp ace", "quo'te", 'dq"uote', "üni→code", "per%cent%20x", "do$llar"):
        moved = folder.rename(tmp_path / name)
        assert verdicts(buildkit, moved) == (ExitCode.PASSED, [("pass", ""), ("pass", "")]), name
        folder = moved


def vendored(folder: Path) -> None:
    """Vendor a workspace's one dependency by hand: a package with the checksums that cargo asks for."""
    write_files(folder, {"vendor/far/Cargo.toml": PACKAGE.format(name="far") + "[features]\nwide = []\n"})
    (folder / "vendor" / "far" / ".cargo-checksum.json").write_text('{"files":{},"package":null}')
    (folder / ".cargo").mkdir()
    (folder / ".cargo" / "config.toml").write_text(
        '[source.crates-io]\nreplace-with = "vendored-sources"\n[source.vendored-sources]\ndirectory = "vendor"\n'
    )


def test_a_vendored_workspace_needs_no_network(make: Make, tmp_path: Path) -> None:
    folder = make('[dependencies]\nfar = { version = "0.1", optional = true, features = ["wide"] }\n', settings=EACH)
    vendored(folder)
    buildkit = Buildkit(folder=folder, environment={"CARGO_HOME": str(tmp_path / "home")})
    assert verdicts(buildkit, folder, "--offline") == (ExitCode.PASSED, [("pass", ""), ("pass", "")])
    why = buildkit("why", "app", "native", "far/wide", "--offline")
    assert (why.code, "far (wide)" in why.out or "wide" in why.out) == (ExitCode.PASSED, True)
    (folder / "vendor" / "far").rename(folder / "gone")
    lost = buildkit("check", "--offline")
    assert lost.code == ExitCode.TOOLCHAIN
    assert lost.err.startswith(f"error: a crate is not among the vendored ones in {folder}/vendor: no matching package named `far` found")
    assert "hint: cargo vendor" in lost.err


@dataclass(frozen=True, kw_only=True)
class SilentServer:
    """A server that accepts connections and never answers."""

    port: int
    connections: list[socket.socket] = field(default_factory=list)


@pytest.fixture
def silent_server() -> Iterator[SilentServer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = SilentServer(port=listening.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    server.connections.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in server.connections:
            connection.close()


def with_silent_registry(folder: Path, port: int, timeout: int) -> Buildkit:
    (folder / ".cargo").mkdir()
    source = f'[source.crates-io]\nreplace-with = "silent"\n[source.silent]\nregistry = "sparse+http://127.0.0.1:{port}/"\n'
    (folder / ".cargo" / "config.toml").write_text(f"{source}[http]\ntimeout = {timeout}\n[net]\nretry = 1\n")
    return Buildkit(folder=folder, environment={"CARGO_HOME": str(folder.parent / "home")})


def test_a_registry_that_does_not_answer_is_told_and_so_is_the_waiting(make: Make, silent_server: SilentServer) -> None:
    folder = make('[dependencies]\nfar = "1"\n')
    ran = with_silent_registry(folder, silent_server.port, 1)("check")
    assert ran.code == ExitCode.TOOLCHAIN
    assert "waiting for a server: [28] Timeout was reached" in ran.out + ran.err
    assert "error: a crate could not be fetched: failed to get `far` as a dependency of package `app v0.1.0" in ran.err
    assert f"failed to download from `http://127.0.0.1:{silent_server.port}/config.json`: [28] Timeout was reached" in ran.err


def test_an_interrupt_ends_the_wait_for_a_registry(make: Make, silent_server: SilentServer) -> None:
    folder = make('[dependencies]\nfar = "1"\n')
    environment = {**os.environ, "CARGO_HOME": str(with_silent_registry(folder, silent_server.port, 600).environment["CARGO_HOME"])}
    with subprocess.Popen(
        (sys.executable, "-m", "buildkit", "check"),
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as waiting:
        assert until(lambda: len(silent_server.connections) > 0)
        waiting.send_signal(signal.SIGINT)
        _, err = waiting.communicate(timeout=10)
    assert (waiting.returncode, err) == (ExitCode.INTERRUPTED, "error: interrupted\n")
