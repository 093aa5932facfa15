"""``gradus course``: pins the revision of a course, and compares two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course.identity import (
    Revision,
    pinned_revision,
    read_revision,
    revision_file,
    revision_of,
)
from autograder.course.kit_folder import kit_of
from autograder.course.reading import Course, find_course
from framework.commands.groups import new_app
from framework.commands.options import CourseOption
from framework.commands.output import say, shown
from framework.course.folder import course_file
from framework.errors import UsageError
from framework.text_files import read_text
from plugins.authoring.revision_files import changes, write_revision

course = new_app(
    help="""Pin a running course, and say what changed for grades.

A revision is what decides about grades: checks, points, thresholds, solutions. `version` in
course.toml names it for people, and `revision` is its hash.""",
    no_args_is_help=True,
)


@course.command()
def pin(course: CourseOption = None) -> None:
    """Pin the course: write the hash of its checks, points and thresholds.

    The hash is written to exercises/course.toml, what it covers to exercises/revision.json. Reports
    of a pinned course whose checks were changed say so. Choose a new `version` for a new pin.
    """
    chosen_course = _full_course(course)
    now, before = revision_of(chosen_course), pinned_revision(chosen_course)
    if before is not None and before.hash != now.hash and before.version == now.version:
        file = shown(course_file(chosen_course.root))
        raise UsageError(
            f"the course was pinned as {before.label} and has changed: choose another "
            f"`version` in {file} first. `gradus course diff` shows what changed"
        )
    write_revision(now, chosen_course.root)
    _write_hash(chosen_course, now)
    say(f"pinned as {now.label}: {shown(revision_file(chosen_course.root))}")


@course.command()
def diff(
    old: Annotated[
        Path | None,
        typer.Argument(metavar="OLD", help="Folder of a course, or a revision.json. Default: pin."),
    ] = None,
    new: Annotated[
        Path | None,
        typer.Argument(metavar="NEW", help="The same. Default: the course as it is."),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Say what changed for grades from OLD to NEW: exercises, points, checks, thresholds.

    The exit code is 1 if something changed. Titles, texts and hints change no grade.
    """
    chosen_course = find_course(course)
    first = _revision(old) if old is not None else pinned_revision(chosen_course)
    if first is None:
        raise UsageError(
            f"the course at {chosen_course.root} is not pinned: `gradus course pin` pins it, or "
            "name the earlier state: `gradus course diff OLD NEW`"
        )
    second = _revision(new) if new is not None else revision_of(chosen_course)
    say(f"{first.course or 'course'} {first.label} -> {second.label}")
    lines = list(changes(first, second))
    for line in lines or ["Nothing that decides about grades has changed."]:
        say(line)
    if lines:
        raise typer.Exit(1)


def _revision(path: Path) -> Revision:
    return read_revision(path) if path.suffix == ".json" else revision_of(_full_course(path))


def _full_course(path: Path | None) -> Course:
    """Return the course at `path`, which must not be a kit: it has no hidden checks."""
    course = find_course(path)
    if kit_of(course.root) is not None:
        raise UsageError(
            f"{course.root} is a student kit, without hidden checks: name the full course. "
            "`gradus kit update NEW` says what changed in a kit"
        )
    return course


def _write_hash(course: Course, revision: Revision) -> None:
    """Write the hash into ``course.toml``, above the first table."""
    import tomlkit

    file = course_file(course.root)
    table = tomlkit.parse(read_text(file))
    if "revision" in table or "version" not in table:
        table["revision"] = revision.hash
    else:
        lines = read_text(file).split("\n")
        keys = [line.split("=")[0].strip() for line in lines]
        lines.insert(keys.index("version") + 1, f'revision = "{revision.hash}"')
        table = tomlkit.parse("\n".join(lines))
    file.write_text(tomlkit.dumps(table), "utf-8", newline="\n")
