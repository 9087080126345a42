"""Tell a compilation whose output was taken away while it ran from one that rustc refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from buildkit.cargo.messages import CompilerArtifact, CompilerMessage, Message

LASTING: Final = frozenset({"", ".rlib", ".rmeta", ".so", ".dylib", ".wasm"})
"""The endings of files that a compilation leaves for those after it; programs have none."""

GONE: Final = ("no such file or directory", "does not exist")
READ_BY_CODE: Final = "couldn't read"
"""How rustc says that the code itself includes a file that is not there."""


def disturbance(folder: Path, messages: Iterable[Message]) -> str | None:
    """Return that `folder`, where cargo writes, was emptied while it ran; `None` where everything is where cargo left it.

    `messages` are those of a call that failed. What rustc then says of a missing crate is no judgement of the code.
    """
    told = tuple(messages)
    if all(file.exists() for file in _made(told)) and not any(_misses(folder, line) for line in _said(told)):
        return None
    return f"{folder} was changed or removed while cargo was compiling; run it again"


def _made(messages: Iterable[Message]) -> Iterator[Path]:
    for message in messages:
        if isinstance(message, CompilerArtifact):
            yield from (file for file in message.filenames if file.suffix in LASTING)


def _said(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        if isinstance(message, CompilerMessage) and message.message.level.startswith("error"):
            yield from (message.message.rendered or message.message.message).splitlines()


def _misses(folder: Path, line: str) -> bool:
    lowered = line.lower()
    return str(folder) in line and READ_BY_CODE not in lowered and any(words in lowered for words in GONE)
