"""Builds the autograder that Gradescope runs: a zip with a course, gradus, and two scripts."""

from __future__ import annotations

import secrets
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata, resources
from pathlib import Path

import tomlkit
from packaging.requirements import Requirement

import framework
from autograder.course.identity import revision_file
from autograder.course.reading import Course, Exercise
from framework import DISTRIBUTION, __version__
from framework.course.folder import course_file
from framework.errors import BadInputError, ConflictError
from plugins.authoring.kits.contents import IGNORED, copy, course_toml, pack, write, write_course
from plugins.authoring.services.gradescope_visibility import Visibility

#: The sandboxes that keep solutions from submissions or do not start, best first.
SAFE_SANDBOXES = ("bubblewrap", "fork")
#: Contains what the system lets it contain, and says what is missing.
WEAKER_SANDBOX = "process"


def build_gradescope(
    file: Path,
    course: Course,
    exercises: Sequence[Exercise],
    *,
    wheels: Path | None = None,
    seed: int | None = None,
    allow_weaker: bool = False,
    visibility: Visibility = Visibility.VISIBLE,
    attempts: int = 0,
) -> list[str]:
    """Write the zip that an instructor uploads; return what `exercises` require beside themselves.

    It holds solutions and hidden checks: its owner alone can read it. The seed of each submission
    is drawn from the secret number `seed`. The first `attempts` show hidden results at once.
    With a folder of `wheels`, the service needs no package index.
    """
    if file.exists():
        raise ConflictError(f"{file} exists: name a new file")
    if file.suffix != ".zip":
        raise BadInputError(f"{file} is no NAME.zip: Gradescope takes a zip")
    needed = set(course.with_required(exercises))
    written = [exercise for exercise in course.select() if exercise in needed]
    values = {
        "@VERSION@": __version__,
        "@SECRET@": str(secrets.randbelow(1 << 62) if seed is None else seed),
        "@SANDBOXES@": " ".join([*SAFE_SANDBOXES, *[WEAKER_SANDBOX] * allow_weaker]),
        "@VISIBILITY@": visibility.value,
        "@ATTEMPTS@": str(attempts),
        "@EXERCISES@": shlex.join(exercise.name for exercise in exercises),
    }
    with tempfile.TemporaryDirectory(prefix="gradus-gradescope-") as folder:
        root = Path(folder)
        for exercise in written:
            course.require_solutions(exercise)
        write_course(root / "course", course, written, _base_of(course))
        _write_bases(root / "course", course, written)
        if revision_file(course.root).is_file():  # what the reports compare the exercises with
            copy(revision_file(course.root), revision_file(root / "course"))
        for exercise in written:  # solutions and hidden checks
            source = exercise.solution.parent
            target = root / "course" / source.relative_to(course.root)
            shutil.copytree(source, target, ignore=IGNORED, dirs_exist_ok=True)
        gradus = Path(framework.__file__).resolve().parents[1]
        for name in PACKAGES:
            shutil.copytree(gradus / name, root / "gradus" / name, ignore=IGNORED)
        text = "\n".join(requirements(course, written)) + "\n"
        (root / "requirements.txt").write_text(text, "utf-8", newline="\n")
        if wheels is not None:
            _copy_wheels(wheels, root / "wheels")
        for name in ("setup.sh", "run_autograder"):
            _write_script(root / name, values)
        try:
            pack(root, file, mode=0o600)
        except OSError as error:
            raise BadInputError(f"{file} cannot be written: {error.strerror}") from None
    return [exercise.name for exercise in written if exercise not in exercises]


def _base_of(course: Course) -> str:
    return "./base" if course.base else ""


def _write_bases(folder: Path, course: Course, exercises: Sequence[Exercise]) -> None:
    """Write the solutions that `exercises` take from bases, each base in the folder before it."""
    needed = course.borrowed(exercises).values()
    for base in course.bases:
        folder /= "base"
        own = [exercise for exercise in needed if exercise.root == base.root]
        table = tomlkit.parse(course_toml(base, own, _base_of(base)))
        for key in ("plugins", "overrides"):
            table.pop(key, None)
        write(course_file(folder), tomlkit.dumps(table))
        for exercise in own:
            for file in (exercise.toml, exercise.solution):
                copy(file, folder / file.relative_to(base.root))


def _copy_wheels(wheels: Path, target: Path) -> None:
    files = sorted(wheels.glob("*.whl")) if wheels.is_dir() else []
    if not files:
        raise BadInputError(
            f"{wheels} holds no wheels. Build without `--wheels`, take requirements.txt from "
            f"the zip, and on a machine like that of the service: `pip download -d {wheels} "
            "-r requirements.txt`"
        )
    target.mkdir()
    for file in files:
        (target / file.name).write_bytes(file.read_bytes())


def _write_script(file: Path, values: Mapping[str, str]) -> None:
    template = resources.files("plugins.authoring.kits").joinpath(f"templates/{file.name}")
    text = template.read_text("utf-8")
    for name, value in values.items():
        text = text.replace(name, value)
    file.write_text(text, "utf-8", newline="\n")
    file.chmod(0o755)


#: The import packages of gradus itself.
PACKAGES = ("framework", "plugins", "autograder")


def requirements(course: Course, exercises: Sequence[Exercise]) -> Iterator[str]:
    """Yield what gradus and the exercises need, pinned to the versions of this installation.

    The same versions give the same numbers. Packages of exercises, and plugins of the course that
    are modules, have to be installed here; `BadInputError` names one that is not.
    """
    declared = map(Requirement, metadata.requires(DISTRIBUTION) or ())
    names = {needed.name for needed in declared if "extra" not in str(needed.marker)}
    yield from sorted(map(_pinned, names))
    modules = [name for exercise in exercises for name in course.graded_imports(exercise)]
    modules += [name for name in course.plugins if not Path(name).exists()]
    for name in sorted({module.partition(".")[0] for module in modules} - set(PACKAGES)):
        distributions = metadata.packages_distributions().get(name)
        if not distributions:
            raise BadInputError(f"the package {name} is not installed: `pip install {name}` first")
        yield from map(_pinned, sorted(set(distributions)))


def _pinned(name: str) -> str:
    return f"{name}=={metadata.version(name).partition('+')[0]}"
