"""Entry of a fork server: ``python -I -S -B fork_server.py SETTINGS``.

The server imports NumPy and the worker once, and forks a process for each request: a byte with four
descriptors. All that a worker is about, its own process reads from the last of these. So nothing of
one submission is ever in the memory that the next one inherits.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

#: How many descriptors come with a request.
DESCRIPTORS = 4
#: What the server says of a worker: its process id, and later its exit status.
NUMBER = struct.Struct("!i")


def main() -> None:
    """Serve requests until the grader closes the channel; then remove the folder of modules."""
    settings = json.loads(sys.argv[1])
    sys.path[:] = [settings["modules"], *sys.path[1:]]
    from autograder.sandbox.worker.imports import PackageFinder

    finder = PackageFinder(settings["packages"], [])
    sys.meta_path.append(finder)
    from autograder.sandbox.worker.serving import load_arrays

    for module in settings["preloaded"]:
        importlib.import_module(module)
    load_arrays(settings["arrays"], "cpu")
    sys.meta_path.remove(finder)  # each worker has its own
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - pathlib is not needed here
    if threads > 1:  # a forked process has only the thread that forks
        sys.exit(f"the fork server has {threads} threads, and must have one")
    _set_dumpable(0)  # no process of this user looks into the server
    server = Server(socket.socket(fileno=os.dup(0)))
    gc.collect()
    gc.freeze()
    channel = server.serve()
    if channel is None:
        shutil.rmtree(settings["folder"], ignore_errors=True)
        return
    _run_program(channel)


def _set_dumpable(value: int) -> None:
    from autograder.sandbox.confine import libc  # found once the search path is set

    libc.prctl(libc.PR_SET_DUMPABLE, value)


@dataclass
class _Child:
    """A forked process: its id, its process descriptor, and the channel to the grader."""

    pid: int
    descriptor: int
    channel: int
    has_ended: bool = False


class Server:
    """Forks a process for each request, and tells the grader its id and its exit status.

    A process that has ended is reaped once the grader closes its channel: its id belongs to no
    other process before.
    """

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._children: list[_Child] = []

    def serve(self) -> int | None:
        """Serve until the grader closes the channel, and return None.

        A forked process returns at once: the descriptor of its own channel.
        """
        while True:
            poll = select.poll()
            poll.register(self._requests, select.POLLIN)
            for child in self._children:
                if not child.has_ended:
                    poll.register(child.descriptor, select.POLLIN)
                poll.register(child.channel, 0)  # its end alone
            ready = dict(poll.poll())
            for child in list(self._children):
                if child.descriptor in ready and not child.has_ended:
                    self._tell_status(child)
                if ready.get(child.channel, 0) & (select.POLLHUP | select.POLLERR):
                    self._let_go(child)
            if self._requests.fileno() in ready:
                # A request: standard input, output and error, and the channel to the grader.
                data, received, _, _ = socket.recv_fds(self._requests, 1, DESCRIPTORS)
                if not data:
                    return None
                channel = self._fork(received)
                if channel is not None:
                    return channel

    def _fork(self, received: Sequence[int]) -> int | None:
        """Fork; return the descriptor of the channel in the new process, and None in this one."""
        pid = os.fork()
        if not pid:
            _set_dumpable(1)  # or its user namespace could not be set up
            self._requests.detach()
            self._children.clear()
            for number, descriptor in enumerate(received):
                os.dup2(descriptor, number)
            os.closerange(DESCRIPTORS, os.sysconf("SC_OPEN_MAX"))  # all others
            return DESCRIPTORS - 1
        *streams, channel = received
        for descriptor in streams:
            os.close(descriptor)
        self._children.append(_Child(pid, os.pidfd_open(pid), channel))
        _tell(channel, pid)
        return None

    def _tell_status(self, child: _Child) -> None:
        """Tell the grader how `child` has ended, and leave its id to it."""
        ended = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        if ended is not None:
            child.has_ended = True
            is_exit = ended.si_code == os.CLD_EXITED
            _tell(child.channel, ended.si_status if is_exit else -ended.si_status)

    def _let_go(self, child: _Child) -> None:
        """Reap `child`, which the grader knows no more; end it if it still runs."""
        if not child.has_ended:
            os.kill(child.pid, signal.SIGKILL)
        os.waitpid(child.pid, 0)
        os.close(child.descriptor)
        os.close(child.channel)
        self._children.remove(child)


def _tell(channel: int, number: int) -> None:
    with suppress(OSError):  # the grader has closed it
        os.write(channel, NUMBER.pack(number))


def _run_program(channel: int) -> None:
    """Read the program of one request from the grader; run it as if Python were started anew.

    The channel gives ``argv``: ``-c CODE`` or a file, with its arguments; all variables of the
    ``environment``; and the working ``folder``.
    """
    import numpy as np

    with open(channel, "rb") as stream:
        program = json.loads(stream.read())
    argv = program["argv"]
    os.setsid()
    os.environ.clear()
    os.environ.update(program["environment"])
    os.chdir(program["folder"])
    np.random.seed()  # or all workers would draw the same numbers
    is_text = argv[0] == "-c"
    sys.argv = ["-c", *argv[2:]] if is_text else argv
    sys.modules["__main__"] = main = ModuleType("__main__")
    file = "<string>" if is_text else argv[0]
    text = argv[1] if is_text else Path(file).read_text("utf-8")
    exec(compile(text, file, "exec"), vars(main))


if __name__ == "__main__":
    main()
