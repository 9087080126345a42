"""How closures of the engine and of cargo are told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from buildkit.execute.verification import differences
from buildkit.features.closure import Closure

OURS = Closure(
    target={"app": frozenset({"f"}), "x": frozenset()}, host={"m": frozenset()}, edges=frozenset({("app", "x")}), roots=frozenset({"app"})
)


def test_equal_closures_do_not_differ() -> None:
    assert list(differences(OURS, replace(OURS))) == []


@pytest.mark.parametrize(
    ("cargos", "said"),
    [
        pytest.param(replace(OURS, target={"app": frozenset({"f"})}), "cargo does not build x for the target", id="package too many"),
        pytest.param(replace(OURS, host={**OURS.host, "n": frozenset()}), "only cargo builds n for the host", id="package missing"),
        pytest.param(replace(OURS, target={**OURS.target, "app": frozenset({"g"})}), "features of app on the target: +g -f", id="features"),
        pytest.param(replace(OURS, edges=frozenset()), "only the engine has app use x", id="edge"),
        pytest.param(replace(OURS, roots=frozenset()), "roots: -app", id="roots"),
    ],
)
def test_every_difference_is_named(cargos: Closure, said: str) -> None:
    assert list(differences(OURS, cargos)) == [said]
