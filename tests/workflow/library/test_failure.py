"""A library that cannot be had is told in one sentence, and whose fault it is by the exit code."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from buildkit.cargo.messages import Code, CompilerMessage, Diagnostic, MessageTarget, Span
from buildkit.errors import ExitCode
from buildkit.process import Command, Completed
from buildkit.workflow.library.failure import library_error

TARGET = MessageTarget(name="app", kind=("lib",))


def failed(stderr: str = "", returncode: int = 101) -> Completed:
    command = Command(argv=("cargo", "build"), cwd=Path("/ws"))
    return Completed(command=command, returncode=returncode, stdout="", stderr=stderr, seconds=1.0)


def refusal(message: str, code: str | None = None, line: int | None = None) -> CompilerMessage:
    spans = () if line is None else (Span(file_name="src/lib.rs", line_start=line, is_primary=True),)
    diagnostic = Diagnostic(message=message, level="error", code=None if code is None else Code(code=code), spans=spans)
    return CompilerMessage(package_id="app", target=TARGET, message=diagnostic)


@pytest.mark.parametrize(
    ("done", "messages", "said", "code"),
    [
        pytest.param(
            failed(),
            (refusal("mismatched types", "E0308", 7), refusal("mismatched types", "E0308", 8)),
            "the library does not compile: error[E0308]: mismatched types at src/lib.rs:7 (and 1 more)",
            ExitCode.FAILED,
            id="code",
        ),
        pytest.param(
            failed("error: failed to run custom build command for `ring v0.17.14`\n"),
            (),
            "the library could not be compiled: failed to run custom build command for `ring v0.17.14`",
            ExitCode.FAILED,
            id="build script",
        ),
        pytest.param(
            failed(), (refusal("can't find crate for `core`", "E0463"),), "can't find crate for `core`", ExitCode.TOOLCHAIN, id="no std"
        ),
        pytest.param(failed(returncode=-signal.SIGKILL), (), "was killed by SIGKILL", ExitCode.TOOLCHAIN, id="killed"),
        pytest.param(
            failed("error: could not write: No space left on device (os error 28)\n"),
            (),
            "disk is full",
            ExitCode.TOOLCHAIN,
            id="full disk",
        ),
    ],
)
def test_a_failed_build_is_one_sentence(done: Completed, messages: tuple[CompilerMessage, ...], said: str, code: ExitCode) -> None:
    error = library_error("the library", done, messages)
    assert said in error.message
    assert "\n" not in error.message
    assert error.exit_code is code
    assert error.hint
