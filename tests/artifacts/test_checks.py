from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from buildkit.artifacts.checks import (
    AllChecks,
    ComponentImports,
    RequiredMachine,
    SizeLimit,
    forbid_host_imports,
    require_static,
    require_wasi_component,
)
from buildkit.errors import UsageError
from buildkit.model import Artifact, Rule


def artifact(**known: Any) -> Artifact:
    facts: dict[str, Any] = {"path": Path("app.wasm"), "kind": "component", "size": 2000, "gzip_size": 900, "sha256": "0" * 64}
    return Artifact(**(facts | known))


def test_a_static_program_passes() -> None:
    assert require_static(artifact(kind="elf", static=True)) == ()


def test_a_program_that_is_not_static_is_reported_with_what_it_asks_for() -> None:
    (finding,) = require_static(artifact(path=Path("app"), kind="elf", static=False, imports=("/lib64/ld.so", "libc.so.6")))
    assert (finding.rule, finding.subject) == (Rule.LINKAGE, "app")
    assert "/lib64/ld.so, libc.so.6" in finding.message
    assert "musl" in (finding.fix or "")


def test_an_archive_is_not_asked_whether_it_is_static() -> None:
    assert require_static(artifact(kind="archive", static=None)) == ()


def test_a_component_may_import_wasi_alone() -> None:
    assert require_wasi_component(artifact(imports=("wasi:io/poll@0.2.6", "wasi:http/types@0.2.4"))) == ()
    (finding,) = require_wasi_component(artifact(imports=("wasi:io/poll@0.2.6", "acme:log/sink@1.0.0")))
    assert (finding.rule, finding.subject) == (Rule.IMPORT, "acme:log/sink@1.0.0")
    assert "acme:log/sink" in (finding.fix or "")


def test_a_core_module_is_not_taken_for_a_component() -> None:
    (finding,) = require_wasi_component(artifact(kind="core-module"))
    assert finding.rule is Rule.WORLD


def test_a_component_is_not_taken_for_a_core_module() -> None:
    (finding,) = forbid_host_imports(artifact(kind="component"))
    assert finding.rule is Rule.WORLD


def test_prefixes_are_the_authors_own() -> None:
    check = ComponentImports(prefixes=("wasi:io/", "acme:"))
    assert [finding.subject for finding in check(artifact(imports=("acme:a/b", "wasi:io/poll@0.2.6", "wasi:cli/exit@0.2.6")))] == [
        "wasi:cli/exit@0.2.6"
    ]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("__wbindgen_placeholder__.__wbindgen_throw", id="wasm-bindgen before its command"),
        pytest.param("./app_bg.js.__wbg_now_1", id="wasm-bindgen after its command"),
        pytest.param("env.memory", id="shared memory"),
        pytest.param("environment.get", id="a name that only begins alike"),
    ],
)
def test_what_browsers_provide_is_not_reported(entry: str) -> None:
    assert forbid_host_imports(artifact(kind="core-module", imports=(entry,))) == ()


@pytest.mark.parametrize(
    ("entry", "subject"),
    [
        pytest.param("env.SSL_new", "env", id="an undefined C symbol"),
        pytest.param("wasi_snapshot_preview1.fd_write", "wasi_snapshot_preview1", id="WASI 0.1"),
        pytest.param("wasi:io/streams@0.2.6.[method]output-stream.write", "wasi:io/streams@0.2.6", id="WASI 0.2"),
    ],
)
def test_what_only_other_hosts_provide_is_reported_by_module(entry: str, subject: str) -> None:
    (finding,) = forbid_host_imports(artifact(kind="core-module", imports=(entry,)))
    assert (finding.rule, finding.subject) == (Rule.IMPORT, subject)


def test_many_imports_of_one_module_are_one_finding() -> None:
    (finding,) = forbid_host_imports(artifact(kind="core-module", imports=tuple(f"env.f{number}" for number in range(8))))
    assert "f0, f1, f2, f3, f4 and 3 more from env" in finding.message


def test_a_budget_is_the_largest_size_that_passes() -> None:
    assert SizeLimit(size=2000, gzip_size="900 B")(artifact()) == ()
    found = SizeLimit(size=1999, gzip_size=899)(artifact())
    assert [(finding.rule, finding.subject) for finding in found] == [(Rule.SIZE, "app.wasm")] * 2
    assert "2000 bytes (2.0 KiB), 1 more than its budget of 1999" in found[0].message
    assert "900 bytes after gzip" in found[1].message


def test_a_budget_that_is_no_size_is_refused_where_it_is_declared() -> None:
    with pytest.raises(UsageError, match="'much' is no size"):
        SizeLimit(size="much")


def test_an_artifact_for_another_machine_is_reported() -> None:
    check = RequiredMachine(machine="ARM")
    assert check(artifact(kind="archive", machine="ARM")) == ()
    assert check(artifact(kind="other", machine=None)) == ()
    (finding,) = check(artifact(kind="archive", machine="X86_64"))
    assert (finding.rule, "X86_64, not for ARM" in finding.message) == (Rule.LINKAGE, True)


def test_checks_compare_by_what_they_hold() -> None:
    assert AllChecks(checks=(require_static, SizeLimit(size=1))) == AllChecks(checks=(require_static, SizeLimit(size=1)))
    assert SizeLimit(size=1) != SizeLimit(size=2)


def test_all_checks_keep_their_order() -> None:
    both = AllChecks(checks=(SizeLimit(size=1), require_wasi_component))(artifact(kind="core-module"))
    assert [finding.rule for finding in both] == [Rule.SIZE, Rule.WORLD]
