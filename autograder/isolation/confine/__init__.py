"""What the worker process does to itself: it gives up everything that a submission must not have.

`isolate.isolate` runs first, single-threaded and before NumPy is imported; `lock.lock` runs after
the heavy imports and before any submitted line. Nothing here imports more than the standard
library, and the grader's side needs the view and the limits alone.
"""

from __future__ import annotations

from autograder.isolation.confine.filesystem_view import FilesystemView
from autograder.isolation.confine.limits import Limits

__all__ = ["FilesystemView", "Limits"]
