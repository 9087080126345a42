from __future__ import annotations

import pytest

from buildkit.toolchain.release import Release, meets_channel, reaches


def test_versions_are_ordered_by_number_and_a_prerelease_comes_before_its_release() -> None:
    ordered = ["1.9.0", "1.80", "1.96.0-nightly", "1.96.0-beta.3", "1.96.0", "1.96.1", "2.0.0"]
    assert sorted(ordered, key=Release) == ordered


def test_a_missing_patch_number_is_zero() -> None:
    assert Release("1.96") == Release("1.96.0")


def test_a_text_that_is_no_version_is_refused() -> None:
    with pytest.raises(ValueError, match="'stable' is no version"):
        Release("stable")


@pytest.mark.parametrize(
    ("release", "channel", "met"),
    [
        ("1.96.0", "stable", True),
        ("1.97.0-nightly", "stable", False),
        ("1.97.0-nightly", "nightly", True),
        ("1.97.0-beta.2", "beta", True),
        ("1.97.0-beta.2", "nightly", False),
        ("1.96.0", "1.96", True),
        ("1.96.0", "1.96.0", True),
        ("1.96.0", "1.96.1", False),
        ("1.96.0", "1.9", False),
        ("1.97.0-nightly", "1.97", False),
        ("1.97.0-nightly", "nightly-2026-05-19", False),
        ("1.96.0", "esp", False),
    ],
)
def test_a_channel_is_met_by_its_own_releases(release: str, channel: str, met: bool) -> None:  # noqa: FBT001  # a parameter of the test
    assert meets_channel(release, channel) is met


@pytest.mark.parametrize(
    ("release", "wanted", "reached"),
    [("1.96.0", "1.96", True), ("1.95.0", "1.96", False), ("1.97.0-nightly", "1.97", True), ("1.96.1", "1.96.2", False)],
)
def test_a_rust_version_is_a_lower_bound(release: str, wanted: str, reached: bool) -> None:  # noqa: FBT001  # a parameter of the test
    assert reaches(release, wanted) is reached
