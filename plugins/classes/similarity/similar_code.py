"""Finds similar code in a run, task by task, and writes pages with each pair side by side."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import msgspec

from autograder.public.courses import Course, available_stub, lines_of
from autograder.public.submissions import load_submission
from framework.errors import GradusError
from plugins.classes.collecting.collection import FILE, read_collection
from plugins.classes.pages.site import Pages, asset, render, stylesheet
from plugins.classes.pages.view import CodeReader, RunView, code_of_task
from plugins.classes.rosters.privacy import write_private
from plugins.classes.similarity.code_pairs import (
    CodeComparison,
    Pair,
    common_lines,
)

#: Standard deviations above the median of the class; higher similarity stands out.
DEVIATIONS = 6.0
#: Nothing below this share stands out, however different the others are.
LOWEST_THRESHOLD = 0.5
#: Classes with fewer members have no distribution to speak of.
MIN_CLASS, SMALL_CLASS_THRESHOLD = 8, 0.8
#: Standard deviation of a normal distribution by its median absolute deviation.
_SPREAD = 1.4826


class Cluster(NamedTuple):
    """Code that belongs together: connected by pairs beyond the threshold, most alike first."""

    members: tuple[str, ...]
    pairs: tuple[Pair, ...]


def nearest(ids: Iterable[str], pairs: Iterable[Pair]) -> dict[str, float]:
    """Return id -> the share of its most similar counterpart; 0 without a counterpart."""
    shares = dict.fromkeys(ids, 0.0)
    for first, second, share in pairs:
        if first in shares and second in shares:
            shares[first] = max(shares[first], share)
            shares[second] = max(shares[second], share)
    return shares


def threshold(shares: Sequence[float]) -> float:
    """Return the share beyond which a pair stands out, from the nearest shares of a class.

    Median and median absolute deviation are not moved by a few copies. Where most of a class is
    alike, as after a common hint, nothing stands out and the threshold may exceed 1.
    """
    if len(shares) < MIN_CLASS:
        return SMALL_CLASS_THRESHOLD
    middle = median(shares)
    spread = _SPREAD * median(abs(share - middle) for share in shares)
    return max(LOWEST_THRESHOLD, middle + DEVIATIONS * spread)


def clusters(pairs: Iterable[Pair], beyond: float) -> list[Cluster]:
    """Return the clusters of pairs beyond a threshold, those with the highest share first."""
    chosen = sorted((pair for pair in pairs if pair[2] > beyond), key=lambda pair: -pair[2])
    group: dict[str, set[str]] = {}
    for first, second, _ in chosen:
        joined = group.get(first, {first}) | group.get(second, {second})
        group.update(dict.fromkeys(joined, joined))
    distinct = {id(members): members for members in group.values()}
    made = [
        Cluster(tuple(sorted(members)), tuple(pair for pair in chosen if pair[0] in members))
        for members in distinct.values()
    ]
    return sorted(made, key=lambda cluster: -cluster.pairs[0][2])


#: Lines of code of one task that are compared.
_MOST = 2000

Compare = Callable[[CodeComparison], Iterable[Pair]]
#: Name of code from outside of the class, as of last year, and exercise -> code.
OtherCode = tuple[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class FoundClusters:
    """What the comparison of one task has found.

    Attributes:
        compared: number of attempts whose code is long enough.
        typical: median share of the nearest counterpart in the class.
        beyond: the share that the clusters exceed; above 1 where nothing can stand out.
    """

    compared: int
    short: int
    typical: float
    beyond: float
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, kw_only=True)
class SimilarTask(FoundClusters):
    """Similar code in one task."""

    comparison: CodeComparison


class ComparedTasks:
    """The tasks that are compared, in a file, so that an interrupted command can continue.

    Another `setting` than that of the earlier call starts afresh.
    """

    def __init__(self, file: Path, setting: str) -> None:
        self._file, self._setting = file, setting
        self._by_task: dict[str, FoundClusters] = {}
        with suppress(OSError, msgspec.MsgspecError):  # damaged, or of another version
            self._by_task = msgspec.json.decode(file.read_bytes(), type=dict[str, FoundClusters])

    def clusters(self, comparison: CodeComparison, compare: Compare) -> FoundClusters:
        """Return what `compare` finds, from an earlier call if that has compared the same code."""
        about = (self._setting, comparison.exercise, comparison.task, comparison.skeleton,
                 sorted(comparison.code.items()), sorted(comparison.sources))  # fmt: skip
        key = hashlib.sha256(repr(about).encode("utf-8", "replace")).hexdigest()
        if key not in self._by_task:
            self._by_task[key] = _found(comparison, compare)
            write_private(self._file, msgspec.json.encode(self._by_task))
        return self._by_task[key]

    def remove(self) -> None:
        """Remove the file: the pages are written."""
        self._file.unlink(missing_ok=True)


def find_similar(
    view: RunView,
    code: CodeReader,
    course: Course,
    sources: Sequence[OtherCode],
    compare: Compare,
    compared: ComparedTasks,
    on_task: Callable[[int, int], None] = lambda done, total: None,
) -> list[SimilarTask]:
    """Return what stands out, task by task, in the order of the course.

    Attempts of a group are one work. `on_task` gets the number of tasks done, and of all.
    """
    exercises = [course.exercise(name) for name in view.results.exercises]
    total = sum(len(exercise.task_names) for exercise in exercises)
    similar: list[SimilarTask] = []
    for exercise in exercises:
        outside = {name: text[exercise.name] for name, text in sources if exercise.name in text}
        outcomes = view.results.outcomes.values()
        attempts = {item.attempt for item in outcomes if item.exercise == exercise.name}
        whole = {id: code.of(id, exercise.name) for id in sorted(attempts)} | outside
        skeleton = available_stub(exercise) or ""
        for task in exercise.task_names:
            on_task(len(similar), total)
            own = partial(code_of_task, task=task, tasks=exercise.task_names, most=_MOST)
            texts = {id: text for id, source in whole.items() if (text := own(source))}
            among = frozenset(outside.keys() & texts.keys())
            comparison = CodeComparison(exercise.name, task, texts, own(skeleton), among)
            found = compared.clusters(comparison, compare)
            similar.append(SimilarTask(comparison=comparison, **vars(found)))
    return similar


def _found(comparison: CodeComparison, compare: Compare) -> FoundClusters:
    own = comparison.code.keys() - comparison.sources
    compared = own & comparison.long_enough.keys()
    pairs = list(compare(comparison))
    shares = sorted(nearest(compared, pairs).values())
    beyond = threshold(shares)
    return FoundClusters(
        compared=len(compared),
        short=len(own) - len(compared),
        typical=shares[len(shares) // 2] if shares else 0.0,
        beyond=beyond,
        clusters=tuple(clusters(pairs, beyond)),
    )


def solution_source(course: Course, names: Iterable[str]) -> OtherCode:
    """Return the solutions of the course as a source: they may have become public."""
    exercises = [course.exercise(name) for name in names]
    code = {item.name: item.solution_source() for item in exercises if item.solution.is_file()}
    return "the solution of the course", code


def read_sources(path: Path, course: Course, names: Sequence[str]) -> Iterator[OtherCode]:
    """Yield the code at `path`: a collection of another year, or one submission."""
    if not (path / FILE).is_file():
        yield path.name, _code_at(path, course, names)
        return
    former = read_collection(path)
    for attempt in former.attempts:
        with suppress(GradusError):  # an attempt without files
            code = _code_at(former.folder_of(attempt.id), course, names)
            yield f"{former.name}, attempt {attempt.id}", code


def _code_at(path: Path, course: Course, names: Iterable[str]) -> dict[str, str]:
    with load_submission(path, course, names) as submission:
        return {name: file.source for name, file in submission.files.items()}


#: Pairs of a cluster that are shown side by side, those with the highest share.
MAX_PAIRS = 12

MENU = {"index.html": "Similar code"}


def similar_pages(view: RunView, tasks: Sequence[SimilarTask]) -> Pages:
    """Return the pages about the similar code of a run."""
    owners: dict[str, dict[str, None]] = defaultdict(dict)
    for outcome in view.results.outcomes.values():
        owners[outcome.attempt][outcome.student] = None

    def called(id: str) -> str:  # those who handed in a code, or the name of a source
        return ", ".join(map(view.shown, owners.get(id, ()))) or id

    def page(template: str, path: str, **values: Any) -> str:
        root = "../" * path.count("/")
        return render(template, path=path, root=root, live=None, menu=MENU, view=view,
                      run=view.run, called=called, **values)  # fmt: skip

    clusters = [
        (f"clusters/{task.comparison.exercise}-{task.comparison.task}-{i}.html", task, cluster)
        for task in tasks
        for i, cluster in enumerate(task.clusters, start=1)
    ]
    return {
        "index.html": partial(page, "similar.html", "index.html", tasks=tasks, clusters=clusters),
        "pages.css": stylesheet,
        "pages.js": partial(asset, "pages.js"),
        **{
            path: partial(_cluster_page, page, path, task, cluster)
            for path, task, cluster in clusters
        },
    }


def _cluster_page(page: Callable[..., str], path: str, task: SimilarTask, cluster: Cluster) -> str:
    """Return the page of a cluster, with the most similar pairs side by side."""
    pairs = [(share, _beside(task.comparison, first, second))
             for first, second, share in cluster.pairs[:MAX_PAIRS]]  # fmt: skip
    return page("cluster.html", path, task=task, cluster=cluster, pairs=pairs)


def _beside(
    comparison: CodeComparison, first: str, second: str
) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """Yield id and lines of both codes; each line with a mark if both have it."""
    code = comparison.code
    marked = common_lines(code[first], code[second], comparison.skeleton)
    for id, common in zip((first, second), marked, strict=True):
        yield id, [(line, i in common) for i, line in enumerate(lines_of(code[id]), 1)]
