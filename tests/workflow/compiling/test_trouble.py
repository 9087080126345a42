from __future__ import annotations

from pathlib import Path

import pytest
from compiled_errors import diagnostic

from buildkit.cargo.messages import Diagnostic
from buildkit.errors import ExitCode, ToolchainError
from buildkit.process import NOT_STARTED, Command, Completed
from buildkit.workflow.compiling.trouble import TROUBLES, find_trouble, own_words, trouble_of

CALL = Command(argv=("rustc", "main.rs"), cwd=Path("/"))


def found(*errors: Diagnostic, code: int = 1, beside: str = "") -> ToolchainError | None:
    done = Completed(command=CALL, returncode=code, stdout="", stderr=beside, seconds=1.0)
    return trouble_of(done, errors, target="wasm32-wasip2", triple="wasm32-wasip2")


def linking(*output: str, linker: str = "cc", status: str = "exit status: 1") -> Diagnostic:
    notes = "".join(f"  = note: {line}\n" for line in output)
    return diagnostic(
        f"linking with `{linker}` failed: {status}", rendered=f"error: linking with `{linker}` failed: {status}\n  |\n{notes}\n\n"
    )


CASES = (
    pytest.param(diagnostic("can't find crate for `std`", code="E0463"), "standard library", "toolchain ensure", id="no std"),
    pytest.param(diagnostic("can't find crate for `core`", 1, code="E0463"), "no crate core", "toolchain ensure", id="no core"),
    pytest.param(
        diagnostic("found crate `std` compiled by an incompatible version of rustc", code="E0514"),
        "another compiler's",
        "toolchain ensure",
        id="another std",
    ),
    pytest.param(
        diagnostic("found crate `runtara_workflow_stdlib` compiled by an incompatible version of rustc", 1, code="E0514"),
        "made by another compiler: its crate runtara_workflow_stdlib",
        "buildkit prebuild -t wasm32-wasip2",
        id="another library",
    ),
    pytest.param(
        diagnostic("can't find crate for `serde` which `runtara_workflow_stdlib` depends on", 1, code="E0463"),
        "its crate serde",
        "buildkit prebuild",
        id="a crate is missing",
    ),
    pytest.param(
        diagnostic("found possibly newer version of crate `serde` which `x` depends on", 1, code="E0460"),
        "its crate serde",
        "buildkit prebuild",
        id="a crate is another one",
    ),
    pytest.param(
        diagnostic("couldn't find crate `x` with expected target triple wasm32-wasip2", 1, code="E0461"), "crate x", "prebuild", id="triple"
    ),
    pytest.param(diagnostic("found invalid metadata files for crate `x`", 1, code="E0786"), "damaged", "buildkit prebuild", id="damaged"),
    pytest.param(diagnostic("linker `cc` not found"), "the linker cc", "toolchain ensure", id="no cc"),
    pytest.param(diagnostic("linker `rust-lld` not found"), "the linker rust-lld", "toolchain ensure", id="no lld"),
    pytest.param(diagnostic("linker `wasm-component-ld` not found"), "wasm-component-ld", "toolchain ensure", id="no component linker"),
    pytest.param(
        diagnostic("could not exec the linker `/x/cc`: Permission denied (os error 13)"),
        "/x/cc",
        "toolchain ensure",
        id="linker not executable",
    ),
    pytest.param(
        linking('error: failed to spawn "wasm-ld" "-flavor" "wasm"', linker="wasm-component-ld"), "needs wasm-ld", "ensure", id="no wasm-ld"
    ),
    pytest.param(linking("collect2: fatal error: cannot find 'ld'"), "finds no linker", "apt-get install binutils", id="no ld"),
    pytest.param(linking("/usr/bin/ld: cannot find Scrt1.o: No such file"), "Scrt1.o", "apt-get install libc6-dev", id="no C library"),
    pytest.param(linking("rust-lld: error: undefined symbol: ring_core_0_17_14__x"), "nothing defines ring_core", "prebuild", id="symbol"),
    pytest.param(linking("ld: final link failed: No space left on device"), "the disk is full", "df -h", id="disk full"),
    pytest.param(linking("collect2: fatal error: ld terminated with signal 7 [Bus error]"), "bus error", "df -h", id="bus error"),
    pytest.param(linking("rust-lld: error: unable to find library -labsent"), "archive of absent", "buildkit prebuild", id="no archive"),
    pytest.param(linking("", status="signal: 9 (SIGKILL)"), "was killed", "free -h", id="linker killed"),
    pytest.param(diagnostic("couldn't create a temp dir: Permission denied (os error 13)"), "may not write", "TMPDIR", id="no permission"),
)


@pytest.mark.parametrize(("error", "message", "hint"), CASES)
def test_a_known_trouble_is_told_with_what_mends_it(error: Diagnostic, message: str, hint: str) -> None:
    trouble = found(error)
    assert trouble is not None
    assert message in trouble.message
    assert hint in str(trouble.hint)
    assert "{" not in f"{trouble.message}{trouble.hint}"
    assert trouble.exit_code is ExitCode.TOOLCHAIN


def test_every_entry_of_the_table_is_found_by_something() -> None:
    ended = Completed(command=CALL, returncode=1, stdout="", stderr="", seconds=1.0)
    said = [own_words(ended, [case.values[0]]) for case in CASES]  # type: ignore[list-item]  # what the cases begin with
    said += ["LLVM ERROR: out of memory", "error: internal compiler error: x"]
    assert {known[0].said for text in said if (known := find_trouble(text)) is not None} == {trouble.said for trouble in TROUBLES}


@pytest.mark.parametrize(
    ("code", "beside", "message"),
    [
        pytest.param(-9, "", "rustc was killed by SIGKILL", id="killed"),
        pytest.param(-6, "memory allocation of 4096 bytes failed", "out of memory", id="allocation"),
        pytest.param(-11, "", "rustc was killed by SIGSEGV", id="crashed"),
        pytest.param(101, "error: internal compiler error: no type", "rustc crashed", id="internal error"),
        pytest.param(NOT_STARTED, "rustc: command not found", "rustc cannot be started: rustc: command not found", id="no rustc"),
    ],
)
def test_what_ends_rustc_itself_is_told(code: int, beside: str, message: str) -> None:
    trouble = found(code=code, beside=beside)
    assert trouble is not None
    assert message in trouble.message


def test_an_error_in_the_code_is_no_trouble_whatever_text_it_shows() -> None:
    shown = 'error[E0308]: mismatched types\n3 | "No space left on device; linker `cc` not found"\n'
    assert found(diagnostic("mismatched types", 3, code="E0308", rendered=shown)) is None
