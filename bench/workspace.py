"""Write the workspace that is measured, whole or in part, sound or with defects."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Final

from bench.members import AGENTS, DSL, MEMBERS, STDLIB, Member
from bench.sources import source_of

LOCK: Final = Path(__file__).parent / "locks" / "flow.lock"
"""The versions of the registry's crates, so that everybody measures the same."""


class Defect(StrEnum):
    """Something that is wrong with the workspace."""

    COMBINATION = "combination"
    """A member's code fails with one feature unless another is on."""
    LEAK = "leak"
    """A dependency of a member keeps its default features, and so brings the native platform along everywhere."""


BROKEN: Final = '\n#[cfg(all(feature = "schema", not(feature = "wasi")))]\npub fn broken() -> u32 { Entry0::default().title }\n'


def write_workspace(folder: Path, members: Iterable[Member] = MEMBERS, defects: Iterable[Defect] = ()) -> None:
    """Write the members' manifests and sources, with a lock file that may hold more than they need."""
    present = tuple(members)
    wrong = frozenset(defects)
    for member in present:
        place = folder / "crates" / member.name
        (place / "src").mkdir(parents=True, exist_ok=True)
        (place / "Cargo.toml").write_text(manifest_of(_with_leak(member) if Defect.LEAK in wrong else member), encoding="utf-8")
        broken = BROKEN if Defect.COMBINATION in wrong and member is DSL else ""
        (place / "src" / "lib.rs").write_text(source_of(member) + broken, encoding="utf-8")
    listed = json.dumps([f"crates/{member.name}" for member in present])
    (folder / "Cargo.toml").write_text(f'[workspace]\nresolver = "2"\nmembers = {listed}\n', encoding="utf-8")
    shutil.copyfile(LOCK, folder / "Cargo.lock")


def manifest_of(member: Member) -> str:
    """Return the text of a member's manifest."""
    head = f'[package]\nname = "{member.name}"\nversion = "0.1.0"\nedition = "2021"\npublish = false\nlicense = "MIT"\n'
    features = "".join(f"{name} = {json.dumps(list(values))}\n" for name, values in member.features.items())
    dependencies = "".join(f"{name} = {value}\n" for name, value in member.dependencies.items())
    return f"{head}\n[features]\n{features}\n[dependencies]\n{dependencies}"


def append_allowed_sets(folder: Path, package: str, sets: Iterable[tuple[str, ...]]) -> None:
    """Tell cargo-fc, in the place where it looks for that, to check these selections of a package and no others."""
    manifest = folder / "crates" / package / "Cargo.toml"
    with manifest.open("a", encoding="utf-8") as file:
        file.write(f"\n[package.metadata.cargo-fc]\nallow_feature_sets = {json.dumps([list(features) for features in sets])}\n")


def edit(folder: Path, package: str, number: int) -> None:
    """Edit a member as its author might: add a private function, another one for every `number`."""
    with (folder / "crates" / package / "src" / "lib.rs").open("a", encoding="utf-8") as file:
        file.write(f"\nfn edit_{number}() -> u32 {{ {number} }}\n")


def _with_leak(member: Member) -> Member:
    if member is not STDLIB:
        return member
    leaky = f'{{ path = "../{AGENTS.name}", optional = true }}'
    return Member(name=member.name, features=member.features, dependencies={**member.dependencies, AGENTS.name: leaky})
