"""What the worker process does to itself: it gives up everything that a submission must not have.

`isolate` runs first, single-threaded and before NumPy is imported; `lock` runs after the heavy
imports and before any submitted line. Nothing here imports more than the standard library.
"""

from __future__ import annotations

from autograder.isolation.confine.filesystem_view import FilesystemView
from autograder.isolation.confine.isolate import isolate
from autograder.isolation.confine.limits import Limits
from autograder.isolation.confine.lock import lock

__all__ = ["FilesystemView", "Limits", "isolate", "lock"]
