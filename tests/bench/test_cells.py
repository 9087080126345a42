from __future__ import annotations

from bench.cells import Cell, cell_of_command, read_command_list

KNOWN = {"app": ("color", "default", "json"), "tool": ()}


def test_a_command_list_of_cargo_hack_gives_its_cells_in_order() -> None:
    listed = """\
cargo check --target x86_64-unknown-linux-gnu --manifest-path crates/app/Cargo.toml --all-features
cargo check --target x86_64-unknown-linux-gnu --manifest-path crates/app/Cargo.toml --no-default-features
cargo check --target x86_64-unknown-linux-gnu --manifest-path crates/app/Cargo.toml --no-default-features --features json,color

cargo check --target x86_64-unknown-linux-gnu --manifest-path crates/tool/Cargo.toml --no-default-features
"""
    assert tuple(map(str, read_command_list(listed, KNOWN))) == ("app/color,default,json", "app/-", "app/color,json", "tool/-")


def test_default_features_are_on_unless_the_command_switches_them_off() -> None:
    assert cell_of_command("cargo check --features json", "app", KNOWN) == Cell(package="app", features=("default", "json"))
