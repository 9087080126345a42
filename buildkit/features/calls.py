"""What one cargo call selects."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.features.links import DEFAULT, Linked
from buildkit.features.values import parse_value
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Call:
    """`--package` by number, `--features` as they are written, and whether the packages keep their default features."""

    packages: tuple[int, ...]
    features: tuple[str, ...] = ()
    default_features: bool = False


def features_given(call: Call, linked: Linked) -> Iterator[str]:
    """Give what a call's features mean for one of its packages, in the order in which they are written.

    With several packages, a plain feature goes to each package that has it, and `name/feature` is read twice: as a feature of the
    selected package `name`, and as a dependency feature of every selected package with a dependency of that key.
    """
    package = linked.package
    if call.default_features and DEFAULT in package.features:
        yield DEFAULT
    for text in call.features:
        value = parse_value(text)
        if not (value.key and value.feature):
            if text in package.features or len(call.packages) == 1:
                yield text
            continue
        if value.key == package.name:
            yield value.feature
        if any(link.key == value.key for link in linked.links):
            yield text
