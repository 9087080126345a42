from __future__ import annotations

from dataclasses import replace

import pytest
from scenarios import bundled
from toolchain_fakes import HOST

from buildkit.model import CompilationTarget
from buildkit.workflow.compiling.forms import FLAGS, codegen_flags, form_of, profile_of
from buildkit.workflow.library.settings import cargo_profile


def flags(target: CompilationTarget) -> tuple[str, ...]:
    return codegen_flags(target, target.triple_for(HOST))


@pytest.mark.parametrize(
    ("target", "crate_type", "source", "ending"),
    [
        pytest.param("native-musl", "bin", "main.rs", "", id="musl"),
        pytest.param("wasm32-wasip2", "bin", "main.rs", ".wasm", id="wasi"),
        pytest.param("wasm32-unknown-unknown", "cdylib", "lib.rs", ".wasm", id="browser"),
        pytest.param("thumbv6m-none-eabi", "staticlib", "lib.rs", ".a", id="embedded"),
    ],
)
def test_a_scenario_has_the_form_of_its_platform(target: str, crate_type: str, source: str, ending: str) -> None:
    form = form_of(bundled()[target])
    assert (form.crate_type, form.source, form.ending) == (crate_type, source, ending)


def test_wasm_does_not_unwind() -> None:
    assert "-Cpanic=abort" in flags(bundled()["wasm32-wasip2"])
    assert "-Cpanic=abort" not in flags(bundled()["native-musl"])


def test_only_musl_links_the_c_library_statically_by_a_flag() -> None:
    static = "-Ctarget-feature=+crt-static"
    assert static in flags(bundled()["native-musl"])
    assert static not in flags(bundled()["native"])


@pytest.mark.parametrize("name", ["native-musl", "wasm32-wasip2", "thumbv6m-none-eabi"])
def test_a_program_is_compiled_as_its_library_is_but_for_its_symbols(name: str) -> None:
    target = bundled()[name]
    triple = target.triple_for(HOST)
    differing = profile_of(target, triple).items() ^ cargo_profile(target, triple).items()
    assert {key for key, _ in differing} <= {"strip"}


def test_rustc_has_a_flag_for_every_setting_that_decides_on_the_code() -> None:
    target = bundled()["wasm32-wasip2"]
    told = {key for key in profile_of(target, "wasm32-wasip2") if not key.startswith("build-override.")}
    assert told - set(FLAGS) == {"incremental"}


def test_what_a_target_says_of_the_profile_comes_last() -> None:
    assert "-Copt-level=3" in flags(replace(bundled()["native-musl"], cargo_profile={"opt-level": 3}))


def test_a_switch_of_the_profile_is_told_as_rustc_reads_it() -> None:
    assert "-Cdebug-assertions=off" in flags(bundled()["native"])
