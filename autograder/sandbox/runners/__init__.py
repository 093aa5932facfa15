"""Sandboxes, by name: each starts a worker that sees its `FilesystemView` and nothing else.

- base: what every sandbox offers, and `process`, which needs no helper
- bubblewrap, fork: the other two
- choose: which of them a run uses
- filesystem_view: what a worker has to see
- installed_packages, worker_modules: the files of packages and of gradus for it
- processes, listed_processes: trees of processes, watched and ended
- scratch: removes what a submission wrote
"""

from __future__ import annotations

from autograder.sandbox.runners.base import Sandbox
from autograder.sandbox.runners.choose import BUILT_IN, choose
from autograder.sandbox.runners.filesystem_view import build_view, interpreter, site_folders

__all__ = ["BUILT_IN", "Sandbox", "build_view", "choose", "interpreter", "site_folders"]
