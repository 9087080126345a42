"""An archive brings a library whole or not at all, whatever was done to it on the way."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from libraries import CONTENTS, ROOT_FILE, description, write_library
from toolchain_fakes import HOST, NATIVE, Recorder, toolchain_of

from buildkit.errors import BuildkitError, UsageError
from buildkit.toolchain.layout import STORED_LIBRARIES, WORK
from buildkit.toolchain.model import StdProvider, Supply
from buildkit.toolchain.store import Store
from buildkit.workflow.library.archive import pack
from buildkit.workflow.library.model import FILE_NAME, Description, Library, encode
from buildkit.workflow.library.moving import bring_in
from buildkit.workflow.library.question import std_of

SUPPLY = Supply(toolchain=toolchain_of(Path("/tc/bin/rustc")), target=NATIVE, triple=HOST, provider=StdProvider.SHIPPED)
FACTS = {"format": "1", "std": std_of(SUPPLY)}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return write_library(tmp_path / "made", facts=FACTS)


@pytest.fixture
def file(tmp_path: Path, library: Library) -> Path:
    pack([library], tmp_path / "library.tar.zst")
    return tmp_path / "library.tar.zst"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(root=tmp_path / "store", emit=Recorder().emit)


def supply_here(_: str) -> Supply:
    return SUPPLY


def write_archive(file: Path, members: Mapping[str, bytes | tarfile.TarInfo]) -> Path:
    """Write an archive of any members, in order."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name) if isinstance(content, bytes) else content
            member.name = name
            member.size = len(content) if isinstance(content, bytes) else 0
            tar.addfile(member, io.BytesIO(content) if isinstance(content, bytes) else None)
    file.write_bytes(zstandard.ZstdCompressor().compress(raw.getvalue()))
    return file


def members_of(described: Description, contents: Mapping[str, bytes] = CONTENTS) -> dict[str, bytes | tarfile.TarInfo]:
    members: dict[str, bytes | tarfile.TarInfo] = {f"{described.key}/{FILE_NAME}": encode(described)}
    return members | {f"{described.key}/{name}": content for name, content in contents.items()}


def refused(file: Path, store: Store) -> str:
    """Return the sentence of a refusal that left nothing behind."""
    with pytest.raises(BuildkitError) as error:
        bring_in(file, store, supply_here)
    assert error.value.hint
    assert "\n" not in error.value.message
    assert not list((store.root / STORED_LIBRARIES).glob("*"))
    assert not list((store.root / WORK).glob("*"))
    assert not (store.root.parent / "outside").exists()
    return error.value.message


def test_an_archive_brings_the_library_that_was_packed(file: Path, library: Library, store: Store) -> None:
    (brought,) = bring_in(file, store, supply_here)
    assert brought.folder == store.root / STORED_LIBRARIES / library.key
    assert brought.description() == library.description()
    assert {name: brought.file(name).read_bytes() for name in CONTENTS} == CONTENTS
    assert [entry.path for entry in store.entries()] == [brought.folder]
    assert not list((store.root / WORK).glob("*"))


def test_bringing_it_again_changes_nothing(file: Path, store: Store) -> None:
    assert bring_in(file, store, supply_here) == bring_in(file, store, supply_here)


def test_a_damaged_library_is_mended_by_its_archive(file: Path, store: Store) -> None:
    (brought,) = bring_in(file, store, supply_here)
    brought.file(ROOT_FILE).write_bytes(b"damaged")
    (again,) = bring_in(file, store, supply_here)
    assert again.file(ROOT_FILE).read_bytes() == CONTENTS[ROOT_FILE]


