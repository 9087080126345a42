"""What may pass only because its package was wrapped is told from files that cargo leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.messages import BuildFinished, BuildScriptExecuted, CompilerArtifact, MessageTarget
from buildkit.execute.attribution import Made
from buildkit.execute.doubts import doubtful


@pytest.mark.parametrize(
    ("printed", "doubt"),
    [
        ("cargo:rustc-env=RUSTC_BOOTSTRAP=1\n", Made("app")),
        ("cargo:rustc-cfg=fast\ncargo::rustc-env=RUSTC_BOOTSTRAP=app\n", Made("app")),
        ("cargo:rerun-if-env-changed=RUSTC_BOOTSTRAP\n", None),
        ("cargo:rustc-cfg=fast\n", None),
        (None, None),
    ],
)
def test_a_build_script_that_asks_for_unstable_features(printed: str | None, doubt: Made | None, tmp_path: Path) -> None:
    if printed is not None:
        (tmp_path / "output").write_text(printed, encoding="utf-8")
    assert doubtful(BuildScriptExecuted(package_id="app", out_dir=tmp_path / "out")) == doubt


@pytest.mark.parametrize("asks", [True, False])
def test_code_that_looks_whether_it_is_selected(*, asks: bool, tmp_path: Path) -> None:
    lines = "app.rmeta: src/lib.rs\n" + "# env-dep:CARGO_PRIMARY_PACKAGE\n" * asks
    (tmp_path / "app-0123.d").write_text(lines, encoding="utf-8")
    artifact = CompilerArtifact(
        package_id="app",
        target=MessageTarget(name="app", kind=("lib",)),
        features=("fast",),
        filenames=(tmp_path / "libapp-0123.rmeta",),
        fresh=False,
    )
    assert doubtful(artifact) == (Made("app", frozenset({"fast"}), "lib app") if asks else None)


def test_the_end_of_a_call_is_no_doubt() -> None:
    assert doubtful(BuildFinished(success=True)) is None
