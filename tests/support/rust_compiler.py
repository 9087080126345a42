"""Generated sources in the hands of the real rustc and rustfmt."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from buildkit.ci import is_ci
from buildkit.workflow.agents import agents
from buildkit.workflow.code.names import capability_path

DOUBLE = Path(__file__).parent / "library_double"
NAME = "runtara_workflow_stdlib"


def is_missing(program: str) -> bool:
    """Say whether a program is not here, which is an error where all must be."""
    return shutil.which(program) is None and not is_ci(os.environ)


def formatted_otherwise(folder: Path, sources: Mapping[str, str]) -> str:
    """Return what rustfmt would change in the sources; nothing where they are as it writes them."""
    for name, text in sources.items():
        (folder / f"{name}.rs").write_text(text, encoding="utf-8")
    names = [f"{name}.rs" for name in sources]
    command = ("rustfmt", "--check", "--edition", "2024", *names)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@dataclass(frozen=True, kw_only=True)
class Compiler:
    """Compiles sources against the double of the library, with every warning an error."""

    folder: Path

    def prepare(self) -> None:
        """Compile the double."""
        library = (DOUBLE / "library.rs").read_text(encoding="utf-8") + _agents()
        (self.folder / "library.rs").write_text(library, encoding="utf-8")
        self._rustc(DOUBLE / "macros.rs", "--crate-name", "library_double_macros", "--crate-type", "proc-macro")
        macros = next(self.folder.glob("*library_double_macros*"))
        self._rustc(self.folder / "library.rs", "--extern", f"library_double_macros={macros}", "--crate-name", NAME, "--crate-type", "rlib")

    def check(self, name: str, text: str, crate_type: str) -> None:
        """Fail with what rustc says where it takes a source not at all or with a warning."""
        self._source(name, text, "--crate-type", crate_type, "--emit", "metadata")

    def run(self, name: str, texts: Sequence[str]) -> list[list[list[str]]]:
        """Run the workflows of several sources without an entry, and return the calls of each, as the double tells them."""
        modules = "".join(f"mod s{index} {{\n{text}}}\n" for index, text in enumerate(texts))
        calls = "".join(
            f'    println!("-");\n    assert!(s{index}::execute_workflow(&{NAME}::scenario::Run::new({NAME}::runtime::TokioRuntime)).is_ok());\n'
            for index in range(len(texts))
        )
        self._source(name, f"{modules}fn main() {{\n{calls}}}\n", "-o", str(self.folder / name))
        done = subprocess.run((str(self.folder / name),), capture_output=True, text=True, check=True)
        return [[_words(line) for line in part.splitlines() if line] for part in done.stdout.split("-\n")[1:]]

    def _source(self, name: str, text: str, *arguments: str) -> None:
        file = self.folder / f"{name}.rs"
        file.write_text(text, encoding="utf-8")
        self._rustc(file, "-D", "warnings", "--extern", f"{NAME}={self.folder / f'lib{NAME}.rlib'}", *arguments)

    def _rustc(self, file: Path, *arguments: str) -> None:
        command = ("rustc", "--edition", "2024", "-L", str(self.folder), "--out-dir", str(self.folder), *arguments, str(file))
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def _words(line: str) -> list[str]:
    return [bytes.fromhex(word).decode() for word in line.split(" ")]


def _agents() -> str:
    """Return the statics of all capabilities."""
    modules: dict[str, list[str]] = {}
    for agent, declared in agents().items():
        for capability in declared.capability:
            module, _, static = capability_path(agent, capability).partition("::")
            modules.setdefault(module, []).append(f'pub static {static}: super::Capability = super::Capability("{agent}.{capability}");')
    inner = "".join(f"pub mod {module} {{ {' '.join(statics)} }}\n" for module, statics in modules.items())
    return f"pub mod agents {{\npub struct Capability(pub &'static str);\n{inner}}}\n"
