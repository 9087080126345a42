"""Runs whose answer is kept, so that the same question is answered without a run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Final

from buildkit.ci import is_ci
from buildkit.cli.speech import listening
from buildkit.replay.keep import JUDGED, keep
from buildkit.replay.page import is_kept, page_file
from buildkit.replay.watch import watching

WORTH_SECONDS: Final = 2.0
"""How long a run must have taken for the next one to be answered beforehand, which takes a tenth of a second."""

Run = Callable[[Sequence[str]], int]


def run_once(arguments: Sequence[str], run: Run) -> int:
    """Run a command line and return the exit code; what it said is kept where nothing but files decided it.

    After a run that started processes, what the next one will say is found out at once, in silence: it starts none any more.
    """
    if not is_kept(arguments):
        return run(arguments)
    file = page_file(arguments)
    began = time.monotonic()
    with watching() as watched, listening() as speech:
        code = run(arguments)
    if watched.beyond is None:
        keep(file, code, speech.said, watched)
    elif time.monotonic() - began > WORTH_SECONDS and not is_ci(os.environ):
        _rehearse(file, arguments, run)
    return code


def _rehearse(file: str, arguments: Sequence[str], run: Run) -> None:
    """Find out what the next run will say; twice, if the first time something was left to be written down."""
    for _ in range(2):
        with watching(refuses=True) as watched, listening(muffled=True) as speech:
            code = run(arguments)
        # What was interrupted is not begun again.
        if watched.beyond is not None or code not in JUDGED or keep(file, code, speech.said, watched):
            return
