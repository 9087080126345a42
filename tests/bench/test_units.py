from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from recorded import cargo, rustc

from bench.model import predict
from bench.recording import Recording, count_in
from bench.units import Awaits, units_of


def test_a_unit_waits_for_the_metadata_or_the_whole_of_what_it_links() -> None:
    units = units_of([rustc("serde"), rustc("derive"), rustc("app", externs={"serde": "rmeta", "derive": "so"})])
    assert units[2].awaits == {"serde": Awaits.METADATA, "derive": Awaits.WHOLE}


def test_what_was_built_before_the_recording_is_not_waited_for() -> None:
    assert units_of([rustc("app", externs={"serde": "rmeta"})])[0].awaits == {}


def test_a_package_waits_for_the_build_script_of_its_own_features() -> None:
    script, other = (rustc("build_script_build", features=(feature,), manifest="/work/app") for feature in ("std", "alloc"))
    units = units_of([script, other, rustc("app", features=("std",), times=(1, 2))])
    assert units[2].awaits == {script.id: Awaits.WHOLE}
    assert units[0].awaits == units[1].awaits == {}


def test_of_two_build_scripts_a_package_waits_for_the_one_that_was_there() -> None:
    first, second = (rustc("build_script_build", times=times, manifest="/work/app") for times in ((0, 1), (2, 3)))
    second = msgspec.structs.replace(second, id="second")
    between, after = (rustc("app", times=times) for times in ((1, 2), (3, 4)))
    units = units_of([first, between, second, msgspec.structs.replace(after, id="after")])
    assert [tuple(unit.awaits) for unit in units] == [(), (first.id,), (), ("second",)]


@pytest.mark.parametrize(("cpu", "seconds"), [pytest.param(1.0, 1.0, id="waited for a core"), pytest.param(9.0, 4.0, id="many threads")])
def test_a_unit_takes_what_it_would_on_a_core_of_its_own(cpu: float, seconds: float) -> None:
    unit = units_of([rustc("app", times=(0, 4), metadata=1, cpu=cpu)])[0]
    assert (unit.seconds, unit.metadata_seconds) == (seconds, seconds / 4)


def test_a_question_to_rustc_is_no_compilation() -> None:
    asked = msgspec.structs.replace(rustc("app"), argv=("rustc", "-", "--crate-name", "___", "--print=file-names"))
    probe = msgspec.structs.replace(rustc("app"), argv=("rustc", "--crate-name=probe", "--out-dir", "/out", "probe.rs"))
    assert Recording(invocations=(asked, probe, rustc("app"))).units == (rustc("app"),)


def test_a_cargo_that_another_cargo_started_is_no_call_of_the_tool() -> None:
    recording = Recording(invocations=(cargo("a", (0, 1)), cargo("b", (0, 1), call="a")))
    assert [call.id for call in recording.cargo_calls] == ["a"]


def test_units_below_a_folder_are_counted() -> None:
    units = [rustc("wrapper", manifest="/work/target/buildkit/wrapper"), rustc("app", manifest="/work/app")]
    assert count_in(units, Path("/work/target")) == 1


def recorded() -> Recording:
    """Two calls of three and two seconds, each with half a second before rustc; in the first, two units side by side."""
    units = (rustc("a", times=(0.5, 3), call="1"), rustc("b", times=(0.5, 3), call="1"), rustc("c", times=(4, 5.5), call="2"))
    return Recording(invocations=(cargo("1", (0, 3)), cargo("2", (3.5, 5.5)), *units))


@pytest.mark.parametrize(("cores", "seconds"), [(1, 9.0), (2, 6.5), (8, 6.5)])
def test_only_what_can_run_side_by_side_in_one_cargo_call_gains_from_cores(cores: int, seconds: float) -> None:
    assert predict(recorded(), 6.5, cores) == seconds


def overlapping(*needs: str) -> Recording:
    """Two calls side by side: in the first, a unit waits for another, one second each; in the second is one of two seconds."""
    externs = dict.fromkeys(needs, "so")
    first = (rustc("a", times=(0, 1), call="1"), rustc("b", times=(1, 2), call="1", externs={"a": "so"}))
    return Recording(
        invocations=(cargo("1", (0, 2)), cargo("2", (1.5, 3.5)), *first, rustc("c", times=(1.5, 3.5), call="2", externs=externs))
    )


@pytest.mark.parametrize(
    ("needs", "cores", "seconds"),
    [((), 1, 4.0), ((), 2, 2.0), ((), 8, 2.0), (("a",), 2, 3.0), (("b",), 8, 4.0)],
)
def test_calls_that_ran_side_by_side_wait_for_what_they_need_of_each_other(needs: tuple[str, ...], cores: int, seconds: float) -> None:
    assert predict(overlapping(*needs), 3.5, cores) == seconds


def test_what_was_made_by_way_of_a_link_is_found_by_way_of_another(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for lane in ("one", "two"):
        (tmp_path / lane).symlink_to("out")
    made, used = rustc("a", folder=f"{tmp_path}/one"), rustc("b", folder=f"{tmp_path}/two", externs={"a": "rmeta"})
    assert units_of([made, used])[1].awaits == {"a": Awaits.METADATA}
