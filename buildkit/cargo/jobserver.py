"""Slots for processes that several cargos share, by the protocol of GNU make (its manual, "POSIX Jobserver Interaction").

cargo makes such a server itself and hands it to rustc and to build scripts; where it is given one, it takes that one. A pipe as cargo's own,
and no named one: what build scripts call may be a make that is older than those.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from buildkit.process import Command

VARIABLE: Final = "CARGO_MAKEFLAGS"
"""Where cargo looks first; it sets the same variable for whatever it starts."""

SERVED: Final = (VARIABLE, "MAKEFLAGS", "MFLAGS")
"""Where cargo looks for a server."""

OPTIONS: Final = ("--jobserver-fds=", "--jobserver-auth=")
"""How a server is named, in the older and in the newer spelling."""

SLOT: Final = b"+"

MOST_SLOTS: Final = 4096
"""What fits into a pipe at once on every system."""


class JobServer:
    """Has so many slots. Whoever starts a cargo takes one for it, in which that one runs its first process; for more it takes slots itself."""

    def __init__(self, slots: int) -> None:
        """Open it, with at most `MOST_SLOTS`; raises `OSError`."""
        self._reading, self._writing = os.pipe()
        try:
            # By a way of its own, so that no other reader has to wait for nothing as this one has. On Linux alone that is what it gives.
            self._trying = os.open(f"/dev/fd/{self._reading}", os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            os.close(self._reading)
            os.close(self._writing)
            raise
        os.write(self._writing, SLOT * min(slots, MOST_SLOTS))

    def take(self) -> bool:
        """Take a slot, if one is free."""
        try:
            return os.read(self._trying, 1) == SLOT
        except BlockingIOError:
            return False

    def give_back(self) -> None:
        """Give a slot back."""
        os.write(self._writing, SLOT)

    def hand_to(self, command: Command) -> Command:
        """Return a call of cargo that takes its slots here."""
        pipe = f"{self._reading},{self._writing}"
        told = " ".join(("-j", *(f"{option}{pipe}" for option in OPTIONS)))
        return replace(command, env={**command.env, VARIABLE: told}, inherited=(self._reading, self._writing))

    def close(self) -> None:
        """Close it; whoever has it from here goes on with it."""
        for descriptor in (self._trying, self._reading, self._writing):
            os.close(descriptor)


def is_served(environment: Mapping[str, str]) -> bool:
    """Say whether cargo is given a server by whoever started this process."""
    return any(option in environment.get(name, "") for name in SERVED for option in OPTIONS)
