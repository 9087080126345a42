"""Discovery with programs that really run."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.process import ProcessRunner
from buildkit.toolchain.discover import discover

pytestmark = pytest.mark.integration

RUSTC = """\
#!/bin/sh
[ "$PWD" = / ] || exit 1
[ -z "$RUSTUP_TOOLCHAIN" ] || exit 1
case "$1" in
    -vV) printf 'rustc 1.42.7\\nbinary: rustc\\ncommit-hash: 0123\\nhost: toy-unknown-none\\nrelease: 1.42.7\\n' ;;
    --print) echo "{sysroot}" ;;
esac
"""


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("rustc", "cargo", "rustdoc"):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def test_a_compiler_that_is_a_script_is_asked_in_the_root_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "toy" / "bin", RUSTC.replace("{sysroot}", str(tmp_path / "toy")))
    monkeypatch.setenv("RUSTUP_TOOLCHAIN", "nightly")
    environment = {"PATH": str(folder), "HOME": str(tmp_path)}
    found = discover(environment=environment, store=tmp_path / "store", processes=ProcessRunner())
    assert (found[0].release, found[0].commit, found[0].host, found[0].sysroot) == ("1.42.7", "0123", "toy-unknown-none", tmp_path / "toy")


def test_a_program_that_is_no_compiler_is_passed_over(tmp_path: Path) -> None:
    folder = write(tmp_path / "broken", "#!/bin/sh\nkill -SEGV $$\n")
    environment = {"PATH": str(folder), "HOME": str(tmp_path)}
    found = discover(environment=environment, store=tmp_path / "store", processes=ProcessRunner())
    assert folder / "rustc" not in {toolchain.rustc for toolchain in found}
