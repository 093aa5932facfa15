"""Chooses the course that grades: its checks and plugins run unconfined, outside of any sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import framework
from autograder.course.reading import Course, find_course
from autograder.grading.options import GradeOptions
from autograder.record.commands import quoted
from framework.course.folder import course_file, find_course_folder
from framework.errors import UsageError
from framework.providers.courses import named_course_folder

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
