"""The options of `grade`: which submission, which exercises and which course they mean.

The checks and plugins of the course run unconfined, so that a submission never chooses it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import framework
from autograder.course.reading import Course, Exercise, find_course
from autograder.course.working_directory import name_here
from autograder.results.commands import Commands, quoted
from autograder.submissions.candidates import (
    ARCHIVES,
    KINDS,
    LIMITS,
    is_archive,
    may_be_read,
    suffix,
)
from autograder.submissions.submission import Submission, load_submission
from framework.course.folder import course_file, find_course_folder
from framework.errors import UsageError
from framework.providers.courses import named_course_folder


@dataclass(frozen=True)
class GradeOptions:
    """What was given to `grade`.

    Args:
        what: exercises, units, or the path of a submission.
        submission: its path, where it is not in `what`; by default the course's own exercises.
        backend: whose arrays the code works on.
        provider: graded instead of a submission; empty for a submission.
        allow_weaker: whether the sandbox `fork` starts where it cannot contain everything.
        jobs: exercises graded side by side; 0 for one per processor.
        show_hidden: whether the details of hidden checks are shown.
        files: report format -> where the report is written in it; None for nowhere.
        manual_points: a CSV file with the points for answers in prose; None for none.
        plots: folder for the plots of checks; None for none.
        plugins: modules or paths, loaded in addition to those of the course.
        blocked: names of plugins that are not loaded.
        in_notebook: ``saved`` or ``cells`` if a cell has asked, for the commands in the report.
    """

    what: tuple[str, ...] = ()
    submission: Path | None = None
    backend: str = "numpy"
    provider: str = ""
    device: str = "cpu"
    sandbox: str = "auto"
    allow_weaker: bool = False
    seed: int | None = None
    jobs: int = 0
    show_hidden: bool = False
    files: Mapping[str, Path | None] = field(default_factory=dict)
    plots: Path | None = None
    manual_points: Path | None = None
    course: Path | None = None
    plugins: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    in_notebook: str = ""

    def commands(self, course: Course) -> Commands:
        """Return the commands for what is graded."""
        named = self.named_submission(course)
        return Commands(
            place=str(named) if named is not None else "",
            is_alone=named is not None and suffix(named) in LIMITS and named.is_file(),
            options=tuple(self._deciding()),
            course=("--course", str(self.course)) if self.course else (),
            provider=self.provider,
            in_notebook=self.in_notebook,
        )

    def _deciding(self) -> Iterator[str]:
        """Yield the options that decide about the outcome, if they were given."""
        for name in ("backend", "device", "sandbox", "seed"):
            if (value := getattr(self, name)) != getattr(GradeOptions, name):
                yield from (f"--{name}", str(value))
        if self.allow_weaker:
            yield "--allow-weaker"
        yield from (word for plugin in self.plugins for word in ("--plugin", plugin))
        yield from (word for plugin in self.blocked for word in ("--block", plugin))

    def place(self, course: Course) -> Path:
        """Return where the submission is."""
        return self.named_submission(course) or course.root / "exercises"

    def named_submission(self, course: Course) -> Path | None:
        """Return the submission that is named; None where the course's own exercises are meant."""
        paths = self._paths(course)
        return Path(paths[0]) if paths else self.submission

    def find(
        self, course: Course, former: Submission | None = None
    ) -> tuple[Submission, list[Exercise]]:
        """Load the submission; return it with the exercises that are graded.

        A path among the arguments is the submission, and what it holds is graded. Names choose
        exercises of ``--submission``, by default of the course's own folder. Without names, these
        are all, or those of the folder in which one stands.
        The folder of an earlier state, `former`, is taken over.

        Raises:
            UsageError: more than one submission is given, or a file of another kind among names.
            BadInputError: there is no such submission.
        """
        paths = self._paths(course)
        names = [name for name in self.what if name not in paths]
        if paths and (self.submission is not None or len(paths) > 1):
            raise UsageError(
                f"more than one submission: {', '.join([*paths, str(self.submission or '')])}. "
                "Grade them one after the other"
            )
        if paths:
            _require_kind(Path(paths[0]))
            submission = load_submission(Path(paths[0]), course, former=former)
            return submission, course.select(names or (*submission.files, *submission.unread))
        names = names or self._names_here(course)
        exercises = course.select(names)
        needed = {name for e in exercises for name in (e.name, *e.requires)} if names else None
        return load_submission(self.place(course), course, needed, former), exercises

    def _names_here(self, course: Course) -> list[str]:
        """Return the exercise or unit in whose folder one stands, if no submission is named."""
        here = name_here(course) if self.submission is None else ""
        return [here] if here else []

    def _paths(self, course: Course) -> list[str]:
        return [name for name in self.what if _is_path(name, course)]


