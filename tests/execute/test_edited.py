"""Which packages were edited since the last check, with what depends on them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest
from linked import link_all, needs
from workspaces import package

from buildkit.cargo.metadata import Package, Workspace
from buildkit.execute.edited import STAMP, edited_packages, remember_check


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

    def check(self) -> set[str]:
        """Return the names of the packages that were edited before a check, and let it be remembered."""
        began = time.time_ns()
        edited = edited_packages(self.folder, self.workspace)
        remember_check(self.folder, began)
        return {package.name for package in edited}

    def edit(self, *place: str) -> None:
        later = time.time_ns() + 10**9
        os.utime(self.root.joinpath(*place), ns=(later, later))


LIBRARY = ("src", "lib.rs")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_before_the_first_check_nothing_is_edited(checkout: Checkout) -> None:
    assert checkout.check() == set()


def test_without_an_edit_nothing_is_edited(checkout: Checkout) -> None:
    checkout.check()
    assert checkout.check() == set()


def test_an_edit_is_one_of_the_dependents_too(checkout: Checkout) -> None:
    checkout.check()
    checkout.edit("base", *LIBRARY)
    assert checkout.check() == {"base", "app"}


def test_an_edit_is_none_of_the_dependencies(checkout: Checkout) -> None:
    checkout.check()
    checkout.edit("app", *LIBRARY)
    assert checkout.check() == {"app"}


@pytest.mark.parametrize("content", [b"", b"{", b'{"began": 1}'], ids=["empty", "torn", "foreign"])
def test_a_stamp_that_cannot_be_read_is_as_none(content: bytes, checkout: Checkout) -> None:
    (checkout.folder / STAMP).write_bytes(content)
    checkout.edit("base", *LIBRARY)
    assert checkout.check() == set()


def test_a_target_for_which_nothing_was_written_is_not_remembered(tmp_path: Path) -> None:
    remember_check(tmp_path / "nowhere", 1)
    assert not (tmp_path / "nowhere").exists()


def test_a_source_that_was_added_is_an_edit(checkout: Checkout) -> None:
    checkout.check()
    added = checkout.root / "app" / "src" / "deep" / "added.rs"
    added.parent.mkdir()
    added.touch()
    checkout.edit("app", "src", "deep", "added.rs")
    assert checkout.check() == {"app"}


def test_what_cargo_wrote_below_a_package_is_no_edit(checkout: Checkout) -> None:
    checkout.check()
    made = checkout.root / "app" / "target" / "made.rs"
    made.parent.mkdir()
    made.touch()
    checkout.edit("app", "target", "made.rs")
    assert checkout.check() == set()


def test_a_package_of_a_registry_is_never_edited(checkout: Checkout) -> None:
    packages = checkout.workspace.packages
    base = next(package for package in packages.values() if package.name == "base")
    checkout.workspace = msgspec.structs.replace(
        checkout.workspace, packages={**packages, base.id: msgspec.structs.replace(base, source="registry+x")}
    )
    checkout.check()
    checkout.edit("base", *LIBRARY)
    assert checkout.check() == set()
