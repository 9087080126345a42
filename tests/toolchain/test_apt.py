from __future__ import annotations

import os
from pathlib import Path

import pytest
from toolchain_fakes import FakeRunner, Recorder, ignore, says

from buildkit.errors import ToolchainError
from buildkit.events import Notice
from buildkit.process import Command
from buildkit.toolchain.apt import FRESH_SECONDS, Apt, is_available
from buildkit.toolchain.compiler_packages import compiler_recipe, find_compiler_packages

POLICY = """\
cargo-web:
  Installed: (none)
  Candidate: 1.96.0+dfsg1-1~deb12u2
  Version table:
     1.96.0+dfsg1-1~deb12u2 500
lld-22:
  Installed: (none)
  Candidate: 1:22.1.8-1~deb12u1
rust-gone:
  Installed: (none)
  Candidate: (none)
"""
URIS = """\
'http://archive.example/pool/main/m/musl/musl-dev_1.2.3-1_amd64.deb' musl-dev_1.2.3-1_amd64.deb 587336 MD5Sum:1234
'http://archive.example/pool/updates/l/lld-22_22.1.8-1%7edeb12u1_amd64.deb' lld-22_1%3a22.1.8-1~deb12u1_amd64.deb 1487860 \n"""


def apt_with(store: Path, *answers: object, recorder: Recorder | None = None) -> tuple[Apt, FakeRunner]:
    runner = FakeRunner(answers=answers)  # type: ignore[arg-type]  # answers are what they are
    apt = Apt(store=store, processes=runner, emit=ignore if recorder is None else recorder.emit)
    apt.folder.mkdir(parents=True, exist_ok=True)
    return apt, runner


def fetches_lists(store: Path, err: str = "", code: int = 0) -> object:
    def answer(command: Command) -> tuple[int, str, str] | None:
        if "update" not in command.argv:
            return None
        if code == 0:
            (store / "apt" / "own" / "state" / "lists" / "archive_main_binary-amd64_Packages.lz4").touch()
        return code, "", err

    return answer


def test_candidates_leave_out_what_cannot_be_installed(tmp_path: Path) -> None:
    apt, _ = apt_with(tmp_path, says("apt-cache", "policy", out=POLICY))
    assert apt.candidates(["cargo-web", "lld-22", "rust-gone", "unheard-of"]) == {
        "cargo-web": "1.96.0+dfsg1-1~deb12u2",
        "lld-22": "1:22.1.8-1~deb12u1",
    }


def test_archives_tell_package_version_and_size_with_or_without_a_hash(tmp_path: Path) -> None:
    apt, _ = apt_with(tmp_path, says("apt-get", "--print-uris", out=URIS))
    found = [(archive.package, archive.version, archive.size) for archive in apt.archives(["musl-dev", "lld-22"])]
    assert found == [("lld-22", "1:22.1.8-1~deb12u1", 1487860), ("musl-dev", "1.2.3-1", 587336)]


def test_the_machines_own_state_is_never_written(tmp_path: Path) -> None:
    apt, runner = apt_with(tmp_path, fetches_lists(tmp_path))
    apt.refreshed()
    text = (apt.folder / "apt.conf").read_text()
    assert f'Dir::State "{apt.folder}/state"' in text
    assert f'Dir::Cache "{apt.folder}/cache"' in text
    assert {command.env["APT_CONFIG"] for command in runner.commands} == {str(apt.folder / "apt.conf")}


def test_signatures_are_always_checked(tmp_path: Path) -> None:
    apt, _ = apt_with(tmp_path, fetches_lists(tmp_path))
    apt.refreshed()
    text = (apt.folder / "apt.conf").read_text().lower()
    assert not any(word in text for word in ("insecure", "allowunauthenticated", "trusted=yes", "weak"))


def test_fresh_lists_are_not_fetched_again_and_old_ones_are(tmp_path: Path) -> None:
    apt, runner = apt_with(tmp_path, fetches_lists(tmp_path))
    apt.refreshed()
    apt.refreshed()
    assert len(runner.commands) == 1
    stamp = apt.folder / "stamp"
    os.utime(stamp, (stamp.stat().st_mtime - FRESH_SECONDS - 1,) * 2)
    apt.refreshed()
    assert len(runner.commands) == 2


