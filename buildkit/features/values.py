"""The values of features, as the Cargo reference, "Features", writes them."""

from __future__ import annotations

from typing import NamedTuple


class FeatureValue(NamedTuple):
    """`feature`, `dep:key`, `key/feature` or `key?/feature`; the part that is not there is empty."""

    key: str
    feature: str
    is_weak: bool


def parse_value(text: str) -> FeatureValue:
    """Parse one value."""
    key, slash, feature = text.partition("/")
    if slash:
        return FeatureValue(key.removesuffix("?"), feature, key.endswith("?"))
    if text.startswith("dep:"):
        return FeatureValue(text[4:], "", is_weak=False)
    return FeatureValue("", text, is_weak=False)
