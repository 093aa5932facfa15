"""The exercise of a file: by its name, with what systems and people add to it, or by its tasks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from autograder.course.questions.sections import exercise_mark, exercise_of
from autograder.course.reading import QUESTIONS, Course
from autograder.course.source import decode, definitions, parse
from autograder.submissions.candidates import Candidate, suffix
from autograder.submissions.notebooks import notebook_exercise, read_notebook
from autograder.submissions.submitted_file import notebook_in
from framework.errors import BadInputError


def recognised(candidate: Candidate, course: Course, wanted: Collection[str]) -> str:
    """Return the exercise that `candidate` belongs to; empty if it belongs to no exercise.

    Its own name counts most, then what a notebook says of itself, and last a name with an addition,
    as ``rnn-1.py``. Descriptions of exercises that are not `wanted` are not read.
    """
    stem = candidate.inner.stem
    if suffix(candidate.inner) == ".md":
        return _of_markdown(candidate, course, wanted)
    exercise: str | None = stem if stem in course.exercise_names else None
    if suffix(candidate.inner) == ".ipynb":
        with suppress(BadInputError):  # it is reported if it is named after an exercise
            notebook = read_notebook(candidate.read(), candidate.shown)
            exercise = notebook_exercise(notebook, stem, course)
    return exercise or meant_exercise(stem, course.exercise_names)


def _of_markdown(candidate: Candidate, course: Course, wanted: Collection[str]) -> str:
    """Return the exercise whose questions `candidate` answers: by its mark, name or folder."""
    inner = candidate.inner
    is_named = inner.name.lower() == QUESTIONS
    marked = exercise_of(candidate.read()[: 1 << 14].decode("utf-8", "replace"))
    folder = inner.parent.name if is_named else ""
    meant = meant_exercise(inner.stem, course.exercise_names)
    for name in (marked, inner.stem, folder, meant):
        if name in course.exercise_names and (
            name not in wanted or course.exercise(name).questions
        ):
            return name
    if is_named and any(course.exercise(name).questions for name in course.exercise_names):
        raise BadInputError(without_mark(candidate.shown))
    return ""


def without_mark(shown: str) -> str:
    """Return why a file of answers, without the mark of an exercise, is not read."""
    return (
        f"{shown} belongs to no exercise: expected a line {exercise_mark('NAME')} with the name "
        "of its exercise. `gradus list` shows all"
    )


def exercise_by_tasks(candidate: Candidate, course: Course) -> str:
    """Return the only exercise of which `candidate` defines most tasks."""
    defined = set(_defined_names(candidate))
    counts = {e.name: len(defined.intersection(e.task_names)) for e in course.code_exercises}
    best = [name for name, count in counts.items() if count == max(counts.values()) > 0]
    if len(best) == 1:
        return best[0]
    reason = f"it could be {' or '.join(best)}" if best else "it defines no task of the course"
    raise BadInputError(
        f"{candidate.shown} belongs to no exercise: {reason}. Name it after its exercise, as in "
        f"{(best or course.exercise_names)[0]}{candidate.inner.suffix}"
    )


def _defined_names(candidate: Candidate) -> Iterable[str]:
    if (notebook := notebook_in(candidate)) is not None:
        from autograder.submissions.notebook_module import defined_names

        return defined_names(notebook)
    source = decode(candidate.read(), candidate.shown)
    try:
        return definitions(parse(source))
    except SyntaxError as error:
        raise BadInputError(
            f"{candidate.shown}, line {error.lineno or 1}: {error.msg}. Name the file after its "
            "exercise to have it graded all the same"
        ) from None


#: What people and systems write before the name of an exercise, as in ``Kopie von rnn``.
_BEFORE = re.compile(
    r"(?:my|copy[ _-]of|kopie (?:von|van)|copie de|copi?a (?:de|di)|cópia de|kopia(?: av)?"
    r"|kopi a[fv]|копия(?: блокнота)?)[ _-]+",
    re.IGNORECASE,
)
#: What they write after it, as in ``rnn - Copy (2)``, ``rnn - Kopie`` and ``rnn_final``.
_AFTER = re.compile(
    r"(?:[ _-]*\(\d{1,6}\)|[ _-]+\d{1,6}| ?(?:的副本|のコピー|의 사본)"
    r"|[ _–—-]+(?:(?:copy|kopie|copie|copia|cópia|kopia|kopi|копия|副本|コピー|복사본) ?\d{0,6}"
    r"|final|new|old|backup|solution|submission|v\d{1,3}))",
    re.IGNORECASE,
)
#: Additions to one name, and characters of a name.
_MAX_ADDITIONS, _MAX_NAME = 4, 100


def meant_exercise(stem: str, exercises: Collection[str]) -> str:
    """Return the exercise that a file is named after, with an addition; empty without a match."""
    if stem in exercises or len(stem) > _MAX_NAME:
        return stem if stem in exercises else ""
    return next((name for name in map(_plain, _shortened(stem)) if name in exercises), "")


def _plain(stem: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")


def _shortened(stem: str) -> Iterator[str]:
    """Yield `stem`, and what is left of it after one addition, two, and so on."""
    stem = unicodedata.normalize("NFC", stem)  # macOS writes an accent as a character
    for _ in range(_MAX_ADDITIONS + 1):
        yield stem
        if before := _BEFORE.match(stem):
            stem = stem[before.end() :]
        else:
            ends = (at for at in range(1, len(stem)) if _AFTER.fullmatch(stem, at))
            stem = stem[: next(ends, len(stem))]
