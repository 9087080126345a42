"""Where manifests say what cargo refuses; the texts are those of cargo 1.95."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.failure import explain_failure
from buildkit.errors import BuildkitError, ConfigurationError, ExitCode
from buildkit.process import Command, Completed

APP = """\
[package]
name = "app"
version = "0.1.0"
[dependencies]
itoa = "99"
b = { path = "../b", optional = true }
[features]
f = ["f"]
x = ["b/nope"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "Cargo.toml").write_text('[workspace]\nmembers = ["app", "b*"]\n')
    (tmp_path / "app" / "Cargo.toml").write_text(APP)
    return tmp_path


def refused(folder: Path, said: str) -> BuildkitError:
    said = said.replace("/ws", str(folder))
    return explain_failure(
        Completed(command=Command(argv=("cargo", "metadata"), cwd=folder), returncode=101, stdout="", stderr=said, seconds=0.1)
    )


CYCLE = "error: cyclic feature dependency: feature `f` depends on itself\n"
UNKNOWN_DEPENDENCY = """\
error: failed to parse manifest at `/ws/app/Cargo.toml`

Caused by:
  feature `x` includes `dep:nope`, but `nope` is not listed as a dependency
"""
UNKNOWN_FEATURE = """\
error: failed to select a version for `b`.
    ... required by package `app v0.1.0 (/ws/app)`
versions that meet the requirements `*` are: 0.1.0

package `app` depends on `b` with feature `nope` but `b` does not have that feature.


failed to select a version for `b` which could resolve this conflict
"""
NO_VERSION = """\
    Updating crates.io index
error: failed to select a version for the requirement `itoa = "^99"`
candidate versions found which didn't match: 1.0.18, 1.0.17, 1.0.16, ...
location searched: crates.io index
required by package `app v0.1.0 (/ws/app)`
"""
BAD_VERSION = """\
error: failed to load manifest for workspace member `/ws/app`
referenced by workspace at `/ws/Cargo.toml`

Caused by:
  failed to parse manifest at `/ws/app/Cargo.toml`

Caused by:
  failed to parse the version requirement `abc` for dependency `itoa`

Caused by:
  unexpected character 'a' while parsing major version number
"""
MEMBER_GONE = """\
error: failed to load manifest for workspace member `/ws/gone`
referenced by workspace at `/ws/Cargo.toml`

Caused by:
  failed to read `/ws/gone/Cargo.toml`

Caused by:
  No such file or directory (os error 2)
"""
DEPENDENCY_GONE = """\
error: failed to load manifest for workspace member `/ws/app`
referenced by workspace at `/ws/Cargo.toml`

Caused by:
  failed to load manifest for dependency `b`

Caused by:
  failed to read `/ws/b/Cargo.toml`

Caused by:
  No such file or directory (os error 2)
"""
TWICE = """\
error: two packages named `app` in this workspace:
- /ws/b/Cargo.toml
- /ws/app/Cargo.toml
"""
NOT_UTF8 = """\
error: failed to load manifest for workspace member `/ws/app`
referenced by workspace at `/ws/Cargo.toml`

Caused by:
  path at `/ws/app/Cargo.toml` was not valid utf-8
"""
UPDATED = """\
error: cannot update the lock file /ws/Cargo.lock because --locked was passed to prevent this
help: to generate the lock file without accessing the network, remove the --locked flag and use --offline instead.
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(CYCLE, "app/Cargo.toml:8: feature 'f' includes itself", id="feature that includes itself"),
        pytest.param(UNKNOWN_DEPENDENCY, "app/Cargo.toml:9: feature `x` includes `dep:nope`, but", id="unknown dependency in a feature"),
        pytest.param(UNKNOWN_FEATURE, "app/Cargo.toml:9: package `app` depends on `b` with feature `nope` but", id="unknown feature"),
        pytest.param(
            NO_VERSION, 'app/Cargo.toml:5: failed to select a version for the requirement `itoa = "^99"`; candidate', id="no version"
        ),
        pytest.param(BAD_VERSION, "app/Cargo.toml:5: unexpected character 'a' while parsing", id="no version number"),
        pytest.param(MEMBER_GONE, "gone/Cargo.toml: No such file or directory (os error 2); /ws/Cargo.toml has it", id="member gone"),
        pytest.param(DEPENDENCY_GONE, "b/Cargo.toml: No such file or directory (os error 2); /ws/app/Cargo.toml:6 depends", id="path gone"),
        pytest.param(TWICE, "app/Cargo.toml:2: a second package is named 'app'; the first is /ws/b/Cargo.toml", id="one name twice"),
        pytest.param(NOT_UTF8, "app/Cargo.toml: is not UTF-8", id="no text"),
        pytest.param(UPDATED, "Cargo.lock: is missing or out of date, and --locked forbids", id="lock file that disagrees"),
    ],
)
def test_a_refusal_names_the_line_that_is_to_be_edited(folder: Path, said: str, expected: str) -> None:
    error = refused(folder, said)
    assert isinstance(error, ConfigurationError)
    assert error.message.startswith(f"{folder}/{expected.replace('/ws', str(folder))}")
    assert error.exit_code is ExitCode.USAGE


def test_a_path_that_is_no_text_is_told(folder: Path) -> None:
    error = refused(folder, "error: path contains invalid UTF-8 characters\n")
    assert error.message == f"the path {str(folder)!r} is not UTF-8, and cargo cannot use it"
