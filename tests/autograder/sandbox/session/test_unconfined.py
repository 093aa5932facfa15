"""Systems that cannot confine a worker: limits are kept from outside, or it is said.

The worker finds no Linux: no namespaces, no filter of system calls, no supervisor. The host looks
through /proc and polls the pipes or, as on another system, uses psutil and threads.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from repository import text_of

from autograder.sandbox.confine import Limits
from autograder.sandbox.runners import base
from autograder.sandbox.runners.base import ProcessSandbox
from autograder.sandbox.runners.portable_processes import ListedTree, ThreadedPipes
from autograder.sandbox.session import process as worker_process
from autograder.sandbox.session.faults import Crashed, OutOfMemory, SubmissionFault
from autograder.sandbox.session.requests import RemoteModule

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc to compare")

#: Runs the worker as on macOS.
ELSEWHERE = """
import runpy, sys
sys.platform = "darwin"
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

CODE = text_of("submissions/starts_processes.py")


class Elsewhere(ProcessSandbox):
    """Starts a worker that confines itself as on another system."""

    def spawn(self, argv, view, limits):
        *options, entry, settings = argv
        return super().spawn([*options, "-c", ELSEWHERE, entry, settings], view, limits)


def looks(pid: int) -> list[str]:
    """The words of /proc/PID/stat after the name: state, parent, group, session ..."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def marked(mark: str) -> list[int]:
    """The processes that run and have `mark` in their command line."""
    results = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            pid = int(path.parent.name)
            if (
                mark in path.read_text()
                and pid != os.getpid()
                and looks(pid)[:1] not in ([], ["Z"])
            ):
                results.append(pid)
    return results


@pytest.fixture
def portable(monkeypatch):
    """The system shows no files of processes, and cannot poll pipes."""

    def threaded(process, printed):
        return ThreadedPipes([process.stdin, process.stdout, process.stderr], printed)

    monkeypatch.setattr(base, "tree_of", ListedTree)
    monkeypatch.setattr(worker_process, "pipes_of", threaded)


@pytest.fixture(params=["linux", "portable"])
def submit(request, open_session, tmp_path):
    """`submit(memory, code)`: a submission in a worker that is watched from outside alone."""
    if request.param == "portable":
        request.getfixturevalue("portable")
    sessions = []

    def submit(memory=1 << 34, code=CODE):
        session = open_session(
            code,
            sandbox=Elsewhere(),
            launch=lambda made: replace(made, limits=Limits(memory=memory)),
            call=20,
        )
        sessions.append(session)
        return session

    yield submit
    for session in sessions:
        session.close()
    left = marked(str(tmp_path))
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def test_processes_that_eat_memory_together_are_ended(submit):
    with pytest.raises(OutOfMemory, match="used more than 300 MiB of memory"):
        RemoteModule(submit(300 << 20)).eat_together()


def test_a_fork_bomb_is_ended(submit, tmp_path):
    with pytest.raises(SubmissionFault, match="started more than 64 threads or processes"):
        RemoteModule(submit()).bomb()
    assert marked(str(tmp_path)) == []


def test_a_process_that_keeps_changing_its_number_is_ended(submit):
    RemoteModule(submit()).hide()


def test_children_end_with_their_worker(submit, tmp_path):
    RemoteModule(submit()).family()
    assert len(marked(str(tmp_path))) == 5  # the worker, one with two children, and an orphan


def test_what_is_not_contained_is_said(submit):
    session = submit()
    RemoteModule(session).start()
    assert "submitted code can start processes" in session.uncontained


def test_a_linux_without_proc_is_refused(monkeypatch):
    monkeypatch.setattr(Path, "exists", lambda path: False)
    assert "it needs /proc" in ProcessSandbox().unavailable()


PRINTS = text_of("texts/unconfined/prints.py")


@pytest.fixture
def prints(submit):
    """A session with a submission that prints, and the submission."""
    session = submit(code=PRINTS)
    session.begin()
    return session, RemoteModule(session)


def test_what_was_printed_belongs_to_its_call(prints):
    session, module = prints
    for number in range(100):
        module.say(f"call {number}")
        assert session.printed() == f"call {number}\n"


def test_large_values_come_and_go(prints):
    _, module = prints
    x = np.arange(4 << 20, dtype=float)
    np.testing.assert_array_equal(module.doubled(x), 2 * x)


def test_a_flood_of_output_is_cut(prints):
    session, module = prints
    module.flood()
    text = session.printed()
    assert text.startswith("xxx") and text.endswith("xxx\n")
    assert "bytes cut" in text
    module.say("later")
    assert session.printed() == "later\n"


def test_what_a_worker_printed_before_its_end_is_kept(prints):
    session, module = prints
    with pytest.raises(Crashed, match=r"ended the process itself \(exit status 3\)"):
        module.ends()
    assert session.printed() == "the end\n"


def test_a_worker_that_redirects_its_errors_still_answers(prints):
    _, module = prints
    module.redirect()
    for number in range(3):
        assert module.say(f"call {number}") == f"call {number}"


FAMILY = """
import os, time
block = bytearray(100 << 20)
for _ in range(2):
    os.fork()
time.sleep(60)
"""


def test_both_ways_to_look_see_the_same():
    with subprocess.Popen([sys.executable, "-c", FAMILY], start_new_session=True) as process:
        try:
            files, deadline = base.tree_of(process), time.monotonic() + 60
            while len(files.pids()) < 4 and time.monotonic() < deadline:
                time.sleep(0.1)
            listed = ListedTree(process)
            assert type(files) is not type(listed)
            assert sorted(files.pids()) == sorted(listed.pids())
            assert files.usage().threads == listed.usage().threads == 4
            assert listed.usage().memory == pytest.approx(files.usage().memory, rel=0.05)
            assert listed.usage().memory > 100 << 20
        finally:
            pids = listed.pids()
            listed.kill(5)
    assert {state for pid in pids for state in looks(pid)[:1]} <= {"Z"}
