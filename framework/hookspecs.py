"""Every hook of gradus, on one page.

A plugin is a module with functions of these names marked ``@hookimpl``. It is found by entry point
(group ``gradus``), by ``--plugin module-or-path``, or in the course's own ``plugins`` list.

    from framework.hookspecs import hookimpl
    from framework.providers.registry import Implementation

    @hookimpl
    def register_implementations():
        return [Implementation("optimizer", "lion", "week3", "week3.lion:Lion")]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from pathlib import Path

    import typer

    from framework.course.catalogue import Catalogue
    from framework.data.corpus_entry import CorpusEntry
    from framework.providers.registry import Implementation

hookspec = pluggy.HookspecMarker("gradus")
hookimpl = pluggy.HookimplMarker("gradus")


@hookspec
def register_implementations(  # type: ignore[empty-body]
    course: Catalogue,
) -> Iterable[Implementation]:
    """Offer implementations as data: strings with the location of the code.

    One of the kind ``task`` is a kind of run of ``gradus train``, see `framework.training.task`.
    The solutions of `course` already offer the tasks of its exercises, as ``numpy``.
    """


@hookspec
def register_courses() -> Iterable[Path]:  # type: ignore[empty-body]
    """Offer installed courses: folders that hold ``exercises/course.toml``, with a ``name`` in it.

    ``gradus --course NAME`` and ``grade --course NAME`` choose one; ``base = "NAME"`` in a
    ``course.toml`` lets a course use the parts of another one.
    """


@hookspec
def register_corpora() -> Iterable[CorpusEntry]:  # type: ignore[empty-body]
    """Offer corpora of any kind, as data: see `framework.data.corpus_entry.CorpusEntry`.

    The function of a corpus is called when the corpus is loaded, and its result is checked.
    """


@hookspec
def register_sandboxes() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Offer sandboxes: name -> ``module:Class``."""


@hookspec
def register_reporters() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Offer report formats: name -> ``module:function``, for ``grade --report NAME=FILE``.

    The function is called as ``function(report, show_hidden=...)`` and returns text; without
    `show_hidden` it must not contain the facts of hidden checks.
    """


@hookspec
def student_implementations(  # type: ignore[empty-body]
    folder: Path, course: Catalogue
) -> Iterable[Implementation]:
    """Offer the implementations that a student wrote in `folder`, as ``student``.

    They are tasks of `course`; their targets are paths.
    """


@hookspec
def add_commands(app: typer.Typer) -> None:
    """Add commands to ``gradus``."""


@hookspec(firstresult=True)
def grade_submission(request: Any) -> Any:
    """Grade one submission; wrap it to change the report, for example for a late penalty."""


@hookspec
def submission_graded(report: Any) -> None:
    """Use a finished report, for example send it; it has been shown and written already."""
