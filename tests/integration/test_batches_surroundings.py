"""Cells that share a cargo call get the verdicts of their own calls: whatever cargo is told by files and variables beside the manifests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from batch_graphs import open_cells
from defects import ROOT, Defect, hold, manifest, together, write_workspace

from buildkit.process import Command, ProcessRunner

pytestmark = pytest.mark.integration

CONFIG = "ws/.cargo/config.toml"
HOST_KEY = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"
STRICT = "#!/bin/sh\nfor word; do case $word in *'feature=\"b\"'*) echo 'error: b is refused' >&2; exit 1;; esac; done\nexec \"$@\"\n"
UNSTABLE = '[profile.dev]\nrustflags = ["--cfg", "tuned"]\n'
"""What a stable cargo refuses."""

ALL = frozenset({"app/-", "app/a", "app/b", "app/a,b"})
FAILS_WITH_B = frozenset({"app/b", "app/a,b"})


def app(condition: str = "", *, config: str = "") -> dict[str, str]:
    """Return a package that fails with the feature b where a condition holds."""
    fails = f'#[cfg(all(feature = "b", {condition}))] compile_error!("refused");\n' if condition else ""
    files = {"ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"), "ws/crates/app/src/lib.rs": fails}
    return files | ({CONFIG: config} if config else {})


CONFIGURED = {
    "flags of [build]": Defect(files=app("tuned", config='[build]\nrustflags = ["--cfg", "tuned"]\n'), fails=FAILS_WITH_B),
    "flags for a cfg": Defect(files=app("tuned", config='[target.\'cfg(unix)\']\nrustflags = ["--cfg", "tuned"]\n'), fails=FAILS_WITH_B),
    "a file named relatively by [env]": Defect(
        files=app(config='[env]\nNOTE = { value = "note.txt", relative = true }\n')
        | {
            "ws/note.txt": "fine",
            "ws/crates/app/src/lib.rs": '#[cfg(feature = "b")] include!(env!("NOTE"));\npub const TEXT: &str = include_str!(env!("NOTE"));\n',
        },
        fails=FAILS_WITH_B,
    ),
    "another output folder": Defect(files=app("unix", config='[build]\ntarget-dir = "../elsewhere/out"\n'), fails=FAILS_WITH_B),
    "a profile for what is not of the workspace": Defect(
        files=app("debug_assertions", config='[profile.dev.package."*"]\ndebug-assertions = false\n'), fails=FAILS_WITH_B, wrapped=False
    ),
    "a profile": Defect(files=app("not(debug_assertions)", config="[profile.dev]\ndebug-assertions = false\n"), fails=FAILS_WITH_B),
    "an unstable table": Defect(files=app("tuned", config=f"[unstable]\nprofile-rustflags = true\n{UNSTABLE}"), fails=ALL, wrapped=False),
    "an unstable setting without its table": Defect(files=app("tuned", config=UNSTABLE), fails=ALL),
    "a wrapper of the compiler for members": Defect(
        files=app(config='[build]\nrustc-workspace-wrapper = "tools/strict.sh"\n') | {"ws/tools/strict.sh": STRICT},
        fails=FAILS_WITH_B,
        wrapped=False,
    ),
    "a wrapper of the compiler": Defect(
        files=app(config='[build]\nrustc-wrapper = "tools/strict.sh"\n') | {"ws/tools/strict.sh": STRICT}, fails=FAILS_WITH_B
    ),
}


@pytest.mark.parametrize("defect", CONFIGURED.values(), ids=CONFIGURED.keys())
def test_cargos_configuration_holds_in_a_shared_call(defect: Defect, tmp_path: Path) -> None:
    hold(tmp_path, defect)


VARIABLES = {
    "encoded flags": ({"CARGO_ENCODED_RUSTFLAGS": "--cfg\x1ftuned"}, Defect(files=app("tuned"), fails=FAILS_WITH_B)),
    "flags": ({"RUSTFLAGS": "--cfg tuned"}, Defect(files=app("tuned"), fails=FAILS_WITH_B)),
    "flags for the target": ({HOST_KEY: "--cfg tuned"}, Defect(files=app("tuned"), fails=FAILS_WITH_B)),
    "warnings denied": (
        {"RUSTFLAGS": "-Dwarnings -Dmissing_docs"},
        Defect(
            files=app() | {"ws/crates/app/src/lib.rs": '//! Fine.\n#[cfg(feature = "b")] fn unused() {}\n'},
            fails=FAILS_WITH_B,
        ),
    ),
    "a profile": ({"CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false"}, Defect(files=app("not(debug_assertions)"), fails=FAILS_WITH_B)),
    "an unstable flag": (
        {"CARGO_UNSTABLE_PROFILE_RUSTFLAGS": "true"},
        Defect(files=app("tuned", config=UNSTABLE), fails=ALL, wrapped=False),
    ),
}


@pytest.mark.parametrize(("variables", "defect"), VARIABLES.values(), ids=VARIABLES.keys())
def test_variables_hold_in_a_shared_call(
    variables: Mapping[str, str], defect: Defect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    hold(tmp_path, defect)


def test_an_output_folder_outside_the_workspace_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = '[build]\nrustflags = ["--cfg", "tuned"]\n'
    monkeypatch.setenv("CARGO_TARGET_DIR", str(tmp_path / "out"))
    hold(tmp_path, Defect(files=app("tuned", config=config), fails=FAILS_WITH_B))


@pytest.mark.parametrize("name", ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"])
def test_a_wrapper_of_the_compiler_sees_what_it_sees_in_plain_calls(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = tmp_path / "strict.sh"
    strict.write_text(STRICT, encoding="utf-8")
    strict.chmod(0o755)
    monkeypatch.setenv(name, str(strict))
    hold(tmp_path, Defect(files=app(), fails=FAILS_WITH_B, wrapped=name == "RUSTC_WRAPPER"))


@pytest.mark.parametrize("profile", ['package."*"', "package.app", 'package."app@0.1.0"'])
def test_after_an_edit_cells_still_share_a_call_whatever_the_profile_names(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    root = write_workspace(tmp_path, {**app(), "ws/Cargo.toml": f"{ROOT}[profile.dev.{profile}]\nopt-level = 1\n"})
    for text in ("pub fn one() {}\n", "pub fn two() {}\n"):
        (root / "crates" / "app" / "src" / "lib.rs").write_text(text, encoding="utf-8")
        found, commands = together(open_cells(root, ("native",)))
        assert set(found.values()) == {"pass"}
        assert sum("check" in command.argv for command in commands) == 1


GIT = {
    "upstream/Cargo.toml": manifest("upstream", "bad = []"),
    "upstream/src/lib.rs": '#[cfg(feature = "bad")] compile_error!("bad");\n',
}


def write_repository(folder: Path) -> str:
    """Make a repository of a package, and return its address."""
    write_workspace(folder, GIT)
    place = folder / "upstream"
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "first")):
        done = ProcessRunner().run(Command(argv=(*git, *words), cwd=place))
        assert done.succeeded, done.stderr
    return place.as_uri()


def cargo(root: Path, *words: str) -> str:
    """Run cargo, and return what it printed."""
    done = ProcessRunner().run(Command(argv=("cargo", *words), cwd=root))
    assert done.succeeded, done.stderr
    return done.stdout


def from_git(address: str) -> Defect:
    dependency = f'upstream = {{ git = "{address}" }}'
    files = {
        "ws/crates/one/Cargo.toml": manifest("one", 'bad = ["upstream/bad"]\na = []', dependency),
        "ws/crates/two/Cargo.toml": manifest("two", "a = []", dependency),
    }
    return Defect(files=files, fails=frozenset({"one/bad", "one/a,bad"}))


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Defect:
    """Give a workspace with a dependency from git that cargo has fetched, in a home of its own."""
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "home"))
    defect = from_git(write_repository(tmp_path / "git"))
    root = write_workspace(tmp_path / "first", defect.files)
    cargo(root, "fetch", "-q")
    lock = (root / "Cargo.lock").read_text(encoding="utf-8")
    return Defect(files={**defect.files, "ws/Cargo.lock": lock}, fails=defect.fails)


def test_a_dependency_from_git_holds(fetched: Defect, tmp_path: Path) -> None:
    hold(tmp_path, fetched)


def test_vendored_sources_hold_without_a_network(fetched: Defect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = cargo(tmp_path / "first" / "ws", "vendor", str(tmp_path / "vendor"))
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "empty"))
    hold(tmp_path, Defect(files={**fetched.files, CONFIG: configuration}, fails=fetched.fails))


PATCHED = '[patch."{}"]\nupstream = {{ path = "../patched" }}\n'
PATCH = {
    "patched/Cargo.toml": manifest("upstream", "bad = []"),
    "patched/src/lib.rs": '#[cfg(feature = "bad")] compile_error!("patched");\npub fn patched() {}\n',
    "ws/crates/two/src/lib.rs": "pub fn use_it() { upstream::patched(); }\n",
}


@pytest.mark.parametrize("place", ["manifest", "configuration"])
def test_a_patch_by_a_relative_path_holds(place: str, fetched: Defect, tmp_path: Path) -> None:
    patch = PATCHED.format((tmp_path / "git" / "upstream").as_uri())
    told = {"ws/Cargo.toml": ROOT + patch} if place == "manifest" else {CONFIG: patch}
    files = {name: text for name, text in fetched.files.items() if name != "ws/Cargo.lock"}
    hold(tmp_path, Defect(files={**files, **PATCH, **told}, fails=fetched.fails))
