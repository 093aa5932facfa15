"""Finds similar code in a run: code of the class and of sources, compared task by task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.classes.collecting.collection import FILE, read_collection
from autograder.classes.pages.code import CodeReader
from autograder.classes.pages.view import RunView
from autograder.course.reading import Course, Exercise
from autograder.course.stubs import available_stub
from autograder.similarity.outliers import Cluster, clusters, nearest, threshold
from autograder.similarity.own_code import own_code
from autograder.similarity.pairs import Comparison, Pair, long_enough
from autograder.submissions.submission import load_submission
from framework.errors import GradusError

#: Lines of code of one task that are compared.
_MOST = 2000

Compare = Callable[[Comparison], Iterable[Pair]]


@dataclass(frozen=True)
class Source:
    """Code from outside of the class, as of last year: its name, and exercise -> code."""

    name: str
    code: Mapping[str, str]


@dataclass(frozen=True)
class SimilarTask:
    """What was found in one task.

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
    view: RunView, code: CodeReader, course: Course, sources: Iterable[Source], compare: Compare
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
    view: RunView, code: CodeReader, exercise: Exercise, sources: Iterable[Source]
) -> Iterator[Comparison]:
    outcomes = view.results.outcomes.values()
    attempts = dict.fromkeys(one.attempt for one in outcomes if one.exercise == exercise.name)
    whole = {id: code.of(id, exercise.name) for id in attempts}
    outside = {one.name: one.code[exercise.name] for one in sources if exercise.name in one.code}
    skeleton = available_stub(exercise) or ""
    tasks = exercise.task_names
    for task in tasks:
        found = {id: own_code(text, task, tasks, _MOST) for id, text in (whole | outside).items()}
        found = {id: text for id, text in found.items() if text}
        given = own_code(skeleton, task, tasks, _MOST)
        yield Comparison(exercise.name, task, found, given, frozenset(outside & found.keys()))


def _similar(comparison: Comparison, compare: Compare) -> SimilarTask:
    enough = long_enough(comparison).keys()
    own = comparison.code.keys() - comparison.sources
    pairs = list(compare(comparison))
    shares = sorted(nearest(own & enough, pairs).values())
    beyond = threshold(shares)
    typical = shares[len(shares) // 2] if shares else 0.0
    found = tuple(clusters(pairs, beyond))
    compared = len(own & enough)
    return SimilarTask(comparison, compared, len(own) - compared, typical, beyond, found)


def solution_source(course: Course, names: Iterable[str]) -> Source:
    """Return the solutions of the course as a source: they may have become public."""
    exercises = (course.exercise(name) for name in names)
    return Source(
        "the solution of the course",
        {one.name: one.solution_source() for one in exercises if one.solution.is_file()},
    )


def read_sources(path: Path, course: Course, names: Iterable[str]) -> Iterator[Source]:
    """Yield the code at `path`: a collection of another year, or one submission.

    Raises:
        BadInputError: nothing is there.
    """
    wanted = list(names)
    if not (path / FILE).is_file():
        yield Source(path.name, _code_at(path, course, wanted))
        return
    former = read_collection(path)
    for attempt in former.attempts:
        folder = former.folder_of(attempt.id)
        try:
            yield Source(f"{former.name}, attempt {attempt.id}", _code_at(folder, course, wanted))
        except GradusError:  # an attempt without files
            continue


def _code_at(path: Path, course: Course, names: Iterable[str]) -> dict[str, str]:
    with load_submission(path, course, names) as found:
        return {name: file.source for name, file in found.files.items()}
