"""Ending a tree of processes that grows while it is being ended."""

import subprocess
import sys

import pytest

from autograder.sandbox.runners.processes import ProcessHandle, ProcessTree, Usage
from framework.errors import SandboxError


class Growing(ProcessTree):
    """Whatever runs for longer than one look starts another process, unless it is stopped."""

    def __init__(self, process):
        super().__init__(process)
        self.running, self.stopped = [0], set()
        self.older = {0}

    def _usage(self, pid):
        return Usage()

    def pids(self):
        seen = list(self.running)
        if self.older - self.stopped:
            self.running.append(len(seen))
        self.older = set(seen)
        return seen

    def _listed(self):
        return []

    def _descendants(self, pid):
        return []

    def _handle(self, pid):
        return Member(self, pid)


class Member(ProcessHandle):
    def __init__(self, tree, pid):
        self.tree, self.pid = tree, pid

    def signal(self, name):
        if name == "SIGKILL":
            self.tree.running.remove(self.pid)
        else:
            self.tree.stopped.add(self.pid)

    def wait(self, deadline):
        return self.pid not in self.tree.running


@pytest.fixture
def process():
    """A process that waits."""
    code = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], start_new_session=True) as process:
        yield process
        process.kill()


def test_what_is_started_while_others_are_stopped_ends_too(process):
    tree = Growing(process)
    tree.kill(0.5)
    assert tree.running == []
    assert process.returncode is not None


class Lasting(Growing):
    """Has a member that the system does not end."""

    def _handle(self, pid):
        return LastingMember(self, pid)


class LastingMember(Member):
    def wait(self, deadline):
        return False


def test_what_cannot_be_ended_is_an_error(process):
    with pytest.raises(SandboxError, match=rf"process {process.pid}\) cannot be killed"):
        Lasting(process).kill(5.0)


class Interrupted(Growing):
    """Looks at processes while the command is ended."""

    def pids(self):
        raise KeyboardInterrupt


def test_what_is_stopped_when_an_interrupt_comes_is_ended(process):
    with pytest.raises(KeyboardInterrupt):
        Interrupted(process).kill(5.0)
    assert process.wait(5.0) < 0
