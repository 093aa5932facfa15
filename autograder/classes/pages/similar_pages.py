"""The pages of similar code: a list of clusters, and each pair side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.classes.pages.rendering import asset, render, stylesheet
from autograder.classes.pages.similar import SimilarTask
from autograder.classes.pages.view import RunView
from autograder.course.source import lines_of
from autograder.similarity.outliers import Cluster
from autograder.similarity.tokens import common_lines

#: Pairs of a cluster that are shown side by side, those with the highest share.
MAX_PAIRS = 12

MENU = {"index.html": "Similar code"}


@dataclass(frozen=True)
class Column:
    """One code of a pair: what it is called, and its lines with whether they are in common."""

    id: str
    lines: tuple[tuple[str, bool], ...]


class SimilarPages:
    """The pages, as `autograder.classes.pages.writing` writes them.

    Args:
        view: the run, whose students are shown.
        tasks: what was found.
    """

    def __init__(self, view: RunView, tasks: Sequence[SimilarTask]) -> None:
        self._view = view
        self._tasks = tasks
        self._owners: dict[str, list[str]] = {}
        for one in view.results.outcomes.values():
            owners = self._owners.setdefault(one.attempt, [])
            if one.student not in owners:
                owners.append(one.student)
        self._clusters = {
            f"clusters/{task.comparison.exercise}-{task.comparison.task}-{i}.html": (task, cluster)
            for task in tasks
            for i, cluster in enumerate(task.clusters, start=1)
        }

    def paths(self) -> list[str]:
        """Return the paths of all pages and files."""
        return ["index.html", "pages.css", "pages.js", *self._clusters]

    def content(self, path: str) -> bytes | None:
        """Return the page or file at `path`; None if there is none."""
        if path == "pages.css":
            return stylesheet()
        if path == "pages.js":
            return asset("pages.js")
        if path == "index.html":
            return self._page(path, "similar.html", tasks=self._tasks, pages=self._pages())
        if path in self._clusters:
            return self._cluster(path, *self._clusters[path])
        return None

    def _pages(self) -> Mapping[int, list[tuple[str, Cluster]]]:
        """Return the number of a task -> the pages of its clusters."""
        return {
            i: [(path, found) for path, (of, found) in self._clusters.items() if of is task]
            for i, task in enumerate(self._tasks)
        }

    def _cluster(self, path: str, task: SimilarTask, cluster: Cluster) -> bytes:
        pairs = [
            (share, *_columns(task, first, second))
            for first, second, share in cluster.pairs[:MAX_PAIRS]
        ]
        return self._page(path, "cluster.html", task=task, cluster=cluster, pairs=pairs)

    def _page(self, path: str, template: str, **values: Any) -> bytes:
        root = "../" * path.count("/")
        page = render(template, path=path, root=root, live=None, menu=MENU, view=self._view,
                      run=self._view.run, called=self._called, **values)  # fmt: skip
        return page.encode("utf-8", "replace")

    def _called(self, id: str) -> str:
        """Return who handed in a code, or the name of a source."""
        return ", ".join(map(self._view.shown, self._owners.get(id, []))) or id


def _columns(task: SimilarTask, first: str, second: str) -> tuple[Column, Column]:
    code = task.comparison.code
    marked = common_lines(code[first], code[second], task.comparison.skeleton)
    one, other = (
        Column(id, tuple((line, i in lines) for i, line in enumerate(lines_of(code[id]), 1)))
        for id, lines in zip((first, second), marked, strict=True)
    )
    return one, other
