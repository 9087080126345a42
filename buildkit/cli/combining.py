"""The options that combine features, with cargo-hack's names where it has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer

from buildkit.cli.spelling import EVERY
from buildkit.config.schema import Depth
from buildkit.errors import UsageError
from buildkit.plan import combining
from buildkit.records import dataclass

PANEL: Final = "Combinations of features (in place of the configured ones)"

NEEDS_COMBINING: Final = (
    "optional_deps",
    "include_features",
    "exclude_features",
    "exclude_no_default_features",
    "exclude_all_features",
    "group_features",
    "mutually_exclusive_features",
    "at_least_one_of",
)


def _option(*names: str, text: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, metavar=metavar, help=text, show_default=False, rich_help_panel=PANEL)


@dataclass(frozen=True, kw_only=True)
class Combining:
    """Which combinations of features."""

    powerset: Annotated[bool, _option("--powerset", "--feature-powerset", text="Every combination of the package's features.")] = False
    each_feature: Annotated[bool, _option("--each-feature", text="No feature, each one alone, and all of them.")] = False
    depth: Annotated[
        str | None,
        _option(
            "--depth",
            metavar="N|none|each|pairs|all",
            text="At most N features at once, or 'pairs': a sample in which every two occur together, apart and absent. Without --powerset,"
            " of the configured extra features.",
        ),
    ] = None
    optional_deps: Annotated[
        str | None, _option("--optional-deps", metavar="[LIST]", text="Take optional dependencies, or these, as features too.")
    ] = None
    include_features: Annotated[list[str] | None, _option("--include-features", metavar="LIST", text="Combine only these features.")] = None
    exclude_features: Annotated[
        list[str] | None, _option("--exclude-features", "--skip", metavar="LIST", text="Leave these features out.")
    ] = None
    exclude_no_default_features: Annotated[
        bool, _option("--exclude-no-default-features", text="Leave out the selection with none of the features.")
    ] = False
    exclude_all_features: Annotated[
        bool, _option("--exclude-all-features", text="Leave out the selection with all features, where it stands beside the others.")
    ] = False
    group_features: Annotated[
        list[str] | None, _option("--group-features", metavar="LIST", text="Take these features as one; repeatable.")
    ] = None
    mutually_exclusive_features: Annotated[
        list[str] | None, _option("--mutually-exclusive-features", metavar="LIST", text="At most one of these at a time; repeatable.")
    ] = None
    at_least_one_of: Annotated[
        list[str] | None, _option("--at-least-one-of", metavar="LIST", text="One or more of these at a time; repeatable.")
    ] = None
    ignore_unknown_features: Annotated[
        bool, _option("--ignore-unknown-features", text="Pass over features that a package does not have.")
    ] = False
    no_dev_deps: Annotated[
        bool, _option("--no-dev-deps", text="Say that dev-dependencies play no part, as they do not unless tests are built.")
    ] = False
    show_pruned: Annotated[bool, _option("--show-pruned", text="Say why each selection without a cell has none.")] = False

    @property
    def combines(self) -> bool:
        """Say whether the configured combinations are replaced."""
        return self.powerset or self.each_feature

    def asked(self) -> combining.Combining | None:
        """Return what is combined, `None` where the configuration says it; raises `UsageError` for options that do not fit together."""
        self._check()
        if not self.combines:
            return None
        return combining.Combining(
            depth=Depth.EACH if self.each_feature else read_depth(self.depth) or Depth.ALL,
            optional_deps=None if self.optional_deps is None else _dependencies(self.optional_deps),
            include=_names(self.include_features),
            exclude=_names(self.exclude_features),
            groups=_groups("--group-features", self.group_features),
            exclusive=_groups("--mutually-exclusive-features", self.mutually_exclusive_features),
            at_least_one_of=tuple(frozenset(_split(text)) for text in self.at_least_one_of or ()),
            asks_none=not self.exclude_no_default_features,
            asks_all=not self.exclude_all_features,
            ignores_unknown=self.ignore_unknown_features,
        )

    def configured_depth(self) -> Depth | int | None:
        """Return the depth that replaces the configured one, `None` where it stays."""
        return None if self.combines else read_depth(self.depth)

    def _check(self) -> None:
        if self.powerset and self.each_feature:
            raise UsageError("--powerset and --each-feature exclude each other", hint="--powerset --depth 1 is each feature alone")
        if self.each_feature and self.depth is not None:
            raise UsageError("--depth needs --powerset", hint=f"--powerset --depth {self.depth}")
        given = next((name for name in NEEDS_COMBINING if getattr(self, name)), None)
        if given is not None and not self.combines:
            option = f"--{given.replace('_', '-')}"
            raise UsageError(f"{option} needs --powerset or --each-feature", hint=f"--each-feature {option} …")
        if self.include_features and self.optional_deps is not None:
            raise UsageError(
                "--include-features and --optional-deps exclude each other", hint="list the dependencies in --include-features"
            )


def read_depth(text: str | None) -> Depth | int | None:
    """Read a depth: a word, or a number from 1; raises `UsageError` for anything else."""
    if text is None:
        return None
    if text in tuple(Depth):
        return Depth(text)
    if not text.isdecimal() or int(text) == 0:
        raise UsageError(f"{text!r} is no depth", hint="--depth 2, or one of: none, each, pairs, all")
    return int(text)


def _dependencies(text: str) -> tuple[str, ...] | None:
    """Return the dependencies that are listed, none for all of them; an empty text lists none, and none are combined."""
    if text == EVERY:
        return ()
    return tuple(_split(text)) or None


def _split(text: str) -> list[str]:
    """Split a list as cargo-hack does: at commas, or else at spaces."""
    plain = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
    return [name for name in (part.strip() for part in (plain.split(",") if "," in plain else plain.split())) if name]


def _names(texts: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in texts or () for name in _split(text)))


def _groups(option: str, texts: Iterable[str] | None) -> tuple[frozenset[str], ...]:
    groups = tuple(frozenset(_split(text)) for text in texts or ())
    if any(len(group) < 2 for group in groups):
        raise UsageError(f"{option} takes two or more features at a time", hint=f"{option} a,b")
    return groups
