"""The Rust code of a member: enough of it that a check is work, and code for each feature that uses what the feature brings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from bench.members import PLATFORMS, ROOT, Member

WEIGHT: Final = 12
"""How many types with derives and a method each member has."""

HOSTED: Final = ("std", *PLATFORMS[:3])
"""The features with which a member may use the standard library."""

TYPE: Final = """\
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
{serde}
pub struct {name} {{
    pub number: u32,
    pub title: String,
    pub bytes: Vec<u8>,
    pub next: Option<Box<{name}>>,
    pub pair: (i64, u8),
}}

impl {name} {{
    pub fn lines(&self, count: &str) -> Result<String, core::num::ParseIntError> {{
        let count: i64 = count.parse()?;
        let lines: Vec<String> = (0..count).map(|index| format!("{{index}} {{}}", self.title)).filter(|line| line.len() > 3).collect();
        Ok(lines.join(",") + &self.bytes.iter().map(ToString::to_string).collect::<Vec<_>>().concat())
    }}
}}
"""

USES: Final = {
    ("native", "tokio"): """pub async fn sleep(millis: u64) {
        ::tokio::time::sleep(core::time::Duration::from_millis(millis)).await
    }
    pub fn runtime() -> std::io::Result<::tokio::runtime::Runtime> {
        ::tokio::runtime::Builder::new_multi_thread().enable_all().build()
    }""",
    ("wasm-js", "js-sys"): "pub fn now() -> f64 { ::js_sys::Date::now() }",
    ("embedded", "embedded-io"): 'pub fn write<W: ::embedded_io::Write>(to: &mut W) -> Result<(), W::Error> { to.write_all(b"flow") }',
    ("json", "serde_json"): "pub fn parse(text: &str) -> ::serde_json::Result<::serde_json::Value> { ::serde_json::from_str(text) }",
    ("agents", "flow-agents"): "pub use ::flow_agents as inner;",
    ("http", "flow-http"): "pub use ::flow_http as inner;",
}
"""What the code of a feature does with a dependency, where the member has both."""


def source_of(member: Member) -> str:
    """Return the text of a member's `lib.rs`."""
    return "\n".join((*_head(member), *_types(member), *_features(member), *_pairs(member)))


def _head(member: Member) -> Iterator[str]:
    hosted = ", ".join(f'feature = "{name}"' for name in HOSTED if name in member.features)
    yield "#![no_std]\n#![allow(dead_code, unused_imports)]\n\nextern crate alloc;"
    yield f"#[cfg(any({hosted}))]\nextern crate std;\n"
    yield "use alloc::{boxed::Box, format, string::{String, ToString}, vec::Vec};\nuse serde::{Deserialize, Serialize};\n"


def _types(member: Member) -> Iterator[str]:
    derived = "derive(Serialize, Deserialize)"
    # Of the root crate alone, a feature decides whether serde knows strings.
    serde = f'#[cfg_attr(feature = "alloc", {derived})]' if member.name == ROOT else f"#[{derived}]"
    yield from (TYPE.format(name=f"Entry{index}", serde=serde) for index in range(WEIGHT))


def _features(member: Member) -> Iterator[str]:
    for name in sorted(member.features.keys() - {"default"}):
        used = [text for (feature, crate), text in USES.items() if feature == name and crate in member.dependencies]
        if f"dep:{name}" in member.features[name]:
            used.append(f"pub use ::{name} as dependency;")
        lines = "".join(f"    {text}\n" for text in used)
        yield (
            f'#[cfg(feature = "{name}")]\npub mod {_module(name)} {{\n    use super::*;\n{lines}'
            f"    pub fn length(entry: &Entry0) -> usize {{ entry.title.len() + {len(name)} }}\n}}\n"
        )


def _pairs(member: Member) -> Iterator[str]:
    plain = sorted(member.features.keys() - {"default", *PLATFORMS})[:4]
    for first, second in combinations(plain, 2):
        one, other = _module(first), _module(second)
        yield (
            f'#[cfg(all(feature = "{first}", feature = "{second}"))]\n'
            f"pub fn both_{one}_{other}(entry: &Entry0) -> usize {{ {one}::length(entry) + {other}::length(entry) }}\n"
        )


def _module(feature: str) -> str:
    return f"with_{feature.replace('-', '_')}"