def test_the_same_libraries_are_the_same_bytes(tmp_path: Path, library: Library) -> None:
    other = write_library(tmp_path / "made", facts={**FACTS, "features": "more"})
    copy = write_library(tmp_path / "elsewhere", facts=FACTS)
    pack([library, other], tmp_path / "one")
    pack([other, copy], tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_several_libraries_come_in_one_archive(tmp_path: Path, library: Library, store: Store) -> None:
    other = write_library(tmp_path / "made", facts={**FACTS, "features": "more"})
    pack([library, other], tmp_path / "both")
    assert {brought.key for brought in bring_in(tmp_path / "both", store, supply_here)} == {library.key, other.key}


def test_an_archive_that_cannot_be_written_leaves_nothing(tmp_path: Path, library: Library) -> None:
    with pytest.raises(UsageError, match="cannot be written: no such file"):
        pack([library], tmp_path / "absent" / "library.tar.zst")
    library.file(ROOT_FILE).unlink()
    with pytest.raises(UsageError, match="cannot be written"):
        pack([library], tmp_path / "library.tar.zst")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made"]


def test_a_truncated_archive_is_refused_wherever_it_ends(file: Path, store: Store) -> None:
    whole = file.read_bytes()
    ends = (0, 1, 4, 10, *range(20, len(whole) - 4, max(1, len(whole) // 40)))
    for end in ends:
        file.write_bytes(whole[:end])
        assert "library.tar.zst" in refused(file, store), end


def test_a_damaged_archive_is_refused_wherever_the_damage_is(file: Path, store: Store) -> None:
    whole = file.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        file.write_bytes(bytes(damaged))
        try:
            (brought,) = bring_in(file, store, supply_here)
        except BuildkitError:
            assert not list((store.root / STORED_LIBRARIES).glob("*"))
        else:
            # A byte that nothing depends on: what came out is what was packed.
            assert {name: brought.file(name).read_bytes() for name in CONTENTS} == CONTENTS
            assert store.prune(unused_days=0)


DESCRIBED = description(facts=FACTS)
LINK = tarfile.TarInfo()
LINK.type, LINK.linkname = tarfile.SYMTYPE, "/etc/passwd"
HARD = tarfile.TarInfo()
HARD.type, HARD.linkname = tarfile.LNKTYPE, f"{DESCRIBED.key}/{FILE_NAME}"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        pytest.param({**members_of(DESCRIBED), "../outside": b"x"}, "'../outside', which leads out", id="name that escapes"),
        pytest.param({"/tmp/outside": b"x"}, "'/tmp/outside', which leads out", id="absolute name"),  # noqa: S108  # never written
        pytest.param(
            members_of(description({"crates/../../../outside": b"x", ROOT_FILE: b"r"}, facts=FACTS)), "leads out", id="crate that escapes"
        ),
        pytest.param({**members_of(DESCRIBED), "odd": b"x"}, "'odd', which no library in it names", id="file of no library"),
        pytest.param({**members_of(DESCRIBED), "link": LINK}, "'link', which is no plain file", id="link"),
        pytest.param({**members_of(DESCRIBED), f"{DESCRIBED.key}/hard": HARD}, "which is no plain file", id="hard link"),
        pytest.param(members_of(DESCRIBED, {**CONTENTS, ROOT_FILE: b"the r00t crate"}), "is damaged", id="other content"),
        pytest.param(members_of(DESCRIBED, {**CONTENTS, ROOT_FILE: b"short"}), "is damaged", id="other size"),
        pytest.param(members_of(DESCRIBED, {ROOT_FILE: CONTENTS[ROOT_FILE]}), "3 of 4 files are missing", id="files missing"),
        pytest.param({f"other/{FILE_NAME}": encode(DESCRIBED)}, "calls 'other/library.json'", id="another name"),
        pytest.param({f"{DESCRIBED.key}/{FILE_NAME}": b"{}"}, "cannot read", id="description that is none"),
        pytest.param({"hello": b"x"}, "holds no library", id="other archive"),
        pytest.param({}, "holds no library", id="empty archive"),
    ],
)
def test_an_archive_that_is_not_what_it_says_is_refused(
    members: Mapping[str, bytes | tarfile.TarInfo], said: str, tmp_path: Path, store: Store
) -> None:
    assert said in refused(write_archive(tmp_path / "library.tar.zst", members), store)


def test_a_file_that_comes_twice_is_refused(tmp_path: Path, store: Store) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, content in [*members_of(DESCRIBED).items(), (f"{DESCRIBED.key}/{ROOT_FILE}", CONTENTS[ROOT_FILE])]:
            assert isinstance(content, bytes)
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    (tmp_path / "twice").write_bytes(zstandard.ZstdCompressor().compress(raw.getvalue()))
    assert "comes twice" in refused(tmp_path / "twice", store)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"], ids=["empty", "text", "zip", "head alone"])
def test_a_file_that_is_no_archive_is_refused(content: bytes, tmp_path: Path, store: Store) -> None:
    (tmp_path / "file").write_bytes(content)
    assert str(tmp_path / "file") in refused(tmp_path / "file", store)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, store: Store) -> None:
    assert "cannot be read: no such file" in refused(tmp_path / "absent", store)
    assert "cannot be read: is a directory" in refused(tmp_path, store)


@pytest.mark.parametrize(
    ("here", "said"),
    [
        pytest.param(
            replace(SUPPLY, toolchain=replace(SUPPLY.toolchain, commit="0123456789ab", release="1.97.0")),
            "was made by rustc 1.96.0 (ac68faa20), and native is compiled by rustc 1.97.0 (012345678) here",
            id="compiler",
        ),
        pytest.param(
            replace(SUPPLY, toolchain=replace(SUPPLY.toolchain, host="aarch64-unknown-linux-gnu")),
            f"was made on {HOST}, and this machine is aarch64-unknown-linux-gnu",
            id="host",
        ),
        pytest.param(replace(SUPPLY, sysroot=Path("/store/sysroots/other")), "another standard library", id="standard library"),
        pytest.param(replace(SUPPLY, triple="wasm32-wasip2"), "another standard library", id="triple"),
    ],
)
def test_a_library_of_another_compiler_is_refused(here: Supply, said: str, file: Path, store: Store) -> None:
    with pytest.raises(UsageError) as error:
        bring_in(file, store, lambda _: here)
    assert said in error.value.message
    assert error.value.hint == "buildkit prebuild -t native"
    assert not list((store.root / STORED_LIBRARIES).glob("*"))
