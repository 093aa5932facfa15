"""A fork server that is denied namespaces, as by the default filter of containers."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import threading

from autograder.sandbox.confine import libc
from autograder.sandbox.confine.seccomp import (
    ARCHITECTURES,
    _answer,
    _check_architecture,
    _load,
    _refuse,
)
from autograder.sandbox.runners.fork import ForkSandbox
from autograder.sandbox.runners.worker_modules import NUMPY_ARRAYS

_SECCOMP_FILTER, _ALLOW = 1, 0x7FFF0000
_NAMESPACES = ("unshare", "setns", "mount", "pivot_root")


def _deny() -> None:
    """Deny this thread, and the processes that it starts, every namespace."""
    architecture = ARCHITECTURES[os.uname().machine]
    refused = _refuse(architecture, _NAMESPACES, errno.EPERM)
    program = [*_check_architecture(architecture), _load(0), *refused, _answer(_ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    number = architecture.numbers("seccomp")[0]
    libc.syscall(number, _SECCOMP_FILTER, 0, ctypes.addressof(header))


class DeniedForkSandbox(ForkSandbox):
    """The sandbox of a fork server whose workers get no namespaces."""

    def modules(self, arrays: str = NUMPY_ARRAYS, added: tuple[str, ...] = ()):
        """Start the server from a thread that is denied them, and return its modules."""
        results = []

        def start() -> None:
            _deny()
            results.append(super(DeniedForkSandbox, self).modules(arrays, added))

        if (arrays, added) in self._servers:
            return super().modules(arrays, added)
        thread = threading.Thread(target=start)
        thread.start()
        thread.join()
        return results[0]
