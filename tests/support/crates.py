"""A registry in a folder, with packages made up on the spot: cargo unpacks from it as it does from any other."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path


def publish(registry: Path, name: str, version: str = "1.0.0") -> None:
    """Put an empty library into a local registry, as the Cargo book describes one under "Source Replacement"."""
    manifest = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n[features]\nextra = []\n'
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for file, text in (("Cargo.toml", manifest), ("src/lib.rs", "")):
            member = tarfile.TarInfo(f"{name}-{version}/{file}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    registry.mkdir(parents=True, exist_ok=True)
    (registry / f"{name}-{version}.crate").write_bytes(packed.getvalue())
    line = {
        "name": name,
        "vers": version,
        "deps": [],
        "cksum": hashlib.sha256(packed.getvalue()).hexdigest(),
        "features": {"extra": []},
        "yanked": False,
    }
    index = registry / "index" / name[:2] / name[2:4] / name
    index.parent.mkdir(parents=True, exist_ok=True)
    with index.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def vendor(folder: Path, name: str, version: str = "1.0.0") -> None:
    """Put an empty library into a folder of vendored packages."""
    place = folder / name
    (place / "src").mkdir(parents=True)
    (place / "src" / "lib.rs").write_text("")
    (place / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n')
    (place / ".cargo-checksum.json").write_text(json.dumps({"files": {}, "package": "0" * 64}))
