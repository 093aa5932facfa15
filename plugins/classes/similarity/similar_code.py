"""Finds similar code in a run, task by task, and writes pages with each pair side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from autograder.public.courses import Course, Exercise, available_stub, lines_of
from autograder.public.submissions import load_submission
from framework.errors import GradusError
from plugins.classes.collecting.collection import FILE, read_collection
from plugins.classes.pages.site import asset, render, stylesheet
from plugins.classes.pages.view import CodeReader, RunView
from plugins.classes.similarity.own_code import own_code
from plugins.classes.similarity.pairs import Comparison, Pair, common_lines, long_enough

#: Standard deviations above the median of the class; higher similarity stands out.
DEVIATIONS = 6.0
#: Nothing below this share stands out, however different the others are.
LOWEST_THRESHOLD = 0.5
#: Classes with fewer members have no distribution to speak of.
MIN_CLASS, SMALL_CLASS_THRESHOLD = 8, 0.8
#: Standard deviation of a normal distribution by its median absolute deviation.
_SPREAD = 1.4826


@dataclass(frozen=True)
class Cluster:
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

Compare = Callable[[Comparison], Iterable[Pair]]


@dataclass(frozen=True)
class OtherCode:
    """Code from outside of the class, as of last year: its name, and exercise -> code."""

    name: str
    code: Mapping[str, str]


@dataclass(frozen=True)
class SimilarTask:
    """Similar code in one task.

    Attributes:
        compared: number of attempts whose code is long enough.
        short: number of the others.
        typical: median share of the nearest counterpart in the class.
        beyond: the share that the clusters exceed; above 1 where nothing can stand out.
    """

    comparison: Comparison
    compared: int
    short: int
    typical: float
    beyond: float
    clusters: tuple[Cluster, ...]


def find_similar(
    view: RunView, code: CodeReader, course: Course, sources: Iterable[OtherCode], compare: Compare
) -> list[SimilarTask]:
    """Return what stands out, task by task, in the order of the course.

    Args:
        view: the run; attempts of a group are one work.
        code: reads the code of attempts.
        course: has skeletons and tasks.
        sources: code from outside of the class.
        compare: returns the pairs of a comparison: the hook `similar_pairs`.
    """
    listed = list(sources)
    return [
        _similar(comparison, compare)
        for name in view.results.exercises
        for comparison in _comparisons(view, code, course.exercise(name), listed)
    ]


def _comparisons(
    view: RunView, code: CodeReader, exercise: Exercise, sources: Iterable[OtherCode]
) -> Iterator[Comparison]:
    outcomes = view.results.outcomes.values()
    attempts = dict.fromkeys(item.attempt for item in outcomes if item.exercise == exercise.name)
    whole = {id: code.of(id, exercise.name) for id in attempts}
    outside = {
        item.name: item.code[exercise.name] for item in sources if exercise.name in item.code
    }
    skeleton = available_stub(exercise) or ""
    tasks = exercise.task_names
    for task in tasks:
        codes = {id: own_code(text, task, tasks, _MOST) for id, text in (whole | outside).items()}
        codes = {id: text for id, text in codes.items() if text}
        given = own_code(skeleton, task, tasks, _MOST)
        yield Comparison(exercise.name, task, codes, given, frozenset(outside & codes.keys()))


def _similar(comparison: Comparison, compare: Compare) -> SimilarTask:
    enough = long_enough(comparison).keys()
    own = comparison.code.keys() - comparison.sources
    pairs = list(compare(comparison))
    shares = sorted(nearest(own & enough, pairs).values())
    beyond = threshold(shares)
    typical = shares[len(shares) // 2] if shares else 0.0
    clustered = tuple(clusters(pairs, beyond))
    compared = len(own & enough)
    return SimilarTask(comparison, compared, len(own) - compared, typical, beyond, clustered)


def solution_source(course: Course, names: Iterable[str]) -> OtherCode:
    """Return the solutions of the course as a source: they may have become public."""
    exercises = (course.exercise(name) for name in names)
    return OtherCode(
        "the solution of the course",
        {
            exercise.name: exercise.solution_source()
            for exercise in exercises
            if exercise.solution.is_file()
        },
    )


def read_sources(path: Path, course: Course, names: Iterable[str]) -> Iterator[OtherCode]:
    """Yield the code at `path`: a collection of another year, or one submission.

    Raises:
        BadInputError: nothing is there.
    """
    wanted = list(names)
    if not (path / FILE).is_file():
        yield OtherCode(path.name, _code_at(path, course, wanted))
        return
    former = read_collection(path)
    for attempt in former.attempts:
        folder = former.folder_of(attempt.id)
        try:
            yield OtherCode(
                f"{former.name}, attempt {attempt.id}", _code_at(folder, course, wanted)
            )
        except GradusError:  # an attempt without files
            continue


def _code_at(path: Path, course: Course, names: Iterable[str]) -> dict[str, str]:
    with load_submission(path, course, names) as submission:
        return {name: file.source for name, file in submission.files.items()}


#: Pairs of a cluster that are shown side by side, those with the highest share.
MAX_PAIRS = 12

MENU = {"index.html": "Similar code"}


@dataclass(frozen=True)
class CodeColumn:
    """One code of a pair: its owners, and its lines with a mark for common lines."""

    id: str
    lines: tuple[tuple[str, bool], ...]


class SimilarPages:
    """The pages, as `plugins.classes.pages.site` writes them.

    Args:
        view: the run, whose students are shown.
        tasks: the similar code of each task.
    """

    def __init__(self, view: RunView, tasks: Sequence[SimilarTask]) -> None:
        self._view = view
        self._tasks = tasks
        self._owners: dict[str, list[str]] = {}
        for outcome in view.results.outcomes.values():
            owners = self._owners.setdefault(outcome.attempt, [])
            if outcome.student not in owners:
                owners.append(outcome.student)
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
            i: [(path, cluster) for path, (of, cluster) in self._clusters.items() if of is task]
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


def _columns(task: SimilarTask, first: str, second: str) -> tuple[CodeColumn, CodeColumn]:
    code = task.comparison.code
    marked = common_lines(code[first], code[second], task.comparison.skeleton)
    one, other = (
        CodeColumn(id, tuple((line, i in lines) for i, line in enumerate(lines_of(code[id]), 1)))
        for id, lines in zip((first, second), marked, strict=True)
    )
    return one, other
