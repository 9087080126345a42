"""The platform of a table that leaves out the targets on which something is denied."""

from __future__ import annotations

from buildkit.cargo.cfg import is_cfg, matches
from buildkit.cargo.metadata import Dependency
from buildkit.features.declarations import Machine
from buildkit.remedies.leak import Leak
from buildkit.remedies.predicates import separating_cfg


def platform_without(leak: Leak, declaration: Dependency) -> str | None:
    """Return the key of a `target` table for a declaration: true where it holds now and nothing is denied, false elsewhere.

    `None` where no sensible expression tells the targets apart.
    """
    platform = declaration.target
    kept = [machine for machine in leak.kept_on if _holds(platform, machine)]
    denied = [machine for machine in leak.denied_on if _holds(platform, machine)]
    elsewhere = [machine for machine in (*leak.kept_on, *leak.denied_on) if not _holds(platform, machine)]
    if not kept:
        return None
    cfgs = [machine.cfg for machine in kept]
    found = separating_cfg(cfgs, [machine.cfg for machine in (*denied, *elsewhere)])
    if found is not None or platform is None or not is_cfg(platform):
        return found
    added = separating_cfg(cfgs, [machine.cfg for machine in denied])
    return None if added is None else f"cfg(all({platform[4:-1]}, {added[4:-1]}))"


def no_platform(leak: Leak) -> str:
    """Say why there is none."""
    denied = ", ".join(machine.triple for machine in leak.denied_on)
    kept = ", ".join(machine.triple for machine in leak.kept_on)
    return f"no cfg(…) of family, system, architecture or environment is false on {denied} and true on {kept or 'any other target'}"


def _holds(platform: str | None, machine: Machine) -> bool:
    return platform is None or matches(platform, machine.triple, machine.cfg)
