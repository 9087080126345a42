"""What ends the children of a buildkit that was killed outright and could not end them itself."""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from typing import Final

GRACE_SECONDS: Final = 1

SCRIPT: Final = f"""
exec 3<&0
(
  groups=
  while read -r sign group; do
    rest=
    for known in $groups; do [ "$known" = "$group" ] || rest="$rest $known"; done
    groups=$rest
    [ "$sign" = - ] || groups="$groups $group"
  done
  [ -n "$groups" ] || exit 0
  for group in $groups; do kill -s TERM -- "-$group"; done
  sleep {GRACE_SECONDS}
  for group in $groups; do kill -s KILL -- "-$group"; done
) <&3 3<&- &
"""
"""A POSIX shell that leaves a child of its own behind, for which nobody has to wait.

That one reads `+ GROUP` and `- GROUP` lines. When its input ends, so has buildkit, and what is still on its list is ended.
The kernel's own way (PR_SET_PDEATHSIG) reaches the direct child alone: not rustc below cargo.
"""


class Watchdog:
    """The end of a pipe to the shell that keeps the list of process groups."""

    def __init__(self, descriptor: int) -> None:
        """Take the pipe's end, and close it with this object: the shell then has nothing to do and ends."""
        self._descriptor = descriptor
        weakref.finalize(self, os.close, descriptor)

    def watch(self, group: int) -> None:
        """Put a process group on the list."""
        self._tell(f"+ {group}\n")

    def release(self, group: int) -> None:
        """Take a process group off the list."""
        self._tell(f"- {group}\n")

    def _tell(self, line: str) -> None:
        # A shell that has gone leaves what there was without it: children that outlive a kill -9.
        with suppress(OSError):
            os.write(self._descriptor, line.encode())
