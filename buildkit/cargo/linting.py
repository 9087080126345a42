"""What clippy is told.

`cargo clippy` is `cargo check` with clippy-driver in the place of rustc for members of the workspace. Cargo hears from clippy-driver which
arguments it had, but nothing of a configuration file that was not there yet, of other manifests, and of whether the package was
selected, which `--no-deps` looks at: what was linted before any of these changed counts as done. A mark among the arguments, a cfg that
no code asks for, makes cargo lint again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Final

from buildkit.records import dataclass

NO_DEPS: Final = "--no-deps"

SEPARATOR: Final = "--"

MARK: Final = "buildkit_inputs_"
"""How the name of the cfg begins that is a mark."""

LEVELS: Final = frozenset({"-A", "-W", "-D", "-F", "--allow", "--warn", "--deny", "--forbid", "--force-warn", "--cap-lints", "--cfg"})
"""Arguments of clippy-driver with a value that says all of what they do."""

LEVEL: Final = re.compile(r"-[AWDF][\w:-]+|--(allow|warn|deny|forbid|force-warn|cap-lints|cfg)=.+")
"""The same with the value in one word."""


@dataclass(frozen=True, kw_only=True)
class LintWords:
    """The user's arguments: `own` are cargo's, `told` what clippy-driver gets. `--no-deps` is clippy's own and stands for itself."""

    own: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    no_deps: bool = False

    @property
    def is_plain(self) -> bool:
        """Say whether the call compiles what the same call of `cargo check` would compile without any argument."""
        return not self.own

    @property
    def is_known(self) -> bool:
        """Say whether what clippy-driver is told is about lints, and names no file."""
        words = iter(self.told)
        # Wherever one stands, `@` begins the name of a file with arguments.
        named = any(word.startswith("@") for word in self.told)
        return not named and all((word in LEVELS and next(words, None) is not None) or LEVEL.fullmatch(word) for word in words)

    def marked(self, inputs: str, selected: Iterable[str]) -> tuple[str, ...]:
        """Return the arguments with a mark for what else is read; `selected` are the packages of the call."""
        read = (inputs, *self.told, *((NO_DEPS, *sorted(selected)) if self.no_deps else ()))
        mark = MARK + sha256("\0".join(read).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return (*self.own, *((NO_DEPS,) if self.no_deps else ()), SEPARATOR, *self.told, f"--cfg={mark}")


def lint_words(arguments: tuple[str, ...]) -> LintWords:
    """Take the user's arguments apart."""
    at = arguments.index(SEPARATOR) if SEPARATOR in arguments else len(arguments)
    own, told = arguments[:at], arguments[at + 1 :]
    return LintWords(
        own=tuple(word for word in own if word != NO_DEPS),
        told=tuple(word for word in told if word != NO_DEPS),
        no_deps=NO_DEPS in arguments,
    )


def for_many(words: LintWords) -> LintWords:
    """Return the arguments of a call for several packages: without `--no-deps`, more is linted, and nothing passes that would not by itself."""
    return replace(words, no_deps=False)


def mark_of(argv: tuple[str, ...]) -> str:
    """Return the mark in a call, which has one."""
    return argv[-1].partition("=")[2]
