from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench.__main__ import Files, alone_in, chosen
from bench.results import Result
from buildkit.errors import UsageError

RESULT = Result(versions={"buildkit": "0.1.0"}, cpus=2, rounds=1, workloads=())


def test_without_a_name_all_workloads_but_the_small_one_are_chosen() -> None:
    assert chosen([]) == ("each-feature", "each-feature-wasm", "pairs", "broken-combination", "leak-on-wasm", "isolation")
    assert chosen(["quick"]) == ("quick",)


def test_an_unknown_workload_is_refused_with_the_names_of_all() -> None:
    with pytest.raises(UsageError, match="unknown workload 'pair'") as caught:
        chosen(["pair"])
    assert "pairs" in str(caught.value.hint)


def test_a_second_comparison_is_kept_out_of_the_folder_until_the_first_has_ended(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(UsageError, match="another comparison uses"), alone_in(tmp_path):
        pass
    with alone_in(tmp_path):
        pass


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        Files(json=tmp_path / "absent" / "result.json", table=None)
    with pytest.raises(UsageError, match="cannot be written"):
        Files(json=None, table=tmp_path)


def test_the_written_result_is_the_whole_result(tmp_path: Path) -> None:
    files = Files(json=tmp_path / "result.json", table=tmp_path / "table.md")
    files.write(RESULT)
    assert msgspec.json.decode((tmp_path / "result.json").read_bytes(), type=Result) == RESULT
    assert "2 processors, one round. buildkit 0.1.0." in (tmp_path / "table.md").read_text(encoding="utf-8")
