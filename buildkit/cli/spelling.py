"""What is typed before it is parsed: cargo's arguments after `--`, and options that other tools know and buildkit spells otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from buildkit.errors import UsageError

EVERY: Final = "*"
"""How `--optional-deps` without a list is spelled."""

CARGO_ARGUMENT: Final = "--cargo-argument"
"""The hidden option by which the arguments after `--` reach a verb."""

CHECKING: Final = frozenset({"check", "build", "plan"})
"""The verbs that stand where `cargo hack` stood."""

PASSED_OVER: Final = frozenset({"--keep-going", "--all", "--no-manifest-path"})
"""Options of cargo-hack that say what is so in any case."""

AFTER_DASHES: Final = frozenset(
    {
        *("--lib", "--bins", "--bin", "--examples", "--example", "--tests", "--test", "--benches", "--bench", "--all-targets", "--doc"),
        *("--release", "--ignore-rust-version", "--frozen", "--no-run", "--no-deps", "--no-fail-fast", "--timings", "-Z", "-r"),
    }
)

INSTEAD: Final[Mapping[str, tuple[str, str]]] = {
    "--no-private": ("manifests are not edited", "--ignore-private leaves such packages out"),
    "--remove-dev-deps": ("manifests are not edited", "--no-dev-deps, or leave it out: a check builds no dev-dependencies"),
    "--rust-version": ("one compiler checks all cells", "RUSTUP_TOOLCHAIN=1.85 buildkit check"),
    "--version-range": ("one compiler checks all cells", "RUSTUP_TOOLCHAIN=1.85 buildkit check, once for each version"),
    "--version-step": ("one compiler checks all cells", "RUSTUP_TOOLCHAIN=1.85 buildkit check, once for each version"),
    "--clean-per-run": ("nothing is cleaned between cells: what is built for one serves the others", "leave it out"),
    "--clean-per-version": ("one compiler checks all cells", "leave it out"),
    "--print-command-list": ("the plan lists cargo's calls", "buildkit plan, with the same options"),
    "--log-group": ("a run is grouped for GitHub by an option of its own", "--github"),
    "--workspace-behavior": ("each package is resolved by itself", "leave it out"),
    "--manifest-path": ("a workspace is found by its folder", "-C DIR, and -p PACKAGE for one package"),
    "--include-deps-features": ("features of dependencies are selected by name", "--features DEPENDENCY/FEATURE"),
    "--no-default-features": ("default features are selected only where 'default' is listed", "--features LIST, or --features - for none"),
}


def spelled(arguments: Sequence[str]) -> list[str]:
    """Return a command line as the parser takes it; raises `UsageError` for an option that goes by another name here."""
    words = list(arguments)
    verb = next((word for word in words if not word.startswith("-")), None)
    if verb not in CHECKING:
        return words
    split = words.index("--") if "--" in words else len(words)
    return [*_own(words[:split]), *(f"{CARGO_ARGUMENT}={word}" for word in words[split + 1 :])]


def _own(words: Sequence[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        name = word.partition("=")[0]
        following = words[place + 1] if place + 1 < len(words) else "-"
        if name in INSTEAD:
            reason, hint = INSTEAD[name]
            raise UsageError(f"{name} is no option here: {reason}", hint=hint)
        if name in AFTER_DASHES:
            raise UsageError(f"{name} is cargo's: it goes after --", hint=f"buildkit … -- {word}")
        if word == "--optional-deps" and following.startswith("-"):
            yield f"{word}={EVERY}"
        elif word == "--workspace" and following.startswith("-"):
            # cargo's flag for all members, which are checked in any case; with a folder it is buildkit's own.
            continue
        elif word not in PASSED_OVER:
            yield word
