"""Which course graded: a hash of everything that decides about grades, and pinned revisions."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from autograder.course.kit_folder import digest, kit_of, manifest_of
from autograder.course.reading import Course, Exercise
from autograder.course.source import parse_file
from framework.course.catalogue import Catalogue
from framework.course.folder import course_file
from framework.course.solutions import solutions_folder
from framework.errors import BadInputError
from framework.providers.installed_courses import lineage
from framework.text_files import read_text


def course_hash(course: Catalogue) -> str:
    """SHA-256 of the checks, descriptions and solutions of all exercises, and of the plugins.

    The stubs, which students edit, are no part of it. A plugin that is a folder or a module counts
    by its name alone, and the base of a course like its own exercises. A student kit has the hash
    of the course that it was made from.
    """
    kit = kit_of(course.root)
    if kit is not None:
        return kit.course
    whole = sha256()
    for file in _deciding(course):
        is_inside = file.is_relative_to(course.root)
        name = file.relative_to(course.root).as_posix() if is_inside else file.name
        for data in (name.encode(), file.read_bytes() if file.is_file() else b""):
            whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def course_files(course: Catalogue) -> list[Path]:
    """Return the files that decide about results and reports; some of them may not exist."""
    files = [manifest_of(course.root), *_deciding(course)]
    solutions = solutions_folder(course.root)
    for unit in course.units:
        for name in unit.exercises:
            files.append(course.root / "exercises" / unit.name / name / "README.md")
            files.append(solutions / unit.name / name / "mistakes.toml")
    return files


def _deciding(course: Catalogue) -> Iterator[Path]:
    yield course_file(course.root)
    yield from map(Path, course.plugins)
    exercises, solutions = course.root / "exercises", solutions_folder(course.root)
    for unit in course.units:
        for name in unit.exercises:
            folder, solution = (place / unit.name / name for place in (exercises, solutions))
            yield from (folder / "exercise.toml", folder / f"test_{name}.py")
            if (solution / "questions.md").is_file():
                yield from (solution / "questions.md", solution / "mistakes.toml")
            yield from (solution / f"{name}.py", solution / f"test_{name}_hidden.py")
    for base in lineage(course)[1:2]:  # it has its own base after it
        yield from _deciding(base)


#: The format of ``revision.json``.
REVISION_FORMAT = 1


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


def revision_of(course: Course) -> Revision:
    """Return the revision of the course as its files are."""
    facts = {name: _facts(course.exercise(name)) for name in course.exercise_names}
    return Revision(course.name, course.version, facts)


def _facts(exercise: Exercise) -> ExerciseFacts:
    key = [exercise.solution.parent / "mistakes.toml"] if exercise.questions else []
    return ExerciseFacts(
        points=exercise.points,
        checks=dict(_checks(exercise)),
        thresholds={name: threshold.value for name, threshold in exercise.thresholds.items()},
        code=_hash_of(exercise.tests, exercise.hidden_tests),
        solution=_hash_of(exercise.solution, *key),
        settings=_settings(exercise),
    )


def _settings(exercise: Exercise) -> str:
    kept = (exercise.time, exercise.packages, exercise.requires, exercise.borrows)
    return sha256(repr((*kept, exercise.tasks, exercise.questions)).encode()).hexdigest()


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


def revision_file(root: Path) -> Path:
    """Return the file with the facts of the pinned revision of the course at `root`."""
    return root / "exercises" / "revision.json"


def read_revision(file: Path) -> Revision:
    """Return the revision in a ``revision.json``."""
    import msgspec  # pinned courses alone need it

    try:
        table = msgspec.json.decode(read_text(file), type=dict[str, Any])
        if table.get("format") != REVISION_FORMAT:
            raise BadInputError(
                f"{file} has the format {table.get('format')}, and this version of gradus reads "
                f"{REVISION_FORMAT}: `gradus course pin` with the version of the course's files "
                "writes it"
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


def exercise_revision(course: Course, exercise: Exercise) -> str:
    """Return the hash of what decides about the results of `exercise`: checks, solution, settings.

    Public checks, solutions and settings of the exercises that it requires count, too, and plugins
    of the course. Titles, hints and the version of the course do not.
    """
    plugins = [Path(plugin) for plugin in course.plugins if os.path.isfile(plugin)]  # noqa: PTH113
    common = (_hash_of(*plugins), course.plugins, course.packages, sorted(course.overrides.items()))
    needed = course.with_required([exercise])
    parts = [*needed[1:], *course.borrowed(needed).values()]
    about = [(part.name, _hash_of(part.tests, part.solution), _settings(part)) for part in parts]
    return sha256(repr((common, asdict(_facts(exercise)), about)).encode()).hexdigest()


def version_words(course: Course) -> str:
    """Return version and pinned revision: ``version 2026.1, revision 0c41d7aa``; may be empty."""
    version = f"version {course.version}" if course.version else ""
    pinned = f"revision {course.revision[:8]}" if course.revision else ""
    return ", ".join(filter(None, (version, pinned)))


def pin_notes(course: Course) -> list[str]:
    """Return a note if the course is pinned and its files are of another revision.

    A student kit has no hidden checks, and is known by the hash of its course. The autograder of a
    service has some exercises of the pinned course: each is compared with its pinned facts.
    """
    if not course.revision or kit_of(course.root) is not None:
        return []
    now = revision_of(course)
    if now.hash == course.revision or _is_part_of_pin(course, now):
        return []
    note = (
        f"The course is pinned as revision {course.revision[:8]}, and its checks are {now.label}: "
        "`gradus course diff` says what changed, and `gradus course pin` pins a new version"
    )
    return [note]


def _is_part_of_pin(course: Course, now: Revision) -> bool:
    """Return whether the pinned revision has all facts of `now`, beside those of more exercises."""
    try:
        pinned = pinned_revision(course)
    except BadInputError:
        return False
    return pinned is not None and now.exercises.items() <= pinned.exercises.items()
