"""Builds the autograder that Gradescope runs: a zip with a course, gradus, and two scripts."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

import framework
from autograder.course.reading import Course, Exercise
from framework import DISTRIBUTION, __version__
from framework.errors import BadInputError, ConflictError
from plugins.authoring.kits.contents import write_course

#: The sandboxes that keep solutions from submissions or do not start, best first.
SAFE_SANDBOXES = ("bubblewrap", "fork")
#: Contains what the system lets it contain, and says what is missing.
WEAKER_SANDBOX = "process"
_TEMPLATES = "plugins.authoring.kits"


@dataclass(frozen=True)
class AutograderBuild:
    """What a package is built of.

    Attributes:
        exercises: those that are graded.
        wheels: a folder with wheels, so that the service needs no package index; or None.
        seed: of all random inputs; None to draw a secret one.
        is_weaker_allowed: whether submissions are graded where solutions cannot be hidden.
    """

    course: Course
    exercises: Sequence[Exercise]
    wheels: Path | None = None
    seed: int | None = None
    is_weaker_allowed: bool = False


@dataclass(frozen=True)
class BuiltAutograder:
    """A package that was built."""

    file: Path
    exercises: tuple[str, ...]
    required: tuple[str, ...]
    size: int


def build_gradescope(build: AutograderBuild, file: Path) -> BuiltAutograder:
    """Write the zip that an instructor uploads under "Configure Autograder".

    It holds solutions and hidden checks: its owner alone can read it.

    Raises:
        ConflictError: `file` exists.
        BadInputError: a solution, a stub or a wheel is missing, or the file cannot be written.
    """
    if file.exists():
        raise ConflictError(f"{file} exists: name a new file")
    if file.suffix != ".zip":
        raise BadInputError(f"{file} is no NAME.zip: Gradescope takes a zip")
    needed = set(build.course.with_required(build.exercises))
    exercises = [exercise for exercise in build.course.select() if exercise in needed]
    with tempfile.TemporaryDirectory(prefix="gradus-gradescope-") as folder:
        root = Path(folder)
        _write_solved_course(root / "course", build.course, exercises)
        _write_gradus(root / "gradus")
        _write_requirements(root, build, exercises)
        for name in ("setup.sh", "run_autograder"):
            _write_script(root / name, build)
        _pack(root, file)
    chosen = tuple(exercise.name for exercise in build.exercises)
    added = tuple(exercise.name for exercise in exercises if exercise not in build.exercises)
    return BuiltAutograder(file, chosen, added, file.stat().st_size)


def _write_requirements(root: Path, build: AutograderBuild, exercises: Sequence[Exercise]) -> None:
    text = "\n".join(requirements(build.course, exercises)) + "\n"
    (root / "requirements.txt").write_text(text, "utf-8", newline="\n")
    if build.wheels is None:
        return
    wheels = sorted(build.wheels.glob("*.whl")) if build.wheels.is_dir() else []
    if not wheels:
        raise BadInputError(
            f"{build.wheels} holds no wheels. Build without `--wheels`, take requirements.txt from "
            f"the zip, and on a machine like that of the service: `pip download -d {build.wheels} "
            "-r requirements.txt`"
        )
    (root / "wheels").mkdir()
    for wheel in wheels:
        (root / "wheels" / wheel.name).write_bytes(wheel.read_bytes())


def _write_script(file: Path, build: AutograderBuild) -> None:
    sandboxes = [*SAFE_SANDBOXES, *([WEAKER_SANDBOX] if build.is_weaker_allowed else [])]
    values = {
        "@VERSION@": __version__,
        "@SEED@": str(secrets.randbelow(1 << 62) if build.seed is None else build.seed),
        "@SANDBOXES@": " ".join(sandboxes),
        "@EXERCISES@": shlex.join(exercise.name for exercise in build.exercises),
    }
    text = resources.files(_TEMPLATES).joinpath(f"templates/{file.name}").read_text("utf-8")
    for name, value in values.items():
        text = text.replace(name, value)
    file.write_text(text, "utf-8", newline="\n")
    file.chmod(0o755)


def _pack(root: Path, file: Path) -> None:
    aside = file.with_name(f".{file.name}.part")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as stream,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for path in sorted(path for path in root.rglob("*") if path.is_file()):
                member = zipfile.ZipInfo(str(path.relative_to(root)))
                mode = stat.S_IMODE(path.stat().st_mode)
                member.external_attr = (stat.S_IFREG | mode) << 16
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, path.read_bytes())
        aside.replace(file)
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from None


#: The import packages of gradus itself.
PACKAGES = ("framework", "plugins", "autograder")
_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def _write_solved_course(folder: Path, course: Course, exercises: Sequence[Exercise]) -> None:
    """Write a course of `exercises` alone, with solutions and hidden checks.

    Raises:
        BadInputError: a solution or a stub is missing, or a plugin lies outside of the course.
    """
    for exercise in exercises:
        course.require_solutions(exercise)
    write_course(folder, course, exercises)
    for exercise in exercises:
        source = exercise.solution.parent
        target = folder / source.relative_to(course.root)
        shutil.copytree(source, target, ignore=_IGNORED, dirs_exist_ok=True)


def _write_gradus(folder: Path) -> None:
    """Copy the packages of gradus, as they are installed here."""
    source = Path(framework.__file__).resolve().parents[1]
    for name in PACKAGES:
        shutil.copytree(source / name, folder / name, ignore=_IGNORED)


def requirements(course: Course, exercises: Sequence[Exercise]) -> Iterator[str]:
    """Yield what gradus and the exercises need, pinned to the versions of this installation.

    The same versions give the same numbers. Packages of exercises, and plugins of the course that
    are modules, have to be installed here, so that their versions are known.

    Raises:
        BadInputError: a package is not installed.
    """
    needed = [one.partition(";") for one in metadata.requires(DISTRIBUTION) or ()]
    names = [name for name, _, marker in needed if "extra" not in marker]
    yield from sorted({_pinned(_bare(name)) for name in names})
    added = {name.partition(".")[0] for one in exercises for name in course.graded_imports(one)}
    added |= {name.partition(".")[0] for name in course.plugins if not Path(name).exists()}
    for name in sorted(added - set(PACKAGES)):
        distributions = metadata.packages_distributions().get(name)
        if not distributions:
            raise BadInputError(f"the package {name} is not installed: `pip install {name}` first")
        yield from map(_pinned, sorted(set(distributions)))


def _bare(requirement: str) -> str:
    """Return the name of the distribution in a requirement."""
    return next(iter("".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()))


def _pinned(name: str) -> str:
    return f"{name}=={metadata.version(name).partition('+')[0]}"
