"""The revision of a course: what decides about grades, as a hash, a version and facts to compare.

``gradus course pin`` writes the hash into ``course.toml`` and the facts beside it, into
``exercises/revision.json``. Titles, texts and hints are no part of a revision.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from autograder.course.kit_folder import digest, kit_of
from autograder.course.reading import Course, Exercise
from autograder.course.source import parse_file
from framework.errors import BadInputError
from framework.text_files import read_text

#: The format of ``revision.json``.
FORMAT = 1

#: Fact -> what is said where it differs.
_CONTENTS = {
    "code": "the code of its checks",
    "solution": "its solution, which the reference's answers come from",
    "settings": "its time limits, tasks, requirements, packages or questions",
}


@dataclass(frozen=True)
class ExerciseFacts:
    """What decides about the grades of one exercise.

    Attributes:
        checks: check -> its points; hidden ones end in ``(hidden)``.
        thresholds: metric -> required value.
        code, solution, settings: hashes of the test files, of the solution or the key of questions,
            and of time limits, packages, tasks and questions.
    """

    points: int
    checks: dict[str, float] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)
    code: str = ""
    solution: str = ""
    settings: str = ""


@dataclass(frozen=True)
class Revision:
    """One state of a course: its name, its version, which may be empty, and facts of exercises."""

    course: str
    version: str
    exercises: dict[str, ExerciseFacts]

    @property
    def hash(self) -> str:
        """SHA-256 of all facts, without the name and the version."""
        facts = {name: asdict(exercise) for name, exercise in self.exercises.items()}
        return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    @property
    def label(self) -> str:
        """Version and the beginning of the hash: ``2026.1 (3f2a9c1d)``."""
        return f"{self.version or 'no version'} ({self.hash[:8]})"


def revision_file(root: Path) -> Path:
    """Return the file with the facts of the pinned revision of the course at `root`."""
    return root / "exercises" / "revision.json"


def revision_of(course: Course) -> Revision:
    """Return the revision of the course as its files are."""
    facts = {name: _facts(course.exercise(name)) for name in course.exercise_names}
    return Revision(course.name, course.version, facts)


def _facts(exercise: Exercise) -> ExerciseFacts:
    kept = (exercise.time, exercise.packages, exercise.requires, exercise.borrows)
    key = [exercise.solution.parent / "mistakes.toml"] if exercise.questions else []
    return ExerciseFacts(
        points=exercise.points,
        checks=dict(_checks(exercise)),
        thresholds={name: threshold.value for name, threshold in exercise.thresholds.items()},
        code=_hash_of(exercise.tests, exercise.hidden_tests),
        solution=_hash_of(exercise.solution, *key),
        settings=sha256(repr((*kept, exercise.tasks, exercise.questions)).encode()).hexdigest(),
    )


def _hash_of(*files: Path) -> str:
    """Return the hash of the contents of `files`; empty if all of them are missing."""
    hashes = "".join(map(digest, files))
    return sha256(hashes.encode()).hexdigest() if hashes else ""


def _checks(exercise: Exercise) -> Iterator[tuple[str, float]]:
    """Yield the checks and their points, read without running them."""
    for question in exercise.questions:
        yield question.id, float(question.points)
    for file, suffix in ((exercise.tests, ""), (exercise.hidden_tests, " (hidden)")):
        for node in parse_file(file).body if file.is_file() else ():
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                yield f"{node.name}{suffix}", _points(node)


def _points(check: ast.FunctionDef) -> float:
    """Return the points of a check by its marker; 0 without one."""
    for decorator in check.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="points"), args=[ast.Constant(value=value)]):
                return float(value) if isinstance(value, int | float) else 0.0
    return 0.0


def write_revision(revision: Revision, root: Path) -> None:
    """Write the facts of `revision` into the course at `root`."""
    table = {"format": FORMAT, "hash": revision.hash, **asdict(revision)}
    text = json.dumps(table, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    revision_file(root).write_text(text, "utf-8", newline="\n")


def read_revision(file: Path) -> Revision:
    """Return the revision in a ``revision.json``."""
    import msgspec  # pinned courses alone need it

    try:
        table = msgspec.json.decode(read_text(file), type=dict[str, Any])
        if table.get("format") != FORMAT:
            raise BadInputError(
                f"{file} has the format {table.get('format')}, and this version of gradus reads "
                f"{FORMAT}: `gradus course pin` with the version of the course's files writes it"
            )
        revision = msgspec.convert(table, Revision)
        if revision.hash != table.get("hash"):
            raise ValueError("its hash is another one")
        return revision
    except ValueError as error:
        raise BadInputError(
            f"{file} is damaged ({error}): take it from the course's history, or pin the course "
            "again with `gradus course pin`"
        ) from None


def pinned_revision(course: Course) -> Revision | None:
    """Return the revision that the course is pinned to; None if it is not pinned."""
    if not course.revision:
        return None
    revision = read_revision(revision_file(course.root))
    if revision.hash != course.revision:
        raise BadInputError(
            f"{revision_file(course.root)} is of revision {revision.hash[:8]}, and course.toml of "
            f"{course.revision[:8]}: take both from the course's history, or pin the course again "
            "with `gradus course pin`"
        )
    return revision


def version_words(course: Course) -> str:
    """Return version and pinned revision: ``version 2026.1, revision 0c41d7aa``; may be empty."""
    version = f"version {course.version}" if course.version else ""
    pinned = f"revision {course.revision[:8]}" if course.revision else ""
    return ", ".join(filter(None, (version, pinned)))


def pin_notes(course: Course) -> list[str]:
    """Return a note if the course is pinned and its files are of another revision.

    A student kit has no hidden checks, and is known by the hash of its course.
    """
    if not course.revision or kit_of(course.root) is not None:
        return []
    now = revision_of(course)
    note = (
        f"The course is pinned as revision {course.revision[:8]}, and its checks are {now.label}: "
        "`gradus course diff` says what changed, and `gradus course pin` pins a new version"
    )
    return [note] * (now.hash != course.revision)


def changes(old: Revision, new: Revision) -> Iterator[str]:
    """Yield a line for each change that may move a grade; none if there is none."""
    for name, facts in old.exercises.items():
        if name not in new.exercises:
            yield f"{name}: removed, with {facts.points} points"
    for name, facts in new.exercises.items():
        if name not in old.exercises:
            yield f"{name}: added, with {facts.points} points"
        else:
            yield from (f"{name}: {text}" for text in _of_one(old.exercises[name], facts))


def _of_one(old: ExerciseFacts, new: ExerciseFacts) -> Iterator[str]:
    if old.points != new.points:
        yield f"points {old.points} -> {new.points}"
    yield from _of_table("check", old.checks, new.checks, " points")
    yield from _of_table("threshold", old.thresholds, new.thresholds, "")
    for fact, text in _CONTENTS.items():
        if getattr(old, fact) != getattr(new, fact):
            yield f"{text} changed"


def _of_table(
    what: str, old: Mapping[str, float], new: Mapping[str, float], unit: str
) -> Iterator[str]:
    yield from (f"{what} {name} removed ({old[name]:g}{unit})" for name in old if name not in new)
    for name, value in new.items():
        if name not in old:
            yield f"{what} {name} added ({value:g}{unit})"
        elif old[name] != value:
            yield f"{what} {name} {old[name]:g} -> {value:g}{unit}"
