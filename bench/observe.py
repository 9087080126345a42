"""A run of every contender that is watched and recorded, for counts, peaks and models; its time is not compared."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Final

from bench.arena import Arena
from bench.contenders import Contender, Site
from bench.measure import Peaks, Sample, Watch, measure
from bench.model import predict
from bench.phases import phases_of, prepare
from bench.recording import Recording, count_in, install_recorders, read_recording, recording_environment
from bench.results import Counted, Phase
from bench.verdicts import Verdicts
from buildkit.process import Completed

CORES: Final = (2, 4, 8)
"""The machines that are modelled."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What was seen of one contender; `recording` is of the cold run."""

    recording: Recording
    sample: Sample
    peaks: Peaks
    counted: dict[Phase, Counted]
    verdicts: Verdicts

    @property
    def modelled(self) -> dict[int, float]:
        """Return what the cold run would take, by the number of cores."""
        return {cores: predict(self.recording, self.sample.seconds, cores) for cores in CORES}


def observe(arena: Arena, contender: Contender) -> Observation:
    """Let a contender go through the phases once, each cargo and rustc recorded."""
    site = arena.site(contender, "observed")
    counted: dict[Phase, Counted] = {}
    prepare(arena, site, Phase.COLD)
    watch = Watch(folders=site.kept)
    ((done, sample), peaks) = watch.run(lambda: measure(lambda: _run(arena, contender, site, Phase.COLD)))
    recording = _recorded(site, Phase.COLD)
    counted[Phase.COLD] = _count(recording, site)
    # A second edit starts what the first one does.
    for phase in phases_of(arena)[1:3]:
        prepare(arena, site, phase)
        _run(arena, contender, site, phase)
        counted[phase] = _count(_recorded(site, phase), site)
    verdicts = contender.verdicts(done, arena.task)
    return Observation(recording=recording, sample=sample, peaks=peaks, counted=counted, verdicts=verdicts)


def _run(arena: Arena, contender: Contender, site: Site, phase: Phase) -> Completed:
    command = contender.command(site, arena.task, arena.tools)
    recorders = site.folder / "recorders"
    programs = install_recorders(recorders, arena.tools.toolchain, arena.processes)
    path = os.pathsep.join((str(programs), arena.tools.search_path))
    recorded = recording_environment(recorders, site.folder / "records" / phase.name.lower())
    return arena.processes.run(replace(command, env={**command.env, **recorded, "PATH": path}))


def _recorded(site: Site, phase: Phase) -> Recording:
    return read_recording(site.folder / "records" / phase.name.lower())


def _count(recording: Recording, site: Site) -> Counted:
    own = sum(count_in(recording.units, folder) for folder in site.kept)
    return Counted(cargo_calls=len(recording.cargo_calls), rustc=len(recording.units), rustc_of_own=own)
