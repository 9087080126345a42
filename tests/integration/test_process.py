"""Real processes: endings, output, time-outs and interrupts."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from buildkit.process import NOT_STARTED, Command, ProcessRunner
from buildkit.watchdog import SCRIPT

pytestmark = pytest.mark.integration


def python(code: str, folder: Path) -> Command:
    return Command(argv=(sys.executable, "-c", code), cwd=folder)


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text(encoding="utf-8").split()[2] != "Z"


def is_gone(pid: int) -> bool:
    """Say whether a process ends within two seconds; one that was just killed takes a moment."""
    ending = time.monotonic() + 2
    while is_alive(pid) and time.monotonic() < ending:
        time.sleep(0.01)
    return not is_alive(pid)


def test_both_streams_are_kept_apart_and_handed_on(tmp_path: Path) -> None:
    seen: list[str] = []
    done = ProcessRunner().run(
        python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", tmp_path), on_stdout=seen.append
    )
    assert (done.returncode, done.stdout, done.stderr, seen) == (3, "out\n", "err\n", ["out"])
    assert done.ending == "exit code 3"


def test_output_that_is_no_text_is_kept_as_far_as_it_goes(tmp_path: Path) -> None:
    done = ProcessRunner().run(python("import sys; sys.stdout.buffer.write(b'a\\xff b')", tmp_path))
    assert done.stdout == "a\ufffd b"


def test_a_signal_is_named(tmp_path: Path) -> None:
    done = ProcessRunner().run(python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", tmp_path))
    assert done.ending == "killed by SIGSEGV"


@pytest.mark.parametrize(
    ("argv", "folder", "said"),
    [
        pytest.param(("absent-program",), ".", "absent-program: command not found", id="no program"),
        pytest.param((sys.executable,), "absent", "absent: no such directory", id="no folder"),
    ],
)
def test_what_cannot_be_started_is_a_result(tmp_path: Path, argv: tuple[str, ...], folder: str, said: str) -> None:
    done = ProcessRunner().run(Command(argv=argv, cwd=tmp_path / folder))
    assert done.returncode == NOT_STARTED
    assert said in done.stderr


def test_a_patch_sets_and_unsets_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONE", "here")
    command = Command(
        argv=(sys.executable, "-c", "import os; print(os.environ.get('GONE'), os.environ['SET'])"),
        cwd=tmp_path,
        env={"GONE": None, "SET": "1"},
    )
    assert ProcessRunner().run(command).stdout == "None 1\n"
    assert "-u GONE SET=1" in command.shell


def test_a_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    code = "import subprocess, sys, time; child = subprocess.Popen(['sleep', '60']); print(child.pid, flush=True); time.sleep(60)"
    done = ProcessRunner().run(python(code, tmp_path), timeout=1)
    assert done.returncode < 0
    assert is_gone(int(done.stdout))


def test_an_interrupt_ends_all_groups_within_a_second(tmp_path: Path) -> None:
    runner = ProcessRunner()
    started = threading.Event()
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    thread = threading.Thread(target=lambda: runner.run(python(code, tmp_path), on_stdout=lambda _: started.set()))
    thread.start()
    assert started.wait(10)
    before = time.monotonic()
    runner.interrupt()
    thread.join(5)
    assert not thread.is_alive()
    assert time.monotonic() - before < 1.5
    with pytest.raises(KeyboardInterrupt):
        runner.run(python("", tmp_path))


INTERRUPTED = """
import signal, sys, time
from pathlib import Path
from buildkit.cli.interrupts import interruptible
from buildkit.process import Command

with interruptible() as processes:
    child = Command(argv=(sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"), cwd=Path("/"))
    processes.run(child, on_stdout=lambda line: print(line, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_a_main_thread_that_waits_for_a_child(number: signal.Signals) -> None:
    parent = subprocess.Popen((sys.executable, "-c", INTERRUPTED), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        before = time.monotonic()
        parent.send_signal(number)
        assert parent.wait(10) != 0
    assert time.monotonic() - before < 2
    assert is_gone(child)


FAMILY = (
    "import os, subprocess, time; print(os.getpid(), flush=True); print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
)

KILLED = f"""
import sys
from pathlib import Path
from buildkit.process import Command, ProcessRunner

processes = ProcessRunner()
processes.run(Command(argv=(sys.executable, "-c", "print('ended before')"), cwd=Path("/")))
child = Command(argv=(sys.executable, "-c", {FAMILY!r}), cwd=Path("/"))
processes.run(child, on_stdout=lambda line: print(line, flush=True))
"""


def test_a_kill_of_buildkit_ends_its_children_and_theirs() -> None:
    with subprocess.Popen((sys.executable, "-c", KILLED), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child, grandchild = int(parent.stdout.readline()), int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
    assert is_gone(child)
    assert is_gone(grandchild)


@pytest.mark.parametrize(
    ("lines", "ending"),
    [
        pytest.param("+ {0}\n- {0}\n", None, id="released"),
        pytest.param("+ 1{0}\n+ {0}\n- 1{0}\n", -signal.SIGTERM, id="watched"),
    ],
)
def test_the_watchdog_ends_what_is_on_its_list_and_then_itself(lines: str, ending: int | None) -> None:
    with subprocess.Popen((sys.executable, "-c", "import time; time.sleep(60)"), start_new_session=True) as child:
        watchdog = subprocess.Popen(("/bin/sh", "-c", SCRIPT), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # Its end closes the last writer of its output.
        assert watchdog.communicate(lines.format(child.pid), timeout=20)[0] == ""
        assert child.poll() == ending
        child.kill()
