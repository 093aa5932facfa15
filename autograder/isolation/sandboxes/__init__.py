"""Sandboxes, by name: each starts a worker that sees its `FilesystemView` and nothing else."""

from __future__ import annotations

from autograder.isolation.sandboxes.base import Sandbox
from autograder.isolation.sandboxes.choose import BUILT_IN, choose
from autograder.isolation.sandboxes.filesystem_view import build_view, interpreter, site_folders

__all__ = ["BUILT_IN", "Sandbox", "build_view", "choose", "interpreter", "site_folders"]
