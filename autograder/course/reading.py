"""The course: its units and exercises, read from ``course.toml`` and ``exercise.toml``.

`course.toml` is read immediately; an exercise is read on first use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.kit_folder import kit_of
from autograder.course.questions.description import Question, read_questions
from autograder.course.thresholds import Threshold, read_thresholds
from framework.course.catalogue import COURSE_NAME, Catalogue, import_names
from framework.course.folder import course_file, find_course_folder
from framework.course.solutions import missing_solution, solutions_folder
from framework.course.tasks import Task
from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.providers.installed_courses import lineage, named_course_folder
from framework.text_files import read_text
from framework.toml_tables import Format, Key, Table

if TYPE_CHECKING:
    from framework.training.recipes import Recipe

#: The top of ``exercise.toml``.
EXERCISE_FORMAT = Format(
    "",
    (
        Key("title", str, "Title, as `gradus list` shows it.", required=True),
        Key("lecture", str, "Where the material is taught.", required=True),
        Key("points", int, "Sum of the points of all checks, hidden ones too.", required=True),
        Key("minutes", int, "Expected minutes of a student; 0 if they are not known."),
        Key("core", bool, "Whether it belongs to the core of the course, as `true`."),
        Key("requires", list, "Exercises whose parts it uses; of a base as `COURSE/NAME`."),
        Key("hints", list, "At least three texts, from a nudge to almost the answer."),
        Key("packages", list, "Packages that its code may import in addition."),
        Key("use", dict, "What the passed exercise can be used for: the table `[use]`."),
        Key("time", dict, "Time limits: the table `[time]`."),
        Key("memory", int, "Mebibytes that the process of the code may use; 2048 by default."),
        Key("thresholds", dict, "Required metrics of trained checks: `[thresholds]`."),
        Key("train", dict, "How `gradus train` runs it: the table `[train]`."),
        Key("tasks", list, "What the solution defines: `[[tasks]]` tables."),
        Key("questions", list, "Written questions in place of tasks: `[[questions]]` tables."),
    ),
)
USE_FORMAT = Format(
    "[use]",
    (
        Key("text", str, "What can be done with it now, before the command.", required=True),
        Key("command", str, "The command that does it.", required=True),
    ),
)
TIME_FORMAT = Format(
    "[time]",
    (
        Key("call", float, "Seconds of processor time for one call.", required=True),
        Key("total", float, "Seconds of processor time for the exercise.", required=True),
    ),
)

#: Mebibytes that a worker needs to import NumPy and a submission.
LEAST_MEMORY = 128
#: The file of written questions.
QUESTIONS = "questions.md"


@dataclass(frozen=True)
class ExerciseTime:
    """Seconds of processor time: for one call of the student's code, and for the exercise."""

    call: float
    total: float


@dataclass(frozen=True)
class Use:
    """What can be done with a passed exercise: a text, and the command that does it."""

    text: str
    command: str


@dataclass(frozen=True)
class Exercise:
    """One exercise, as ``exercise.toml`` describes it; see `EXERCISE_FORMAT`.

    Args:
        root: the folder that holds ``exercises`` and ``solutions``.
        requires: the exercises of this course whose parts it uses; in a kit also those of a base.
        borrows: exercises of the base whose parts it uses, as in ``cs224n/rnn``.
        minutes: how long a student is expected to need; 0 if it is not known.
        memory: mebibytes that a process with NumPy code of a student may use; None: the default.
    """

    root: Path
    unit: str
    name: str
    title: str
    lecture: str
    points: int
    requires: tuple[str, ...]
    hints: tuple[str, ...]
    time: ExerciseTime
    thresholds: Mapping[str, Threshold] = field(hash=False)
    train: Recipe | None
    tasks: tuple[Task, ...]
    packages: tuple[str, ...] = ()
    borrows: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    minutes: int = 0
    core: bool = False
    use: Use | None = None
    memory: int | None = None

    @property
    def available_points(self) -> float:
        """The points of the checks that are here: a student kit has no hidden ones."""
        kit = kit_of(self.root)
        return self.points - (kit.hidden_points.get(self.name, 0.0) if kit is not None else 0.0)

    @property
    def folder(self) -> Path:
        """The folder in which a student works."""
        return self.root / "exercises" / self.unit / self.name

    @property
    def stub(self) -> Path:
        """The file that a student completes."""
        return self.folder / self._file_name

    @property
    def _file_name(self) -> str:
        return QUESTIONS if self.questions else f"{self.name}.py"

    @property
    def toml(self) -> Path:
        """The file that describes the exercise."""
        return self.folder / "exercise.toml"

    @property
    def readme(self) -> Path:
        """The text of the exercise."""
        return self.folder / "README.md"

    @property
    def tests(self) -> Path:
        """The file of the public checks."""
        return self.folder / f"test_{self.name}.py"

    @property
    def solution(self) -> Path:
        """The file of the solution; a student kit has none."""
        return solutions_folder(self.root) / self.unit / self.name / self._file_name

    def solution_source(self) -> str:
        """Return the text of the solution."""
        self.require_solution()
        return read_text(self.solution)

    def require_solution(self) -> None:
        """Raise a `BadInputError` that says how to get the solution, if it is missing."""
        if not self.solution.is_file():
            named = (self.root, self.unit, self.name, self.solution.name)
            raise BadInputError(missing_solution(*named))

    @property
    def hidden_tests(self) -> Path:
        """The file of the hidden checks, with other seeds and shapes; a student kit has none."""
        return self.solution.parent / f"test_{self.name}_hidden.py"

    @property
    def task_names(self) -> tuple[str, ...]:
        """The names that the student's file must define, or the questions that it must answer."""
        return tuple([task.name for task in self.tasks] or [asked.id for asked in self.questions])

    @property
    def optional_tasks(self) -> frozenset[str]:
        """The names of the tasks that students may leave out."""
        return frozenset(task.name for task in self.tasks if task.optional)

    def points_of(self, task: str) -> float:
        """Return the points of a question, or an equal share of the points for a task."""
        own = [question.points for question in self.questions if question.id == task]
        if own or task in self.optional_tasks:
            return own[0] if own else 0.0
        return self.available_points / (len(self.tasks) - len(self.optional_tasks))


