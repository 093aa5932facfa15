"""The page of all hooks: what each is called with, and a plugin that implements it."""

from __future__ import annotations

import inspect
from pathlib import Path

from framework import hookspecs

EXAMPLES = "docs/examples"

_INTRODUCTION = """# Hooks

A plugin is a module with functions of these names, marked `@hookimpl`. `--plugin FILE` loads one
for a single command. An installed plugin is found by its entry point in the group `gradus`. The
list `plugins` in `exercises/course.toml` holds those of a course. `gradus new plugin NAME` writes
the first files. Every example is a complete plugin, and a test loads and uses it.
"""


def hook_names() -> list[str]:
    """Return the names of all hooks, in the order of `framework.hookspecs`."""
    return [name for name, hook in vars(hookspecs).items() if hasattr(hook, "gradus_spec")]


def hooks_page(root: Path) -> str:
    """Return the page with every hook and its example."""
    return "\n".join([_INTRODUCTION, *(_hook(root, name) for name in hook_names())])


def _hook(root: Path, name: str) -> str:
    hook = getattr(hookspecs, name)
    arguments = ", ".join(inspect.signature(hook).parameters)
    source = (root / EXAMPLES / f"{name}.py").read_text("utf-8").strip()
    return (
        f"## {name}\n\n```python\n{name}({arguments})\n```\n\n{inspect.getdoc(hook)}\n\n"
        f"```python\n{source}\n```\n"
    )
