"""Workflows and their service are killed with -9 at random moments, and every checkpoint keeps what it promised."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from compiled_scenarios import WASI, native_target

from bench.danger import Danger, Victim
from bench.kills import row
from bench.survivors import survive

pytestmark = pytest.mark.integration

KILLS = int(os.environ.get("SCENARIO_TEST_KILLS", "10"))


@pytest.mark.parametrize(("target", "transport"), [(native_target(), "http"), (WASI, "http"), (WASI, "host")])
def test_what_was_acknowledged_outlives_kill_9_at_random_points(target: str, transport: str, tmp_path: Path) -> None:
    seed = os.environ.get("SCENARIO_TEST_SEED", "kills")
    survived = survive(Danger(target=target, kills=KILLS, seed=seed, transport=transport), tmp_path)
    sys.stdout.write(f"seed {seed}: {row(survived)}\n")
    assert survived.broken == ()
    assert survived.killed == KILLS
    assert survived.toll.kills[Victim.SERVICE] == KILLS // 4
    assert survived.toll.instances
