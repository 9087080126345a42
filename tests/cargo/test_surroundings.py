"""What is around cargo and keeps it from its work; the texts are those of cargo 1.95."""

from __future__ import annotations

import pytest

from buildkit.cargo.surroundings import surroundings_error

DEAD_REGISTRY = """\
    Updating `dead` index
warning: spurious network error (1 try remaining): [28] Timeout was reached (Operation too slow)
error: failed to get `itoa` as a dependency of package `app v0.1.0 (/ws/app)`

Caused by:
  failed to query replaced source registry `crates-io`

Caused by:
  download of config.json failed

Caused by:
  failed to download from `http://127.0.0.1:34359/index/config.json`

Caused by:
  [28] Timeout was reached (Operation too slow)
"""
GIT_OFFLINE = """\
error: failed to get `x` as a dependency of package `app v0.1.0 (/ws/app)`

Caused by:
  failed to load source for dependency `x`

Caused by:
  unable to update https://localhost:1/x.git

Caused by:
  failed to lookup reference in preexisting repository, and can't check for updates in offline mode (--offline)

Caused by:
  reference 'refs/remotes/origin/HEAD' not found; class=Reference (4); code=NotFound (-3)
"""
NOT_VENDORED = """\
error: no matching package named `itoa` found
location searched: directory source `/ws/vendor` (which is replacing registry `crates-io`)
required by package `app v0.1.0 (/ws/app)`
As a reminder, you're using offline mode (--offline) which can sometimes cause surprising resolution failures
"""
VENDOR_GONE = """\
error: failed to get `itoa` as a dependency of package `app v0.1.0 (/ws/app)`

Caused by:
  failed to load source for dependency `itoa`

Caused by:
  unable to update registry `crates-io`

Caused by:
  failed to read root of directory source: /ws/vendor

Caused by:
  No such file or directory (os error 2)
"""
VENDOR_EDITED = """\
error: the listed checksum of `/ws/vendor/itoa/src/lib.rs` has changed:
expected: e962
actual:   94bf
"""
READ_ONLY_LOCK = """\
error: failed to write `/ws/Cargo.lock`

Caused by:
  failed to open: `/ws/Cargo.lock`

Caused by:
  Read-only file system (os error 30)
"""
READ_ONLY_TARGET = 'error: Read-only file system (os error 30) at path "/ws/target/buildkitLLluBe"\n'
WRAPPER_FAILS = """\
error: process didn't exit successfully: `/bin/sccache /rust/bin/rustc -vV` (exit status: 2)
--- stderr
sccache: error: server down
"""
WRAPPER_GONE = """\
error: could not execute process `/absent/sccache /rust/bin/rustc -vV` (never executed)

Caused by:
  No such file or directory (os error 2)
"""
NO_C_LIBRARY = """\
error: linking with `cc` failed: exit status: 1
  = note: /usr/bin/ld: cannot find Scrt1.o: No such file or directory
          /usr/bin/ld: cannot find crti.o: No such file or directory
          collect2: error: ld returned 1 exit status
"""
BAD_FLAGS = """\
error: failed to run `rustc` to learn about target-specific information

Caused by:
  process didn't exit successfully: `/rust/bin/rustc - --crate-name ___ --print=file-names --nonsense` (exit status: 1)
  --- stderr
  error: Unrecognized option: 'nonsense'
"""


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        pytest.param(
            DEAD_REGISTRY,
            "a crate could not be fetched: failed to get `itoa` as a dependency of package `app v0.1.0 (/ws/app)`: "
            "failed to download from `http://127.0.0.1:34359/index/config.json`: [28] Timeout was reached (Operation too slow)",
            "cargo fetch --locked, where there is a network",
            id="registry that does not answer",
        ),
        pytest.param(
            GIT_OFFLINE,
            "a crate could not be fetched: failed to get `x` as a dependency of package `app v0.1.0 (/ws/app)`: "
            "unable to update https://localhost:1/x.git: "
            "reference 'refs/remotes/origin/HEAD' not found; class=Reference (4); code=NotFound (-3)",
            "cargo fetch --locked, where there is a network",
            id="git offline",
        ),
        pytest.param(
            NOT_VENDORED,
            "a crate is not among the vendored ones in /ws/vendor: no matching package named `itoa` found",
            "cargo vendor",
            id="crate not vendored",
        ),
        pytest.param(
            VENDOR_GONE,
            "a crate is not among the vendored ones in /ws/vendor: failed to get `itoa` as a dependency of package `app v0.1.0 (/ws/app)`",
            "cargo vendor",
            id="vendored sources gone",
        ),
        pytest.param(
            VENDOR_EDITED,
            "/ws/vendor/itoa/src/lib.rs is vendored and was edited: its checksum has changed",
            "cargo vendor, or [patch]",
            id="vendored source edited",
        ),
        pytest.param(
            READ_ONLY_LOCK,
            "cargo may not write there: /ws/Cargo.lock: Read-only file system (os error 30)",
            "cargo generate-lockfile, where the workspace can be written",
            id="lock file cannot be written",
        ),
        pytest.param(
            READ_ONLY_TARGET,
            'cargo may not write there: Read-only file system (os error 30) at path "/ws/target/buildkitLLluBe"',
            "set CARGO_TARGET_DIR to a folder that can be written",
            id="target directory cannot be written",
        ),
        pytest.param(
            WRAPPER_FAILS,
            "the wrapper of rustc /bin/sccache fails: sccache: error: server down",
            "unset RUSTC_WRAPPER, or mend build.rustc-wrapper in .cargo/config.toml",
            id="wrapper fails",
        ),
        pytest.param(
            WRAPPER_GONE,
            "the wrapper of rustc /absent/sccache is missing",
            "unset RUSTC_WRAPPER, or mend build.rustc-wrapper in .cargo/config.toml",
            id="wrapper missing",
        ),
        pytest.param(
            NO_C_LIBRARY,
            "there is no C library to link with: the linker cannot find Scrt1.o",
            "apt-get install libc6-dev, or your distribution's package of the C library for development",
            id="no C library",
        ),
        pytest.param(
            BAD_FLAGS,
            "rustc refuses the flags that it is given: Unrecognized option: 'nonsense'",
            "look at RUSTFLAGS, and at rustflags in .cargo/config.toml",
            id="flags refused",
        ),
    ],
)
def test_what_is_around_cargo_is_named_with_the_mend(said: str, message: str, hint: str) -> None:
    error = surroundings_error(said)
    assert error is not None
    assert (error.message, error.hint) == (message, hint)


@pytest.mark.parametrize("library", ["-lcurl", "-lssl", "libcrt1.o.a"])
def test_a_library_that_the_code_asks_for_is_its_own_fault(library: str) -> None:
    assert surroundings_error(f"error: linking with `cc` failed\n  = note: /usr/bin/ld: cannot find {library}: No such file") is None
