"""Say why a library could not be compiled."""

from __future__ import annotations

from collections.abc import Iterable

from buildkit.cargo.failure import explain_obstacle, first_error
from buildkit.cargo.messages import CompilerMessage, Message
from buildkit.errors import BuildkitError, ExitCode, ToolchainError
from buildkit.execute.compile import MISSING_STD
from buildkit.process import Completed


class LibraryError(BuildkitError):
    """The library's code does not compile."""

    exit_code = ExitCode.FAILED


def library_error(title: str, done: Completed, messages: Iterable[Message]) -> BuildkitError:
    """Return the sentence for a failed call of cargo, with rustc's first error and its place."""
    errors = [message.message for message in messages if isinstance(message, CompilerMessage) and message.message.level.startswith("error")]
    told = "\n".join(error.rendered or error.message for error in errors if not error.spans)
    obstacle = explain_obstacle(done, told)
    if obstacle is not None:
        return ToolchainError(f"{title} could not be compiled: {obstacle}", hint=done.command.shell)
    if not errors:
        return LibraryError(f"{title} could not be compiled: {first_error(done.stderr)}", hint=done.command.shell)
    first = errors[0]
    if first.code is not None and first.code.code in MISSING_STD and not first.spans:
        return ToolchainError(f"{title} could not be compiled: {first.message}", hint="buildkit toolchain ensure")
    place = next((f" at {span.file_name}:{span.line_start}" for span in first.spans if span.is_primary), "")
    code = "" if first.code is None else f"[{first.code.code}]"
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return LibraryError(f"{title} does not compile: error{code}: {first.message.splitlines()[0]}{place}{more}", hint=done.command.shell)
