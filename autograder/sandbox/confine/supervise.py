"""The worker's parent: it dies with the host and with the worker, and takes the worker along."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from typing import NoReturn

from autograder.sandbox.confine import libc
from autograder.sandbox.confine.disk_quota import DiskQuota, QuotaQuestions

#: Seconds between the end of the host's pipe and the end of the worker.
GRACE = 1.0


def fork_supervised(lifeline: int, quota: DiskQuota | None = None) -> None:
    """Fork: return in the child, and stay behind as its supervisor.

    The host's end of a pipe is the signal, and not the death of the host's thread, which Linux's
    own parent-death signal is about: a host may well start its workers from short-lived threads.

    Args:
        lifeline: a pipe's reading end; the supervised process dies when its writers are gone.
        quota: kept by the supervisor, once the child has called `apply_disk_quota`.
    """
    supervisor = os.getpid()
    questions = None if quota is None else QuotaQuestions(quota)
    child = os.fork()
    if child:
        _supervise(child, lifeline, questions)
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() not in (supervisor, 0):  # 0: the parent is outside of our new namespace
        os._exit(1)
    if questions is not None:
        questions.leave_to_child()


def _supervise(child: int, lifeline: int, questions: QuotaQuestions | None) -> NoReturn:
    libc.prctl(libc.PR_SET_DUMPABLE, 0)  # the worker cannot look into its supervisor
    if os.getpid() != 1:  # bubblewrap kills its first process with the host
        libc.resume_when_parent_ends()
    _close_output()
    if questions is not None:
        questions.keep()
    with suppress(OSError):  # a kernel before 5.3: only the host's own kill is left
        _wait(libc.syscall(libc.PIDFD_OPEN, child, 0), child, lifeline, questions)
    _, status = os.waitpid(child, 0)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def _close_output() -> None:
    """Leave standard output and error to the worker, so that its end is the pipes' end."""
    for descriptor in (1, 2):
        os.close(descriptor)


def _wait(pidfd: int, child: int, lifeline: int, questions: QuotaQuestions | None) -> None:
    """Return once the child is dead or killed; answer its questions meanwhile."""
    watch = select.poll()
    watch.register(pidfd, select.POLLIN)
    watch.register(lifeline, 0)  # its end alone
    if questions is not None:
        watch.register(questions.descriptor, select.POLLIN)
    ready = dict(watch.poll())
    while questions is not None and not {pidfd, lifeline} & set(ready):
        asked = questions.descriptor
        is_over = (
            ready[asked] & (select.POLLHUP | select.POLLERR) and not ready[asked] & select.POLLIN
        )
        if is_over or not questions.answer(child):
            watch.unregister(asked)
        elif questions.descriptor != asked:
            watch.unregister(asked)
            watch.register(questions.descriptor, select.POLLIN)
        ready = dict(watch.poll())
    if pidfd in ready:
        return
    watch = select.poll()
    watch.register(pidfd, select.POLLIN)
    if not watch.poll(GRACE * 1000):
        os.kill(child, signal.SIGKILL)