def test_an_expired_archive_is_taken_with_a_notice(tmp_path: Path) -> None:
    recorder, updates = Recorder(), []

    def answer(command: Command) -> tuple[int, str, str]:
        updates.append((tmp_path / "apt" / "own" / "apt.conf").read_text())
        if len(updates) == 1:
            return 100, "", "E: Release file for http://archive.example/InRelease is expired (invalid since 3d)."
        (tmp_path / "apt" / "own" / "state" / "lists" / "main_Packages").touch()
        return 0, "", ""

    apt, _ = apt_with(tmp_path, answer, recorder=recorder)
    assert not apt.refreshed().checks_expiry
    assert "Check-Valid-Until" not in updates[0]
    assert 'Acquire::Check-Valid-Until "false"' in updates[1]
    assert any(isinstance(event, Notice) and "frozen copy" in event.message for event in recorder.events)
    assert not apt.refreshed().checks_expiry


@pytest.mark.parametrize(
    ("err", "said"),
    [
        (
            "E: Failed to fetch http://archive.example  Could not resolve 'archive.example'",
            "no package list could be fetched: there is no network",
        ),
        ("E: Write error - write (28: No space left on device)", "no package list could be fetched: the disk is full"),
        ("E: The repository is not signed.", "no package list could be fetched: The repository is not signed."),
    ],
)
def test_a_failed_update_is_one_sentence(tmp_path: Path, err: str, said: str) -> None:
    apt, _ = apt_with(tmp_path, fetches_lists(tmp_path, err=err, code=100))
    with pytest.raises(ToolchainError) as failed:
        apt.refreshed()
    assert failed.value.message == said


def test_package_tools_are_looked_for_on_path(tmp_path: Path) -> None:
    assert not is_available({"PATH": str(tmp_path)})


def compiler_answers(*releases: tuple[str, str]) -> tuple[object, ...]:
    """Answer for compilers by suffix and version, each with its source."""

    def policy(command: Command) -> tuple[int, str, str] | None:
        if "policy" not in command.argv:
            return None
        names = {
            name: version
            for suffix, version in releases
            for name in (f"rustc{suffix}", f"cargo{suffix}", f"rust{suffix}-src", f"rust{suffix}-llvm")
        }
        return 0, "".join(f"{name}:\n  Candidate: {version}\n" for name, version in names.items() if name in command.argv), ""

    names = says(
        "apt-cache", "pkgnames", out="\n".join((*(f"rustc{suffix}" for suffix, _ in releases), "rustc-mozilla", "rustc-web-dbgsym"))
    )
    return (names, policy, says("apt-cache", "show", out="Package: rust-llvm\nDepends: libc6 (>= 2.34), llvm-22\n"))


def test_the_newest_compiler_with_its_source_is_taken_and_the_linker_that_it_wants(tmp_path: Path) -> None:
    apt, _ = apt_with(tmp_path, *compiler_answers(("", "1.63.0+dfsg1-2"), ("-web", "1.96.0+dfsg1-1~deb12u2"), ("-1.85", "1.85.0+dfsg3-1")))
    packages = find_compiler_packages(apt, accepts=lambda _: True)
    assert packages.release == "1.96.0"
    assert packages.wanted == ("rustc-web", "cargo-web", "rust-web-src", "lld-22")
    assert packages.alone == ("rust-web-llvm",)


def test_only_a_compiler_that_the_workspace_accepts_is_taken(tmp_path: Path) -> None:
    apt, _ = apt_with(tmp_path, *compiler_answers(("", "1.63.0+dfsg1-2"), ("-web", "1.96.0+dfsg1-1~deb12u2")))
    assert find_compiler_packages(apt, accepts=lambda release: release == "1.63.0").wanted[0] == "rustc"
    with pytest.raises(ToolchainError, match="no suitable Rust compiler"):
        find_compiler_packages(apt, accepts=lambda release: release == "1.99.0")


def test_an_entry_for_a_compiler_depends_on_every_package(tmp_path: Path) -> None:
    apt, _ = apt_with(tmp_path, says("apt-get", "--print-uris", out=URIS), *compiler_answers(("-web", "1.96.0+dfsg1-1~deb12u2")))
    packages, archives = find_compiler_packages(apt, accepts=lambda _: True), apt.archives(["musl-dev"])
    assert compiler_recipe(packages, archives).name != compiler_recipe(packages, archives[1:]).name
