"""Which resolver a workspace uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.resolver import ResolverVersion, read_resolver


@pytest.mark.parametrize(
    ("manifest", "version"),
    [
        pytest.param('[workspace]\nresolver = "2"\n', ResolverVersion.TWO, id="workspace"),
        pytest.param('[package]\nresolver = "1"\nedition = "2024"\n', ResolverVersion.ONE, id="package"),
        pytest.param("[workspace]\n", ResolverVersion.ONE, id="virtual manifest"),
        pytest.param('[package]\nedition = "2018"\n', ResolverVersion.ONE, id="old edition"),
        pytest.param('[package]\nedition = "2021"\n', ResolverVersion.TWO, id="edition 2021"),
        pytest.param('[package]\nedition = "2024"\n', ResolverVersion.THREE, id="edition 2024"),
        pytest.param(
            '[package]\nedition.workspace = true\n[workspace.package]\nedition = "2024"\n', ResolverVersion.THREE, id="inherited edition"
        ),
        pytest.param("[package]\n", ResolverVersion.ONE, id="no edition"),
    ],
)
def test_the_resolver_is_the_one_that_cargo_takes(tmp_path: Path, manifest: str, version: ResolverVersion) -> None:
    (tmp_path / "Cargo.toml").write_text(manifest, encoding="utf-8")
    assert read_resolver(tmp_path) is version


def test_a_manifest_that_has_gone_is_taken_as_empty(tmp_path: Path) -> None:
    assert read_resolver(tmp_path) is ResolverVersion.ONE
