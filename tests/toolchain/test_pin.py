from __future__ import annotations

from pathlib import Path

import pytest
from toolchain_fakes import toolchain_of, write_compiler

from buildkit.errors import ConfigurationError
from buildkit.toolchain.model import Origin
from buildkit.toolchain.pin import read_pin


def test_the_nearest_file_upwards_counts(tmp_path: Path) -> None:
    inner = tmp_path / "workspace" / "member"
    inner.mkdir(parents=True)
    (tmp_path / "rust-toolchain.toml").write_text('[toolchain]\nchannel = "nightly"\n')
    (tmp_path / "workspace" / "rust-toolchain.toml").write_text('[toolchain]\nchannel = "1.96.0"\n')
    pin = read_pin(inner)
    assert pin is not None
    assert (pin.channel, pin.file) == ("1.96.0", tmp_path / "workspace" / "rust-toolchain.toml")


def test_without_a_file_nothing_is_asked_for(tmp_path: Path) -> None:
    assert read_pin(tmp_path) is None


def test_the_old_file_holds_the_channel_alone(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain").write_text("nightly-2026-05-19\n")
    pin = read_pin(tmp_path)
    assert pin is not None
    assert pin.channel == "nightly-2026-05-19"


def test_a_file_that_names_only_targets_asks_for_no_toolchain(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain.toml").write_text('[toolchain]\ntargets = ["wasm32-wasip2"]\n')
    assert read_pin(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[toolchain\n", "is no TOML"),
        ("toolchain = 1\n", "[toolchain] must be a table"),
        ("[toolchain]\nchannel = 1.96\n", "channel must be a string"),
        ('[toolchain]\nchannel = "stable"\npath = "rust"\n', "has both a channel and a path"),
    ],
    ids=["TOML", "table", "number", "both"],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "rust-toolchain.toml").write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        read_pin(tmp_path)
    assert refused.value.file == tmp_path / "rust-toolchain.toml"
    assert said in refused.value.message


def test_a_path_is_met_by_the_toolchain_that_lies_there(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain.toml").write_text('[toolchain]\npath = "rust"\n')
    pin = read_pin(tmp_path)
    assert pin is not None
    assert pin.is_met_by(toolchain_of(write_compiler(tmp_path / "rust")))
    assert not pin.is_met_by(toolchain_of(write_compiler(tmp_path / "other")))


def test_a_dated_channel_is_met_by_the_rustup_toolchain_of_that_name_only(tmp_path: Path) -> None:
    (tmp_path / "rust-toolchain").write_text("nightly-2026-05-19")
    pin = read_pin(tmp_path)
    assert pin is not None
    dated = write_compiler(tmp_path / "nightly-2026-05-19-x86_64-unknown-linux-gnu")
    assert pin.is_met_by(toolchain_of(dated, origin=Origin.RUSTUP, release="1.97.0-nightly"))
    assert not pin.is_met_by(toolchain_of(dated, origin=Origin.OTHER, release="1.97.0-nightly"))