def _is_path(name: str, course: Course) -> bool:
    known = (*course.exercise_names, *(unit.name for unit in course.units))
    looks_like_one = "/" in name or name.endswith((*LIMITS, *ARCHIVES))
    return name not in known and (looks_like_one or os.path.lexists(name))


def _require_kind(path: Path) -> None:
    """Refuse a file that no submission can be; what `--submission` names ends in a report."""
    is_read = may_be_read(path) or is_archive(path)
    if os.path.isfile(path) and not is_read:  # noqa: PTH113
        raise UsageError(f"{path} is no submission: expected {KINDS}")


#: Variables that CI servers set: there, the working directory is often a student's checkout.
CI_VARIABLES = ("CI", "TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL")


def chosen_course(options: GradeOptions) -> Course:
    """Return the course of ``--course``, a folder or a name, or else that of the working directory.

    Without a submission, a person grades work of their own in a course that they trust. On a CI
    server the working directory may be a student's checkout: there, the course has to be named.

    Raises:
        UsageError: it lies inside the submission, or was found on a CI server.
        BadInputError: there is none, or its ``course.toml`` is wrong.
    """
    course = _named(options) if options.course else _around()
    if options.course is None:
        _reject_found_in_ci(course)
    if (submission := options.named_submission(course)) is not None:
        for path in _trusted(course, options):
            _reject_inside(path, submission)
    return course


def _around() -> Course:
    """Return the course of the working directory.

    Raises:
        UsageError: there is none; the message names the installed course, to be chosen.
    """
    course = find_course()
    if find_course_folder(Path.cwd()) is None:
        raise UsageError(
            f"no course at {Path.cwd()}: neither it nor a folder above holds "
            "exercises/course.toml. Change into the folder of your course, or choose the installed "
            "one: "
            f"`--course {quoted([str(course.root)])}`"
        )
    return course


def _named(options: GradeOptions) -> Course:
    """Return the course of ``--course``; pytest needs its absolute path."""
    assert options.course is not None
    folder = named_course_folder(options.course, options.plugins, options.blocked)
    return Course.read(folder.absolute())


def _reject_inside(path: Path, submission: Path) -> None:
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(submission)):
        raise UsageError(
            f"{path} lies inside the submission {submission}: checks and plugins are never taken "
            "from one. `grade` grades your own exercises; for those of others, name your course: "
            f"`grade --course DIR --submission {submission}`"
        )


def _reject_found_in_ci(course: Course) -> None:
    variable = next((name for name in CI_VARIABLES if _is_set(name)), "")
    if variable and course.root != Path(framework.__file__).resolve().parents[1]:
        raise UsageError(
            f"the course at {course.root} is the one around the working directory, and {variable} "
            "is set: on a CI server, its checks and plugins may be a student's. Name the course "
            "with `--course DIR`"
        )


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false")


def _trusted(course: Course, options: GradeOptions) -> Iterator[Path]:
    """Files whose code is run, or that say which is."""
    yield course_file(course.root)
    yield from (Path(plugin) for plugin in (*course.plugins, *options.plugins) if _is_file(plugin))


def _is_file(plugin: str) -> bool:
    return plugin.endswith(".py") or "/" in plugin
