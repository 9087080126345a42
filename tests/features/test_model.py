"""A model holds what calls can reach, and grows where one asks for more."""

from __future__ import annotations

from linked import LINUX, link_all, needs
from workspaces import package

from buildkit.features.calls import Call
from buildkit.features.declarations import Setting
from buildkit.features.links import Links
from buildkit.features.model import Model


def model_of_app(links: Links) -> tuple[Model, int]:
    """Return a model in which the member `app` alone may be selected."""
    (number,) = links.named["app"]
    return Model(links, (number,), Setting(host=LINUX, targets=(LINUX,))), number


def features_of(model: Model, name: str, facts: object) -> set[str]:
    (number,) = model.links.named[name]
    units = model.units(facts)  # type: ignore[arg-type]
    return {feature for (package, _), features in units.items() if package == number for feature in features}


def test_what_nothing_reaches_has_no_rules() -> None:
    library = package("x", {"used": ("deep",), "deep": (), **{f"unused-{number}": ("deep",) for number in range(100)}})
    model, app = model_of_app(link_all(package("app", dependencies=[needs("x", "used")]), library))
    assert len(model.horn.rules) < 20
    assert features_of(model, "x", model.consequences(Call(packages=(app,), features=()))) == {"used", "deep"}
    (x,) = model.links.named["x"]
    assert model.feature(x, 1, "unused-1") is None


def test_a_feature_that_only_a_command_line_names_brings_its_own_with_it() -> None:
    library = package("x", {"f": ("g", "dep:y"), "g": ("y?/h",), "y": ("dep:y",)}, dependencies=[needs("y", optional=True)])
    everything = (package("app", dependencies=[needs("x")]), library, package("y", {"h": ("i",), "i": ()}))
    model, app = model_of_app(link_all(*everything))
    plain = model.consequences(Call(packages=(app,), features=()))
    assert features_of(model, "x", plain) == set()
    asked = model.consequences(Call(packages=(app,), features=("x/f",)))
    assert features_of(model, "x", asked) == {"f", "g"}
    assert features_of(model, "y", asked) == {"h", "i"}
    assert features_of(model, "x", model.consequences(Call(packages=(app,), features=()))) == set()


def test_a_package_that_only_a_command_line_turns_on_is_compiled_with_what_it_uses() -> None:
    app = package("app", dependencies=[needs("x", optional=True)])
    model, number = model_of_app(link_all(app, package("x", {"f": ()}, dependencies=[needs("y")]), package("y")))
    assert {key for key, _ in model.units(model.consequences(Call(packages=(number,), features=())))} == {number}
    asked = model.units(model.consequences(Call(packages=(number,), features=("x/f",))))
    assert {model.links.packages[found].package.name for found, _ in asked} == {"app", "x", "y"}
