"""What a compilation read is found beside what it made, and read as rustc wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.dep_info import DepInfo, dep_info_file, parse_dep_info
from buildkit.cargo.messages import CompilerArtifact, MessageTarget

TEXT = r"""/ws/target/debug/deps/app-0123456789abcdef.d: app/src/lib.rs app/src/a\ b.rs /else/x.txt

/ws/target/debug/deps/libapp-0123456789abcdef.rmeta: app/src/lib.rs app/src/a\ b.rs /else/x.txt

app/src/lib.rs:
app/src/a\ b.rs:
/else/x.txt:

# env-dep:MAYBE
# env-dep:TEXT=a=b\nc
"""


def artifact(file: Path) -> CompilerArtifact:
    target = MessageTarget(name="app", kind=("lib",))
    return CompilerArtifact(package_id="app", target=target, features=(), filenames=(file,), fresh=False)


def test_files_and_variables_are_told_apart() -> None:
    expected = DepInfo(files=frozenset({"app/src/lib.rs", "app/src/a b.rs", "/else/x.txt"}), variables=frozenset({"MAYBE", "TEXT"}))
    assert parse_dep_info(TEXT) == expected


def test_nothing_is_read_from_nothing() -> None:
    assert parse_dep_info("") == DepInfo(files=frozenset(), variables=frozenset())


@pytest.mark.parametrize(
    ("made", "described"),
    [
        ("deps/libapp-0123456789abcdef.rmeta", "deps/app-0123456789abcdef.d"),
        ("deps/libmacro-0123456789abcdef.so", "deps/macro-0123456789abcdef.d"),
        ("deps/tests-0123456789abcdef", "deps/tests-0123456789abcdef.d"),
        ("build/app-0123456789abcdef/build-script-build", "build/app-0123456789abcdef/build_script_build-0123456789abcdef.d"),
    ],
)
def test_a_description_lies_beside_what_was_made(made: str, described: str, tmp_path: Path) -> None:
    (tmp_path / described).parent.mkdir(parents=True)
    (tmp_path / described).touch()
    found = dep_info_file(artifact(tmp_path / made), "app")
    assert found is not None
    assert found.path == tmp_path / described
    assert found.started == tmp_path / ".fingerprint" / "app-0123456789abcdef" / "invoked.timestamp"


def test_what_lies_elsewhere_has_no_description(tmp_path: Path) -> None:
    assert dep_info_file(artifact(tmp_path / "app"), "app") is None
    assert dep_info_file(artifact(tmp_path / "deps" / "libapp-0123456789abcdef.rmeta"), "app") is None
