"""The reference of what plugins, exercises and notebooks import, made from docstrings."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

#: Page -> its title and modules, in the order of the site.
PAGES = {
    "interfaces": ("Interfaces", ("framework.interfaces", "framework.errors")),
    "plugins": (
        "Hooks and registry",
        ("framework.hookspecs", "framework.providers.registry", "framework.models.parts"),
    ),
    "gradients": (
        "Gradients",
        ("autograder.checks.numerical_gradients", "autograder.checks.gradient_search"),
    ),
    "training": ("Training", ("framework.training.task", "framework.training.training_options")),
    "data": (
        "Corpora and vocabularies",
        (
            "framework.data.corpus_entry",
            "framework.data.corpus",
            "framework.data.labelled",
            "framework.data.tagged",
            "framework.data.sentence_pairs",
            "framework.data.vocabulary",
        ),
    ),
    "reports": (
        "Reports and sandboxes",
        ("autograder.verdicts", "autograder.results.report", "autograder.sandbox.runners.base"),
    ),
}


def reference_pages() -> dict[str, str]:
    """Return path -> text of the reference."""
    index = "\n".join(f"   {name}" for name in PAGES)
    pages = {"reference/index.rst": f"Reference\n=========\n\n.. toctree::\n\n{index}\n"}
    return pages | {f"reference/{n}.rst": _page(*content) for n, content in PAGES.items()}


def _page(title: str, modules: tuple[str, ...]) -> str:
    """Return the page of some modules, with their public classes and functions."""
    return "\n".join([f"{title}\n{'=' * len(title)}\n", *map(_module, modules)])


def _module(name: str) -> str:
    return f"{name}\n{'-' * len(name)}\n\n.. automodule:: {name}\n"


def as_restructured_text(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Change a docstring in place: bars are no substitutions, and indented text is verbatim."""
    text = "\n".join(lines)
    text = re.sub(r"(?m)^(\S.*)\n\n(?= {4,}\S)", r"\1\n\n::\n\n", text)
    is_verbatim, changed = False, []
    for line in text.split("\n"):
        is_verbatim = line == "::" or (is_verbatim and not line[:1].strip())
        changed.append(line if is_verbatim else re.sub(r"(?<![`\\])\|", r"\\|", line))
    lines[:] = changed
