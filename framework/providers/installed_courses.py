"""Installed courses, which plugins offer by the hook `register_courses`, and bases of courses."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from framework.course.catalogue import COURSE_NAME, Catalogue
from framework.course.folder import course_file
from framework.errors import BadInputError, ConflictError, UnknownNameError, UsageError
from framework.providers.hook_calls import contract_error, expect

if TYPE_CHECKING:
    from framework.providers.loaded_plugins import Plugins
    from framework.providers.plugin_sources import Source

_HOOK = "register_courses"


@dataclass(frozen=True)
class InstalledCourse:
    """A course that a plugin offers.

    Args:
        name: as its ``course.toml`` says.
        root: the folder that holds ``exercises``.
        owner: label of the plugin.
    """

    name: str
    root: Path
    owner: str


def courses_of(plugins: Plugins) -> dict[str, InstalledCourse]:
    """Return the courses that `plugins` offer, by name.

    Raises:
        PluginError: a plugin offers something else than folders of courses with a name.
        ConflictError: two plugins offer courses of one name.
    """
    courses: dict[str, InstalledCourse] = {}
    for source in plugins.sources:
        for course in courses_of_plugin(plugins, source):
            other = courses.setdefault(course.name, course)
            if other.root.resolve() != course.root.resolve():
                raise ConflictError.between("course", course.name, other.owner, course.owner)
    return courses


def courses_of_plugin(plugins: Plugins, source: Source) -> list[InstalledCourse]:
    """Return the courses that one plugin offers.

    Raises:
        PluginError: it offers something else than folders of courses with a name.
    """
    wanted = "a list of folders"
    return [
        _read(source, folder)
        for offered in plugins.ask(source, _HOOK)
        for folder in expect(source, _HOOK, wanted, Iterable, offered)
    ]


def _read(source: Source, folder: object) -> InstalledCourse:
    if not isinstance(folder, str | os.PathLike):
        raise contract_error(source, _HOOK, f"a course is a folder, not {folder!r:.80}")
    root = Path(folder)
    try:
        name = Catalogue.read(root).name
    except BadInputError as error:
        raise contract_error(source, _HOOK, f"{root} is no course: {error}") from None
    if not name:
        raise contract_error(source, _HOOK, f'{course_file(root)} has no name, as in name = "nlp"')
    return InstalledCourse(name, root, source.label)


def installed_courses(
    options: Sequence[str] = (), blocked: Iterable[str] = ()
) -> dict[str, InstalledCourse]:
    """Return the courses of all installed plugins, and of those in `options`, by name."""
    from framework.providers.loaded_plugins import Plugins

    # A course's own plugins are loaded once it is chosen.
    return courses_of(Plugins(options, Catalogue(Path.cwd()), blocked))


def named_course_folder(
    course: Path, options: Sequence[str] = (), blocked: Iterable[str] = ()
) -> Path:
    """Return the folder of ``--course NAME`` or ``--course DIR``; a folder comes first.

    Raises:
        UnknownNameError: there is no such folder, and no course of this name is installed.
    """
    if course_file(course).is_file() or not COURSE_NAME.fullmatch(str(course)):
        return course
    courses = installed_courses(options, blocked)
    if str(course) not in courses:
        raise UnknownNameError(
            "course",
            str(course),
            courses,
            note="A course is installed by `pip install`, or a folder with exercises/course.toml",
        )
    return courses[str(course)].root


def lineage(course: Catalogue) -> tuple[Catalogue, ...]:
    """Return `course`, its base, the base of that, and so on.

    Raises:
        UnknownNameError: a base is not installed.
        UsageError: a course is its own base.
    """
    chain = [course]
    while chain[-1].base:
        base = _base_of(chain[-1])
        if any(base.root.resolve() == earlier.root.resolve() for earlier in chain):
            raise UsageError(f"{course_file(course.root)}: base leads back to {base.root}")
        chain.append(base)
    return tuple(chain)


def _base_of(course: Catalogue) -> Catalogue:
    try:
        root = named_course_folder(Path(course.base))
        base = Catalogue.read(root)
    except UsageError as error:
        raise BadInputError(f"{course_file(course.root)}: base cannot be used: {error}") from None
    if not base.name:
        raise BadInputError(
            f"{course_file(base.root)} has no name, and is the base of {course_file(course.root)}: "
            'give it one, as in name = "basics"'
        )
    return base
