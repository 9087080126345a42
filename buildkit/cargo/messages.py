"""What `cargo --message-format json` reports while it compiles.

The format is that of the Cargo book's "JSON messages"; reasons that buildkit does not use are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from buildkit.cargo.decoding import decode_path

MESSAGE_FORMAT: Final = "json"

MESSAGE_START: Final = '{"reason":'
"""How each line begins that is a message; what programs print stands between them."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Where a diagnostic points to; lines are counted from 1."""

    file_name: str
    line_start: int
    is_primary: bool


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """The code of a diagnostic, such as `E0432`."""

    code: str


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One message of rustc; `rendered` is its text as a terminal would show it, without color."""

    message: str
    level: str
    code: Code | None = None
    spans: tuple[Span, ...] = ()
    rendered: str | None = None

    @property
    def is_crash(self) -> bool:
        """Say whether rustc crashed; it then calls the level of whatever it was about to say so."""
        return self.level == "error: internal compiler error"


class MessageTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The cargo target that a message is about."""

    name: str
    kind: tuple[str, ...]
    crate_types: tuple[str, ...] = ()


class CompilerMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="reason", tag="compiler-message"):
    """A diagnostic, and the package it is about."""

    package_id: str
    target: MessageTarget
    message: Diagnostic


class CompilerArtifact(msgspec.Struct, frozen=True, kw_only=True, tag_field="reason", tag="compiler-artifact"):
    """What a compilation made; `fresh` says that nothing had to be compiled."""

    package_id: str
    target: MessageTarget
    features: tuple[str, ...]
    filenames: tuple[Path, ...]
    executable: Path | None = None
    fresh: bool


class BuildScriptExecuted(msgspec.Struct, frozen=True, kw_only=True, tag_field="reason", tag="build-script-executed"):
    """A build script that ran now or earlier; what it printed lies in `output`, beside `out_dir`.

    `linked_libs` are `KIND=NAME` and `linked_paths` `KIND=FOLDER`, each perhaps without the kind.
    """

    package_id: str
    out_dir: Path
    linked_libs: tuple[str, ...] = ()
    linked_paths: tuple[str, ...] = ()


class BuildFinished(msgspec.Struct, frozen=True, kw_only=True, tag_field="reason", tag="build-finished"):
    """The last message of a call."""

    success: bool


class _Reason(msgspec.Struct, frozen=True, kw_only=True):
    reason: str


Message = CompilerMessage | CompilerArtifact | BuildScriptExecuted | BuildFinished
_KNOWN: Final = frozenset({"compiler-message", "compiler-artifact", "build-script-executed", "build-finished"})
_reason = msgspec.json.Decoder(_Reason)
_message: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message, dec_hook=decode_path)


def parse_messages(lines: Iterable[str]) -> tuple[Message, ...]:
    """Return the messages that buildkit reads, in order. Lines that are no message (a build script's chatter) are passed over."""
    return tuple(message for line in lines if (message := parse_message(line)) is not None)


def parse_message(line: str) -> Message | None:
    """Parse one line, `None` where it is none of the messages that buildkit reads."""
    if not line.startswith("{"):
        return None
    try:
        return _message.decode(line) if _reason.decode(line).reason in _KNOWN else None
    except msgspec.DecodeError:
        return None
