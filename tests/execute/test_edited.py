"""A package is compiled incrementally from its first edit on, with what depends on it."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from linked import link_all, needs
from workspaces import package

from buildkit.cargo.metadata import Package, Workspace
from buildkit.execute.edited import STAMP, checking_now, remember_check


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


def test_a_source_that_was_added_is_an_edit(checkout: Checkout) -> None:
    checkout.check()
    added = checkout.root / "app" / "src" / "deep" / "added.rs"
    added.parent.mkdir()
    added.touch()
    later = checking_now(checkout.folder, checkout.workspace).began + 10**9
    os.utime(added, ns=(later, later))
    assert checkout.check() == {"app"}


def test_what_cargo_wrote_below_a_package_is_no_edit(checkout: Checkout) -> None:
    checkout.check()
    made = checkout.root / "app" / "target" / "made.rs"
    made.parent.mkdir()
    made.touch()
    later = checking_now(checkout.folder, checkout.workspace).began + 10**9
    os.utime(made, ns=(later, later))
    assert checkout.check() == frozenset()


def test_a_package_that_shares_its_name_is_left_out(checkout: Checkout) -> None:
    packages = checkout.workspace.packages
    base = next(package for package in packages.values() if package.name == "base")
    twin = msgspec.structs.replace(base, id="base@2", version="2.0.0", source="registry+x")
    checkout.workspace = msgspec.structs.replace(checkout.workspace, packages={**packages, twin.id: twin})
    checkout.check()
    checkout.edit("base")
    assert checkout.check() == frozenset()
