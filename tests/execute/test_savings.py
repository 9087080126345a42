"""A check leaves out what no verdict depends on, unless the user has said otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from linked import link_all, needs
from workspaces import package

from buildkit.cargo.metadata import Package, Workspace
from buildkit.execute.savings import (
    HOST_DEBUG,
    PROFILE_VARIABLE,
    STAMP,
    VARIABLE,
    Incremental,
    checking_now,
    debug_environment,
    incremental_choice,
    incremental_environment,
    remember_check,
)

DEV = {"profile": {"dev": {"incremental": True}}}


def named(*packages: str) -> dict[str, Any]:
    """Return settings for packages."""
    return {"profile": {"dev": {"package": {package: {"opt-level": 1} for package in packages}}}}


@pytest.mark.parametrize(
    ("environment", "configured", "choice"),
    [
        pytest.param({}, {}, Incremental.EDITED, id="own machine"),
        pytest.param({"CI": "true"}, {}, Incremental.NEVER, id="CI"),
        pytest.param({"CI": "false"}, {}, Incremental.EDITED, id="no CI"),
        pytest.param({"CI": "true", VARIABLE: "1"}, {}, Incremental.USERS, id="variable"),
        pytest.param({PROFILE_VARIABLE: "true"}, {}, Incremental.USERS, id="variable of the profile"),
        pytest.param({}, {"build": {"incremental": False}}, Incremental.USERS, id="configuration"),
        pytest.param({}, DEV, Incremental.USERS, id="profile"),
        pytest.param({}, named("app@0.1.0"), Incremental.USERS, id="package named by its version"),
        pytest.param({}, named("app", "*"), Incremental.EDITED, id="packages named plainly"),
    ],
)
def test_who_decides_about_incremental_compilation(
    environment: Mapping[str, str], configured: Mapping[str, Any], choice: Incremental
) -> None:
    assert incremental_choice(environment, {}, configured) is choice


def test_only_a_weak_setting_leaves_packages_their_own() -> None:
    assert incremental_environment(Incremental.EDITED) == {PROFILE_VARIABLE: "false"}
    assert incremental_environment(Incremental.NEVER) == {VARIABLE: "0"}
    assert incremental_environment(Incremental.USERS) == {}


class Checkout:
    """Three packages on disk of which `app` uses `base`, and cargo's folder of a triple."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "target" / "triple"
        self.folder.mkdir(parents=True)
        packages = [package("base"), package("app", dependencies=(needs("base"),)), package("other")]
        moved = [self._on_disk(member) for member in packages]
        self.workspace: Workspace = link_all(*moved).workspace

    def _on_disk(self, member: Package) -> Package:
        folder = self.root / member.name
        (folder / "src").mkdir(parents=True)
        (folder / "src" / "lib.rs").touch()
        return msgspec.structs.replace(member, manifest_path=folder / "Cargo.toml")

    def check(self) -> frozenset[str]:
        checked = checking_now(self.folder, self.workspace)
        remember_check(self.folder, checked)
        return checked.incremental

    def edit(self, name: str) -> None:
        later = checking_now(self.folder, self.workspace).began + 10**9
        os.utime(self.root / name / "src" / "lib.rs", ns=(later, later))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_first_check_compiles_nothing_incrementally(checkout: Checkout) -> None:
    assert checkout.check() == frozenset()


def test_nothing_is_compiled_incrementally_that_was_not_edited(checkout: Checkout) -> None:
    checkout.check()
    assert checkout.check() == frozenset()


def test_an_edited_package_and_its_dependents_are_compiled_incrementally_from_then_on(checkout: Checkout) -> None:
    checkout.check()
    checkout.edit("base")
    assert checkout.check() == {"base", "app"}
    assert checkout.check() == {"base", "app"}
    checkout.edit("other")
    assert checkout.check() == {"base", "app", "other"}


def test_a_dependent_that_is_edited_leaves_its_dependencies_as_they_are(checkout: Checkout) -> None:
    checkout.check()
    checkout.edit("app")
    assert checkout.check() == {"app"}


@pytest.mark.parametrize("content", [b"", b"{", b'{"began": "x"}'], ids=["empty", "torn", "foreign"])
def test_a_stamp_that_cannot_be_read_is_as_none(content: bytes, checkout: Checkout) -> None:
    (checkout.folder / STAMP).write_bytes(content)
    assert checkout.check() == frozenset()


def test_a_target_for_which_nothing_was_written_is_not_remembered(checkout: Checkout, tmp_path: Path) -> None:
    remember_check(tmp_path / "nowhere", checking_now(checkout.folder, checkout.workspace))
    assert not (tmp_path / "nowhere").exists()


def test_what_runs_on_the_host_has_no_debug_information_unless_asked_for() -> None:
    asked = {"profile": {"dev": {"build-override": {"debug": 1}}}}
    assert debug_environment({}, {}, {"profile": {"dev": {"debug": 1}}}) == {HOST_DEBUG: "0"}
    assert debug_environment({}, {}, asked) == debug_environment({}, asked, {}) == debug_environment({HOST_DEBUG: "2"}) == {}
