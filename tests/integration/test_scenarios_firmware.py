"""Scenarios as libraries for firmware come to the same on a board, which is QEMU, as natively."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from compiled_scenarios import shared_programs
from qemu import Board, board_of
from scenarios import SCENARIOS

from bench.scenario_programs import Programs

pytestmark = [pytest.mark.integration, pytest.mark.network]

ARM, RISCV = "thumbv7em-none-eabihf", "riscv32imac-unknown-none-elf"
ON_ARM = ("table", "nested-splits", "conditional", "delays", "failing-step")
ON_RISCV = ("table",)
TOO_LARGE = "large-input"
FAILED = 1


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return shared_programs(tmp_path_factory)


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Board]:
    folder = tmp_path_factory.mktemp("boards")
    return {target: board_of(target, folder) for target in (ARM, RISCV)}


def read(kind: str, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SCENARIOS / kind / f"{name}.json").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(("target", "name"), [*((ARM, name) for name in ON_ARM), *((RISCV, name) for name in ON_RISCV)])
def test_a_scenario_comes_to_the_same_on_a_board(
    target: str, name: str, programs: Programs, boards: dict[str, Board], tmp_path: Path
) -> None:
    board, wanted = boards[target], read("expected", name)
    image = board.image(programs.compiled(SCENARIOS / f"{name}.json", target), tmp_path / "image.elf")
    code, told = board.run(image, read("inputs", name))
    if wanted["outcome"] == "completed":
        assert (code, json.loads(told)) == (0, wanted["result"])
    else:
        assert (code, told) == (FAILED, f"error: {wanted['error']}\n")


def test_what_needs_more_memory_than_there_is_says_so_and_stands_still(
    programs: Programs, boards: dict[str, Board], tmp_path: Path
) -> None:
    image = boards[ARM].image(programs.compiled(SCENARIOS / f"{TOO_LARGE}.json", ARM), tmp_path / "image.elf")
    board = boards[ARM].start(image, read("inputs", TOO_LARGE))
    with board:
        assert board.stdout is not None
        told = board.stdout.readline()
        assert board.poll() is None
        board.kill()
    assert told.startswith("error: panicked: memory allocation of ")
