"""What a call of cargo compiles, by its arguments."""

from __future__ import annotations

from typing import Final

from buildkit.cargo.calls import CargoCommand
from buildkit.cargo.linting import SEPARATOR, lint_words
from buildkit.records import dataclass

SELECTING: Final = frozenset(
    {"--package", "-p", "--features", "--target", "--target-dir", "--message-format", "--jobs", "-j", "--manifest-path"}
)
"""Options with a value that the rest of a key says better, or that change nothing but how cargo works."""

SILENT: Final = frozenset(
    {"--no-default-features", "--locked", "--offline", "--frozen", "--keep-going", "--quiet", "-q", "--verbose", "-v"}
)
PROFILE: Final = frozenset({"--profile", "--config"})
PROFILE_SETTING: Final = "profile."
"""How an argument of `--config` begins that says a setting of a cargo profile; another may name a file."""

RELEASE: Final = frozenset({"--release", "-r"})

CHECKING: Final = frozenset({CargoCommand.CHECK.value, CargoCommand.CLIPPY.value})
"""The subcommands that compile and do nothing else."""

WIDENING: Final = frozenset({"--lib", "--bins", "--tests", "--examples", "--benches", "--all-targets"})
NAMING: Final = frozenset({"--bin", "--test", "--example", "--bench"})
"""Options that select cargo targets, with a name or without."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a command compiles: `words` are the arguments that decide it, `is_closure` says that it is the closure of the cell alone.

    `is_known` says that every argument is one of which it is clear that no file is read for it and none is written.
    """

    verb: str
    words: tuple[str, ...]
    is_closure: bool
    is_known: bool


def scope_of(argv: tuple[str, ...]) -> Scope:
    """Take a call of cargo, or of clippy, apart."""
    verb = argv[1]
    lints = lint_words(argv[2:])
    is_clippy = verb == CargoCommand.CLIPPY.value
    words: list[str] = []
    others: list[str] = []
    named: list[str] = []
    rest = iter(lints.own)
    for word in rest:
        name, equals, _ = word.partition("=")
        if name in SELECTING or name in SILENT:
            if name in SELECTING and not equals:
                next(rest, None)
        elif name in PROFILE | NAMING:
            value = word if equals else next(rest, "")
            words += (word,) if equals else (word, value)
            named += (value.partition("=")[2] if equals else value,) if name == "--config" else ()
            others += (word,) if name in NAMING else ()
        else:
            words.append(word)
            others += () if word in RELEASE else (word,)
    # For other subcommands, what comes last is for the programs that they run.
    last = (("--no-deps",) if lints.no_deps else ()) + ((SEPARATOR, *lints.told) if lints.told else ())
    settings = all(value.startswith(PROFILE_SETTING) for value in named)
    selects = all(word.partition("=")[0] in WIDENING | NAMING for word in others)
    return Scope(
        verb=verb,
        words=(*words, *last),
        is_closure=verb in CHECKING and not others and (is_clippy or not last),
        is_known=verb in CHECKING and settings and selects and (lints.is_known if is_clippy else not last),
    )
