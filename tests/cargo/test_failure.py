"""What cargo says when it gives up, as one sentence with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.failure import explain_failure, explain_obstacle
from buildkit.errors import BuildkitError, ConfigurationError, ExitCode, UsageError
from buildkit.process import NOT_STARTED, Command, Completed

FOLDER = Path("/ws")

BROKEN_VALUE = """\
error: invalid type: integer `5`, expected a version string like "0.9.8" or a detailed dependency like { version = "0.9.8" }
 --> crates/app/Cargo.toml:6:9
  |
6 | serde = 5
  |         ^
"""
BROKEN_FEATURE = """\
error: failed to parse manifest at `/ws/Cargo.toml`

Caused by:
  feature `a` includes `b` which is neither a dependency nor another feature

  help: a feature with a similar name exists: `a`
"""
BROKEN_LOCK = """\
error: failed to parse lock file at: /ws/Cargo.lock

Caused by:
  TOML parse error at line 8, column 6
    |
  8 | this is not toml [
    |      ^
  key with no value, expected `=`
"""
NO_LOCK = (
    "error: cannot create the lock file /ws/Cargo.lock because --locked was passed to prevent this\nhelp: to generate the lock file …\n"
)
NO_NETWORK = """\
    Updating crates.io index
error: failed to get `serde` as a dependency of package `a v0.1.0 (/ws)`

Caused by:
  download of config.json failed

Caused by:
  [6] Could not resolve hostname
"""
OFFLINE = "error: no matching package named `serde` found\nAs a reminder, you're using offline mode (--offline) which can sometimes cause surprising failures\n"
GONE = """\
error: failed to get `gone` as a dependency of package `a v0.1.0 (/ws)`

Caused by:
  failed to read `/ws/gone/Cargo.toml`

Caused by:
  No such file or directory (os error 2)
"""


def ended(stderr: str, returncode: int = 101) -> Completed:
    return Completed(command=Command(argv=("cargo", "metadata"), cwd=FOLDER), returncode=returncode, stdout="", stderr=stderr, seconds=0.0)


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        pytest.param(BROKEN_VALUE, ConfigurationError, "/ws/crates/app/Cargo.toml:6: invalid type: integer `5`", id="wrong value"),
        pytest.param(BROKEN_FEATURE, ConfigurationError, "/ws/Cargo.toml: feature `a` includes `b` which is neither", id="wrong feature"),
        pytest.param(BROKEN_LOCK, ConfigurationError, "/ws/Cargo.lock:8: key with no value, expected `=`", id="broken lock file"),
        pytest.param(NO_LOCK, ConfigurationError, "/ws/Cargo.lock: is missing or out of date, and --locked forbids", id="no lock file"),
        pytest.param(GONE, ConfigurationError, "/ws/gone/Cargo.toml: No such file or directory", id="missing path dependency"),
        pytest.param(
            "error: could not find `Cargo.toml` in `/ws` or any parent directory",
            UsageError,
            "no Cargo workspace at or above /ws",
            id="none",
        ),
    ],
)
def test_a_failure_names_the_file_and_the_line(said: str, kind: type[BuildkitError], message: str) -> None:
    error = explain_failure(ended(said))
    assert isinstance(error, kind)
    assert error.message.startswith(message)
    assert error.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("said", [pytest.param(NO_NETWORK, id="no network"), pytest.param(OFFLINE, id="offline")])
def test_a_crate_that_cannot_be_fetched_is_no_fault_of_the_code(said: str) -> None:
    error = explain_failure(ended(said))
    assert error.message.startswith("a crate could not be fetched")
    assert error.exit_code is ExitCode.TOOLCHAIN


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        pytest.param(ended("", -9), "cargo was killed by SIGKILL", id="cargo killed"),
        pytest.param(ended("cargo: command not found", NOT_STARTED), "cargo cannot be started: cargo: command not found", id="no cargo"),
        pytest.param(
            ended(
                "error: could not compile `a`\n\nCaused by:\n  process didn't exit successfully: `rustc` (signal: 11, SIGSEGV: invalid memory)"
            ),
            "a compiler process was killed by SIGSEGV",
            id="rustc killed",
        ),
        pytest.param(
            ended(
                "error: failed to run custom build command for `app v0.1.0 (/ws)`\n\nCaused by:\n"
                "  process didn't exit successfully: `/t/build-script-build` (signal: 6, SIGABRT: process abort signal)"
            ),
            "the build script of app was killed by SIGABRT",
            id="build script killed",
        ),
        pytest.param(
            ended("error: the compiler unexpectedly panicked. this is a bug.\n\nerror: could not compile `app` (lib)"),
            "rustc crashed: the compiler unexpectedly panicked",
            id="rustc panicked",
        ),
        pytest.param(
            ended(
                "   Compiling app v0.1.0 (/ws)\nsccache: error: no cache\nerror: could not compile `app` (lib)\n\nCaused by:\n"
                "  process didn't exit successfully: `/bin/sccache /rust/bin/rustc --crate-name app` (exit status: 2)"
            ),
            "/bin/sccache ended with exit code 2: sccache: error: no cache",
            id="wrapper fails",
        ),
        pytest.param(
            ended(
                "    Checking app v0.1.0 (/ws)\nerror: could not compile `app` (lib)\n\nCaused by:\n"
                "  process didn't exit successfully: `/rust/bin/rustc --crate-name app` (exit status: 254)"
            ),
            "/rust/bin/rustc ended with exit code 254 without a word",
            id="silent end",
        ),
        pytest.param(
            ended(
                "error: failed to run custom build command for `app v0.1.0 (/ws)`\n\nCaused by:\n"
                "  could not execute process `/t/build-script-build` (never executed)\n\nCaused by:\n  No such file or directory (os error 2)"
            ),
            "/t/build-script-build could not be started: No such file or directory (os error 2)",
            id="build script gone",
        ),
        pytest.param(
            ended("error: failed to write `x`\n\nCaused by:\n  No space left on device (os error 28)"), "the disk is full", id="full"
        ),
        pytest.param(
            ended("error: failed to open: `/ro/.cargo-lock`\n\nCaused by:\n  Permission denied (os error 13)"),
            "cargo may not write",
            id="denied",
        ),
    ],
)
def test_what_is_no_judgement_of_the_code_is_told_apart(done: Completed, expected: str) -> None:
    obstacle = explain_obstacle(done)
    assert obstacle is not None
    assert obstacle.startswith(expected)


def test_an_error_of_the_code_is_no_obstacle() -> None:
    assert (
        explain_obstacle(ended("error[E0432]: unresolved import `a`\nerror: could not compile `app` (lib) due to 1 previous error")) is None
    )


@pytest.mark.parametrize("words", ["Permission denied (os error 13)", "No space left on device", "failed to connect to the device"])
def test_what_a_build_script_says_is_its_judgement_of_the_code(words: str) -> None:
    said = f"error: failed to run custom build command for `app`\n\nCaused by:\n  exit status: 1\n  --- stderr\n  {words}\n"
    assert explain_obstacle(ended(said)) is None


def test_a_full_disk_that_rustc_tells_of_is_an_obstacle() -> None:
    told = "failed to write file dep-graph.part.bin: No space left on device (os error 28)"
    assert explain_obstacle(ended("error: could not compile `app`"), told) == "the disk is full: cargo could not write its output"


def test_a_linker_that_is_killed_judges_nothing() -> None:
    told = (
        "error: linking with `cc` failed: exit status: 1\n"
        "  = note: collect2: fatal error: ld terminated with signal 7 [Bus error]\n          compilation terminated.\n"
    )
    assert explain_obstacle(ended("error: could not compile `app`"), told) == "the linker was killed by signal 7 [Bus error]"
