"""A small workspace whose library has what the source of a scenario uses, so that compiling takes no time; and the command in it.

Its programs print the steps that they take, and end with the result file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from command_line import Buildkit, Ran
from oracle import write_files
from scenarios import Tree, action, finish, scenario

LIBRARY = """\
pub mod serde_json { pub type Value = String; }
#[derive(Debug)]
pub struct WorkflowError;
pub trait WorkflowRuntime: Sized + 'static {}
pub struct Capability(pub &'static str);
pub mod agents {
    pub mod text {
        pub static TRIM: crate::Capability = crate::Capability("trim");
    }
}
pub mod scenario {
    use crate::{Capability, WorkflowError, WorkflowRuntime, serde_json::Value};
    pub type Field = (&'static str, Source);
    pub struct Source(pub &'static str);
    impl Source {
        pub const fn reference(path: &'static str) -> Self { Self(path) }
        pub const fn immediate(json: &'static str) -> Self { Self(json) }
        pub const fn or(self, _: &'static str) -> Self { self }
    }
    pub struct Run<R>(pub std::rc::Rc<R>);
    impl<R: WorkflowRuntime> Run<R> {
        pub fn action(&self, step: &'static str, capability: &'static Capability, _: &[Field], _: Option<&[Field]>) -> Result<(), WorkflowError> {
            println!("{step}: {}", capability.0);
            Ok(())
        }
        pub fn delay(&self, step: &'static str, milliseconds: u64) -> Result<(), WorkflowError> {
            println!("{step}: {milliseconds} ms");
            Ok(())
        }
        pub fn finish(&self, step: &'static str, _: &[Field]) -> Result<Value, WorkflowError> { Ok(step.to_string()) }
    }
}
pub mod runtime {
    pub struct TokioRuntime;
    impl TokioRuntime { pub fn from_env() -> Result<Self, crate::WorkflowError> { Ok(Self) } }
    impl crate::WorkflowRuntime for TokioRuntime {}
    pub struct BlockingRuntime;
    impl BlockingRuntime { pub fn from_env() -> Result<Self, crate::WorkflowError> { Ok(Self) } }
    impl crate::WorkflowRuntime for BlockingRuntime {}
}
pub mod program {
    use crate::{WorkflowError, WorkflowRuntime, scenario::Run, serde_json::Value};
    pub fn main<R: WorkflowRuntime>(make: fn() -> Result<R, WorkflowError>, execute: fn(&Run<R>) -> Result<Value, WorkflowError>) -> std::process::ExitCode {
        let Ok(runtime) = make() else { return 1.into() };
        let Ok(last) = execute(&Run(std::rc::Rc::new(runtime))) else { return 1.into() };
        println!("{last}");
        0.into()
    }
}
"""
MANIFEST = """\
[package]
name = "runtara-workflow-stdlib"
version = "0.1.0"
edition = "2024"
[features]
native = []
wasi = []
"""
FILES = {
    "Cargo.toml": '[workspace]\nmembers = ["stdlib"]\nresolver = "2"\n',
    "buildkit.toml": '[workspace]\ntargets = ["native"]\n',
    "stdlib/Cargo.toml": MANIFEST,
    "stdlib/src/lib.rs": LIBRARY,
}
ORDER = scenario(action("first", "second"), action("second", "end"), finish())


@dataclass(frozen=True, kw_only=True)
class SmallLibrary:
    """The workspace, with the scenario `order.json` in it and a store of its own."""

    root: Path
    environment: Mapping[str, str | None] = field(default_factory=dict)
    provides: bool = False
    """Whether a standard library may be fetched: a new machine has that of its own target alone."""

    def fill(self) -> SmallLibrary:
        """Write everything."""
        write_files(self.root, FILES)
        for name, text in FILES.items():
            (self.root / name).write_text(text, encoding="utf-8")
        self.write(ORDER)
        return self

    def write(self, tree: Tree) -> None:
        """Write the scenario."""
        (self.root / "order.json").write_text(json.dumps(tree, indent=1), encoding="utf-8")

    @property
    def variables(self) -> Mapping[str, str | None]:
        """Return the environment of the command."""
        return {"BUILDKIT_CACHE_DIR": str(self.root.parent / "store"), "CARGO_TARGET_DIR": None, **self.environment}

    def run(self, *arguments: str, target: str = "native") -> Ran:
        """Compile the scenario."""
        offline = () if self.provides else ("--offline",)
        return Buildkit(folder=self.root, environment=self.variables)("compile", "order.json", "-t", target, *offline, *arguments)

    def document(self, *arguments: str, target: str = "native", code: int = 0) -> dict[str, Any]:
        """Compile the scenario, and return the one document that is said."""
        ran = self.run(*arguments, "--format", "json", target=target)
        assert ran.code == code, ran.err
        found: dict[str, Any] = json.loads(ran.out)
        return found

    def artifact(self, *arguments: str, target: str = "native") -> dict[str, Any]:
        """Compile the scenario, and return what is said of the one artifact."""
        (entry,) = self.document(*arguments, target=target)["artifacts"]
        found: dict[str, Any] = entry
        return found


def merged(variables: Mapping[str, str | None]) -> dict[str, str]:
    """Return this process's environment with changes."""
    return {name: value for name, value in {**os.environ, **variables}.items() if value is not None}
