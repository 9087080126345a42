"""Run one cargo or rustc, and write down what was run, when, and how it ended.

    recorder.py cargo|rustc PROGRAM [ARGUMENT ...]

Stands between a tool and the compiler while invocations are counted; needs nothing but Python's standard library, and takes the folder of
the records from the environment. It starts the process itself: it is a program of its own and no part of buildkit.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any, Final

FOLDER: Final = "BENCH_RECORDS"
"""The variable that names the folder of the records."""

CALL: Final = "BENCH_CARGO_CALL"
"""The variable by which a rustc knows the cargo call that it belongs to."""

METADATA: Final = b'"emit":"metadata"'
"""How rustc says on standard error that others may use what it knows by now, long before it has generated code."""


def main(kind: str, argv: list[str]) -> int:
    """Run the program, pass on what it says, and return its code."""
    name = uuid.uuid4().hex
    environment = {**os.environ, CALL: name} if kind == "cargo" else dict(os.environ)
    started = time.monotonic()
    metadata: float | None = None
    # cargo hands its job server on as open files.
    with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, close_fds=False) as child:
        for line in child.stderr or ():
            if metadata is None and METADATA in line:
                metadata = time.monotonic()
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    _write(
        name,
        {
            "kind": kind,
            "id": name,
            "call": os.environ.get(CALL, ""),
            "argv": argv,
            "cwd": str(Path.cwd()),
            "environment": dict(os.environ),
            "started": started,
            "metadata": metadata,
            "ended": time.monotonic(),
            "cpu_seconds": used.ru_utime + used.ru_stime,
            "returncode": child.returncode,
        },
    )
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _write(name: str, record: dict[str, Any]) -> None:
    """Write a record under a name of its own; a reader never sees half of one."""
    folder = Path(os.environ[FOLDER])
    unfinished = folder / f".{name}"
    unfinished.write_text(json.dumps(record), encoding="utf-8")
    unfinished.rename(folder / f"{name}.json")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
