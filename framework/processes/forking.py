"""Whether this process may be forked: a forked process has none of the threads of a library.

Work for several processes is then done in turn in this process, or in processes started afresh.
"""

from __future__ import annotations

import sys

_is_forbidden = False


def forbid_forks() -> None:
    """Record that a library in this process has threads that a forked process waits for."""
    global _is_forbidden  # noqa: PLW0603 - it is a fact about the process
    _is_forbidden = True


def may_fork() -> bool:
    """Return whether this process may be forked; with the libraries of macOS, it is unsafe."""
    return sys.platform == "linux" and not _is_forbidden
