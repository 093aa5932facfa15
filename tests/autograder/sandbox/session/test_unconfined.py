"""Systems that cannot confine a worker: limits are kept from outside, or it is said.

The worker finds no Linux: no namespaces, no filter of system calls, no supervisor. The host looks
through /proc or, where there is none, through psutil.
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

import psutil
import pytest
from repository import text_of

from autograder.sandbox.confine import Limits
from autograder.sandbox.runners import base
from autograder.sandbox.runners.base import ProcessSandbox
from autograder.sandbox.session.faults import OutOfMemory, SubmissionFault
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
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            pid = int(path.parent.name)
            if (
                mark in path.read_text()
                and pid != os.getpid()
                and looks(pid)[:1] not in ([], ["Z"])
            ):
                found.append(pid)
    return found


@pytest.fixture
def without_proc(monkeypatch):
    """The system shows no files of processes."""
    monkeypatch.setattr(base, "has_proc", lambda: False)


@pytest.fixture(params=["proc", "psutil"])
def submit(request, open_session, tmp_path):
    """`submit(memory)`: a submission in a worker that is watched from outside alone."""
    if request.param == "psutil":
        request.getfixturevalue("without_proc")
    sessions = []

    def submit(memory=1 << 34):
        session = open_session(
            CODE,
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
    assert base.UNWATCHED not in session.uncontained


@pytest.mark.parametrize("submit", ["psutil"], indirect=True)
@pytest.mark.parametrize("folder", ["", "missing"])
def test_what_cannot_be_watched_is_said(submit, monkeypatch, tmp_path, folder):
    session = submit()
    with monkeypatch.context() as patched:
        patched.setattr(psutil, "PROCFS_PATH", str(tmp_path / folder))
        RemoteModule(session).start()
        assert base.UNWATCHED in session.uncontained
        session.close()  # ends the group, whose end cannot be waited for
    deadline = time.monotonic() + 5
    while marked(str(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.01)


FAMILY = """
import os, time
block = bytearray(100 << 20)
for _ in range(2):
    os.fork()
time.sleep(60)
"""


def test_both_ways_to_look_see_the_same(monkeypatch):
    with subprocess.Popen([sys.executable, "-c", FAMILY], start_new_session=True) as process:
        try:
            time.sleep(0.5)
            files = base.tree_of(process)
            monkeypatch.setattr(base, "has_proc", lambda: False)
            listed = base.tree_of(process)
            assert type(files) is not type(listed)
            assert sorted(files.pids()) == sorted(listed.pids())
            assert files.usage().threads == listed.usage().threads == 4
            assert listed.usage().memory == pytest.approx(files.usage().memory, rel=0.05)
            assert listed.usage().memory > 100 << 20
        finally:
            pids = listed.pids()
            listed.kill(5)
    assert {state for pid in pids for state in looks(pid)[:1]} <= {"Z"}
