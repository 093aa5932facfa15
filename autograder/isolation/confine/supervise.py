"""The worker's parent: it dies with the host and with the worker, and takes the worker along."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from typing import NoReturn

from autograder.isolation.confine import libc

#: Seconds between the end of the host's pipe and the end of the worker.
GRACE = 1.0


def fork_supervised(lifeline: int) -> None:
    """Fork: return in the child, and stay behind as its supervisor.

    The host's end of a pipe is the signal, and not the death of the host's thread, which Linux's
    own parent-death signal is about: a host may well start its workers from short-lived threads.

    Args:
        lifeline: a pipe's reading end; the supervised process dies when its writers are gone.
    """
    supervisor = os.getpid()
    child = os.fork()
    if child:
        _supervise(child, lifeline)
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() not in (supervisor, 0):  # 0: the parent is outside of our new namespace
        os._exit(1)


def _supervise(child: int, lifeline: int) -> NoReturn:
    libc.prctl(libc.PR_SET_DUMPABLE, 0)  # the worker cannot look into its supervisor
    _close_output()
    with suppress(OSError):  # a kernel before 5.3: only the host's own kill is left
        _wait(libc.syscall(libc.PIDFD_OPEN, child, 0), child, lifeline)
    _, status = os.waitpid(child, 0)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def _close_output() -> None:
    """Leave standard output and error to the worker, so that its end is the pipes' end."""
    for descriptor in (1, 2):
        os.close(descriptor)


def _wait(pidfd: int, child: int, lifeline: int) -> None:
    """Return once the child is dead or killed."""
    watch = select.poll()
    watch.register(pidfd, select.POLLIN)
    watch.register(lifeline, 0)  # its end alone
    if pidfd in dict(watch.poll()):
        return
    watch.unregister(lifeline)
    if not watch.poll(GRACE * 1000):
        os.kill(child, signal.SIGKILL)
