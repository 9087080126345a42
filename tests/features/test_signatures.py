"""A unit is told by what it depends on, all the way down."""

from __future__ import annotations

from pathlib import Path

import msgspec
from linked import link_all, model_of, needs
from workspaces import package

from buildkit.cargo.metadata import CargoTarget, DependencyKind, Package
from buildkit.features.resolution import resolve
from buildkit.features.signatures import SCRIPT_PLACE, Signatures, UnitKey


def with_script(member: Package) -> Package:
    script = CargoTarget(name="build-script-build", kind=("custom-build",), crate_types=("bin",), src_path=Path("/ws/build.rs"))
    return msgspec.structs.replace(member, targets=(*member.targets, script))


def test_units_of_one_key_differ_when_something_below_them_does() -> None:
    low = package("low", features={"fast": ()})
    middle = package("middle", dependencies=(needs("low"),))
    app = package("app", features={"fast": ("low/fast",)}, dependencies=(needs("middle"), needs("low")))
    links = link_all(app, middle, low)
    model, signatures = model_of(links), Signatures()
    plain, fast = (signatures.of(resolve(model, app, features)) for features in ((), ("fast",)))
    key = UnitKey(links.numbers[middle.id], 1, frozenset())
    assert plain[key] != fast[key]


def test_equal_units_have_equal_signatures_in_cells_of_other_packages() -> None:
    low = package("low")
    first, second = (package(name, dependencies=(needs("low"),)) for name in ("first", "second"))
    links = link_all(first, second, low)
    model, signatures = model_of(links), Signatures()
    key = UnitKey(links.numbers[low.id], 1, frozenset())
    assert signatures.of(resolve(model, first, ()))[key] == signatures.of(resolve(model, second, ()))[key]


def test_a_build_script_is_a_unit_of_its_own_with_what_it_needs() -> None:
    tool = package("tool", features={"big": ()})
    scripted = with_script(package("scripted", dependencies=(needs("tool", kind=DependencyKind.BUILD),)))
    other = package("other", features={"big": ("tool/big",)}, dependencies=(needs("scripted"), needs("tool", kind=DependencyKind.BUILD)))
    links = link_all(other, scripted, tool)
    model, signatures = model_of(links), Signatures()
    plain, big = (signatures.of(resolve(model, other, features)) for features in ((), ("big",)))
    script = UnitKey(links.numbers[scripted.id], SCRIPT_PLACE, frozenset())
    assert plain[script] != big[script]
    assert plain[UnitKey(links.numbers[scripted.id], 1, frozenset())] != big[UnitKey(links.numbers[scripted.id], 1, frozenset())]


def test_a_unit_has_a_higher_number_than_everything_that_it_waits_for() -> None:
    low = package("low")
    scripted = with_script(package("scripted", dependencies=(needs("low", kind=DependencyKind.BUILD),)))
    app = package("app", dependencies=(needs("scripted"), needs("low")))
    links = link_all(app, scripted, low)
    signatures = Signatures()
    numbers = signatures.of(resolve(model_of(links), app, ()))
    waits = {key: {signatures.keys[number] for number in signatures.below[numbers[key]]} for key in signatures.keys}
    named = {
        (links.packages[key.package].package.name, key.place): {
            (links.packages[other.package].package.name, other.place) for other in below
        }
        for key, below in waits.items()
    }
    assert named == {
        ("low", 0): set(),
        ("low", 1): set(),
        ("scripted", SCRIPT_PLACE): {("low", 0)},
        ("scripted", 1): {("scripted", SCRIPT_PLACE)},
        ("app", 1): {("scripted", 1), ("low", 1)},
    }
    assert all(other < number for number, below in enumerate(signatures.below) for other in below)
