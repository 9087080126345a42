"""Write a workspace of 51 members over some 750 published packages, the same one every time.

    python bench/large_workspace.py FOLDER

Members are small; what they stand for are features that reach far: each has optional dependencies on published crates, `native`, `wasi` and
`wasm-js` select among them, and later members use earlier ones. `buildkit.toml` covers three targets. The first call needs a registry, for
cargo to choose versions and to fetch the packages; the versions that are named here are exact.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from buildkit.cargo.metadata import MetadataRequest, Workspace, read_workspace
from buildkit.process import ProcessRunner

MEMBERS: Final = 51
TARGETS: Final = ("native", "wasm32-wasip2", "wasm32-unknown-unknown")
FEATURE_OF: Final = {"native": "native", "wasm32-wasip2": "wasi", "wasm32-unknown-unknown": "wasm-js"}

NATIVE: Final = {
    "aws-config": '"=1.8.0", default-features = false, features = ["rt-tokio", "rustls"]',
    "aws-sdk-dynamodb": '"=1.80.0", default-features = false, features = ["rt-tokio"]',
    "aws-sdk-s3": '"=1.93.0", default-features = false, features = ["rt-tokio", "sigv4a"]',
    "axum": '"=0.8.4", features = ["ws", "macros", "multipart"]',
    "bevy_app": '"=0.16.1"',
    "bevy_asset": '"=0.16.1"',
    "bevy_ecs": '"=0.16.1"',
    "image": '"=0.25.6"',
    "opendal": '"=0.53.3", features = ["services-s3", "services-gcs", "services-azblob", "services-fs"]',
    "quinn": '"=0.11.8"',
    "reqwest": '"=0.12.20", features = ["json", "stream", "gzip", "cookies"]',
    "sqlx": '"=0.8.6", features = ["runtime-tokio", "tls-rustls", "postgres", "sqlite", "mysql"]',
    "tantivy": '"=0.24.2"',
    "tempfile": '"=3.20.0"',
    "tokio": '"=1.45.1", features = ["full"]',
    "tonic": '"=0.13.1", features = ["gzip", "tls-ring"]',
    "tower-http": '"=0.6.6", features = ["full"]',
    "wgpu": '"=25.0.2"',
}
"""Crates for servers and desktops, as the tables of manifests have them."""

WEB: Final = {
    "gloo-net": '"=0.6.0"',
    "js-sys": '"=0.3.77"',
    "wasm-bindgen": '"=0.2.100"',
    "wasm-bindgen-futures": '"=0.4.50"',
    "web-sys": '"=0.3.77", features = ["Window", "Request", "Response", "Headers"]',
}
"""Crates for browsers."""

ANYWHERE: Final = {
    "anyhow": '"=1.0.98", default-features = false',
    "base64": '"=0.22.1", default-features = false, features = ["alloc"]',
    "bytes": '"=1.10.1", default-features = false',
    "chrono": '"=0.4.41", default-features = false, features = ["alloc"]',
    "futures": '"=0.3.31", default-features = false, features = ["alloc"]',
    "hashbrown": '"=0.15.4"',
    "indexmap": '"=2.9.0"',
    "itertools": '"=0.14.0", default-features = false, features = ["use_alloc"]',
    "nom": '"=8.0.0", default-features = false, features = ["alloc"]',
    "num-bigint": '"=0.4.6", default-features = false',
    "regex": '"=1.11.1"',
    "serde": '"=1.0.219", default-features = false, features = ["derive", "alloc"]',
    "serde_json": '"=1.0.140", default-features = false, features = ["alloc"]',
    "sha2": '"=0.10.9", default-features = false',
    "thiserror": '"=2.0.12", default-features = false',
    "tracing": '"=0.1.41", default-features = false, features = ["attributes"]',
    "url": '"=2.5.4"',
    "uuid": '"=1.17.0", default-features = false, features = ["serde"]',
}
"""Crates that work on all three targets."""

PINNED: Final = {"clap": '"=4.5.40"', "criterion": '"=0.6.0"', "proptest": '"=1.7.0"', "insta": '"=1.43.1"'}
"""Crates that tests and programs use."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member by its number; the choice of its dependencies follows from that alone."""

    number: int

    @property
    def name(self) -> str:
        """Return its name."""
        return f"layer-{self.number:02}"

    @property
    def lower(self) -> tuple[Member, ...]:
        """Return the members that it uses."""
        numbers = {self.number - 1, self.number // 2, self.number // 3} if self.number else set()
        return tuple(Member(number=number) for number in sorted(numbers) if 0 <= number < self.number)

    def some(self, crates: Mapping[str, str], count: int) -> tuple[str, ...]:
        """Return some of the crates, others for each member."""
        names = sorted(crates)
        return tuple(sorted({names[(self.number * count + step) % len(names)] for step in range(count)}))

    def manifest(self) -> str:
        """Return its manifest."""
        native, web, anywhere = self.some(NATIVE, 3), self.some(WEB, 2), self.some(ANYWHERE, 6)
        required, optional = anywhere[:3], (*anywhere[3:], *native, *web)
        lines = [
            *("[package]", f'name = "{self.name}"', 'version = "0.1.0"', 'edition = "2021"', "publish = false", "", "[features]"),
            'default = ["native"]',
            *(f"{name} = {json.dumps(values)}" for name, values in self.features(native, web, anywhere[3:]).items()),
            *("", "[dependencies]"),
            *(f'{lower.name} = {{ path = "../{lower.name}", default-features = false }}' for lower in self.lower),
            *(f"{name} = {{ workspace = true }}" for name in required),
            *(f"{name} = {{ workspace = true, optional = true }}" for name in optional),
            *("", "[dev-dependencies]", *(f"{name} = {{ workspace = true }}" for name in self.some(PINNED, 2)), ""),
        ]
        return "\n".join(lines)

    def features(self, native: tuple[str, ...], web: tuple[str, ...], others: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
        """Return its features but the default one, each with that of the same name in the members below."""
        own = {"native": native, "wasi": (), "wasm-js": web, **{f"with-{name}": (name,) for name in others}}
        passed_on = {"native", "wasi", "wasm-js"}
        return {
            feature: (*(f"dep:{name}" for name in names), *(f"{lower.name}/{feature}" for lower in self.lower if feature in passed_on))
            for feature, names in own.items()
        }

    def settings(self) -> Iterator[str]:
        """Give its tables of `buildkit.toml`."""
        extra = [f"with-{name}" for name in self.some(ANYWHERE, 6)[3:]]
        for target in TARGETS:
            yield f"[package.{self.name}.target.{target}]"
            yield f'features = ["{FEATURE_OF[target]}"]'
            yield f'extra = {json.dumps(extra)}\ndepth = "none"\n'


def files() -> Mapping[str, str]:
    """Return every file of the workspace by its path."""
    members = [Member(number=number) for number in range(MEMBERS)]
    crates = {**NATIVE, **WEB, **ANYWHERE, **PINNED}
    shared = "".join(f"{name} = {{ version = {table} }}\n" for name, table in sorted(crates.items()))
    settings = "\n".join(line for member in members for line in member.settings())
    return {
        "Cargo.toml": f'[workspace]\nresolver = "2"\nmembers = ["members/*"]\n\n[workspace.dependencies]\n{shared}',
        "buildkit.toml": f"[workspace]\ntargets = {json.dumps(TARGETS)}\n\n{settings}",
        **{f"members/{member.name}/Cargo.toml": member.manifest() for member in members},
        **{f"members/{member.name}/src/lib.rs": "#![no_std]\n" for member in members},
    }


def write(folder: Path) -> None:
    """Write the workspace; a file that is as it should be is left alone."""
    for name, text in files().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def generate(folder: Path) -> Workspace:
    """Write the workspace and have cargo choose and fetch its packages; return what cargo says of it."""
    write(folder)
    return read_workspace(MetadataRequest(directory=folder), processes=ProcessRunner())


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the workspace is written")
    workspace = generate(parser.parse_args().folder.absolute())
    print(f"{len(workspace.members)} members, {len(workspace.packages)} packages in {workspace.root}")


if __name__ == "__main__":
    main()