@dataclass(frozen=True)
class Course(Catalogue):
    """All exercises of a course, in order."""

    _read: dict[str, Exercise] = field(default_factory=dict, init=False, repr=False, compare=False)

    def exercise(self, name: str) -> Exercise:
        """Return the exercise `name`, read on first use.

        Raises:
            UnknownNameError: with near misses.
            UsageError: it is the name of a unit; the message lists its exercises.
            BadInputError: its ``exercise.toml`` is wrong; the message names the key.
        """
        if name not in self._read:
            units = {unit.name: unit.exercises for unit in self.units}
            if name in units and name not in self.exercise_names:
                choices = ", ".join(units[name]) or "it has none"
                raise UsageError(f"'{name}' is a unit: choose one of its exercises: {choices}")
            self._read[name] = _read_exercise(self, name)
        return self._read[name]

    @property
    def code_exercises(self) -> tuple[Exercise, ...]:
        """The exercises whose tasks are code, in order; the others are written questions."""
        every = map(self.exercise, self.exercise_names)
        return tuple(exercise for exercise in every if exercise.tasks)

    def require_exercises(self) -> None:
        """Raise a `BadInputError` that names the file that lists them, if there is no exercise."""
        if not self.exercise_names:
            raise BadInputError(
                f"{course_file(self.root)} lists no exercise: expected at least one [[units]] "
                'table, as in name = "basics", title = "Basics", exercises = ["scale"]'
            )

    def require_solutions(self, exercise: Exercise) -> None:
        """Raise a `BadInputError` if a solution of it or of its requirements is missing."""
        needed = self.with_required([exercise])
        for other in (*needed, *self.borrowed(needed).values()):
            other.require_solution()

    @cached_property
    def taken(self) -> Mapping[str, str]:
        """Exercise of a base that is an exercise of this student kit -> name of the base."""
        kit = kit_of(self.root)
        return {Path(name).name: Path(name).parent.name for name in kit.taken} if kit else {}

    @cached_property
    def bases(self) -> tuple[Course, ...]:
        """The base of the course, the base of that, and so on."""
        return tuple(Course.read(base.root) for base in lineage(self)[1:]) if self.base else ()

    def borrowed(self, exercises: Iterable[Exercise]) -> dict[str, Exercise]:
        """Return what `exercises`, and all that they require, need of bases, by scoped name."""
        bases = {base.name: base for base in self.bases}
        borrowed: dict[str, Exercise] = {}
        waiting = [name for needed in self.with_required(exercises) for name in needed.borrows]
        for name in waiting:  # the list grows during the loop
            scope, _, exercise = name.partition("/")
            if name not in borrowed:
                borrowed[name] = bases[scope].exercise(exercise)
                waiting += [f"{scope}/{name_there}" for name_there in borrowed[name].requires]
                waiting += borrowed[name].borrows
        return borrowed

    def with_required(self, exercises: Iterable[Exercise]) -> list[Exercise]:
        """Return each of `exercises`, and all that they require, once."""
        chosen = list(dict.fromkeys(exercises))
        for exercise in chosen:  # the list grows during the loop
            others = map(self.exercise, exercise.requires)
            chosen += [other for other in dict.fromkeys(others) if other not in chosen]
        return chosen

    def graded_imports(self, exercise: Exercise) -> tuple[str, ...]:
        """Return what ``packages`` lets the code of `exercise` import, and that of its parts."""
        own = self.with_required([exercise])
        sources: list[Course | Exercise] = [self, *self.bases, *own, *self.borrowed(own).values()]
        return tuple(dict.fromkeys(name for source in sources for name in source.packages))

    def select(self, names: Iterable[str] = ()) -> list[Exercise]:
        """Return the exercises named by `names`, see `select_names`."""
        return [self.exercise(name) for name in self.select_names(names)]

    def select_names(self, names: Iterable[str] = ()) -> list[str]:
        """Return the exercises among `names` (exercises or units; none means all), in order.

        Raises:
            UnknownNameError: with near misses.
            BadInputError: the course has no exercise at all.
        """
        self.require_exercises()
        units = {unit.name: unit.exercises for unit in self.units}
        chosen: set[str] = set()
        for name in names:
            if name not in units and name not in self.exercise_names:
                known = (*self.exercise_names, *units)
                note = "It is not in this kit" if kit_of(self.root) else ""
                raise UnknownNameError("exercise", name, known, "gradus list", note)
            chosen.update(units.get(name, (name,)))
        return [name for name in self.exercise_names if name in chosen or not chosen]


def find_course(start: Path | None = None) -> Course:
    """Return the course of a folder, by default the working directory's, else the installed one.

    Args:
        start: a folder; or, if there is no such course, the name of an installed one.
    """
    root = find_course_folder(start)
    if root is None:
        if start is not None and COURSE_NAME.fullmatch(str(start)):
            return Course.read(named_course_folder(start))
        raise BadInputError(
            f"no course at {(start or Path.cwd()).resolve()}: neither it nor a folder above holds "
            "exercises/course.toml. Change into the course's folder, or name it with `--course DIR`"
        )
    return Course.read(root)


def _read_exercise(course: Course, name: str) -> Exercise:
    table = course.exercise_table(name)
    values = _check(table)
    questions, required = read_questions(table), _required(table, course)
    return Exercise(
        root=course.root,
        unit=course.unit_of(name),
        name=name,
        title=values["title"],
        lecture=values["lecture"],
        points=values["points"],
        requires=tuple(name for name in required if "/" not in name),
        borrows=tuple(name for name in required if "/" in name),
        hints=table.texts("hints")
        or tuple(f"{question.id}: {question.hint}" for question in questions),
        time=_read_time(table.table("time")) if "tasks" in values else ExerciseTime(1, 1),
        thresholds=read_thresholds(table.table("thresholds")),
        train=_read_train(table.table("train")) if "train" in values else None,
        tasks=course.tasks(name),
        packages=import_names(table),
        questions=questions,
        minutes=values.get("minutes", 0),
        core=values.get("core", False),
        use=Use(**USE_FORMAT.check(table.table("use"))) if "use" in values else None,
        memory=values.get("memory"),
    )


def _check(table: Table) -> dict[str, Any]:
    """Return the values; raise an error for unknown keys, and one that names all missing keys."""
    table.reject_unknown_keys(*(key.name for key in EXERCISE_FORMAT.keys))
    missing = table.missing(title=str, lecture=str, points=int)
    if "questions" not in table.values:
        missing += table.table("time").missing(call=float, total=float)
    if missing:
        raise BadInputError(f"{table.place()}: {'; '.join(missing)}")
    values = EXERCISE_FORMAT.check(table)
    if values["points"] <= 0:
        table.fail("points", f"must be positive, not {values['points']}")
    if (memory := values.get("memory", LEAST_MEMORY)) < LEAST_MEMORY:
        table.fail("memory", f"= {memory} must be at least {LEAST_MEMORY}: a worker needs it")
    return values


def _read_train(table: Table) -> Recipe:
    from framework.training.recipes import read_recipe  # many exercises train nothing

    return read_recipe(table)


def _required(table: Table, course: Course) -> tuple[str, ...]:
    taken = {f"{scope}/{name}": name for name, scope in course.taken.items()}
    requires = tuple(taken.get(name, name) for name in table.texts("requires"))
    for name in requires:
        if "/" in name:
            _require_base(table, course, name)
        elif name not in course.exercise_names:
            table.fail("requires", f"names '{name}', which course.toml does not list")
    return requires


def _require_base(table: Table, course: Course, name: str) -> None:
    """Raise an error unless `name` is an exercise of a base, as in ``cs224n/rnn``."""
    scope, _, exercise = name.partition("/")
    bases = {base.name: base for base in course.bases}
    if scope not in bases:
        known = ", ".join(bases) or "it has none"
        table.fail("requires", f"names '{name}', but '{scope}' is no base of the course: {known}")
    if exercise not in bases[scope].exercise_names:
        known = f"exercises of {scope}: {', '.join(bases[scope].exercise_names[:8])}"
        table.fail("requires", f"names '{name}', which {scope} does not list; {known}")


def _read_time(table: Table) -> ExerciseTime:
    time = ExerciseTime(**TIME_FORMAT.check(table))
    if not 0 < time.call <= time.total:
        table.fail("call", f"= {time.call:g} must be positive and not above total = {time.total:g}")
    return time
