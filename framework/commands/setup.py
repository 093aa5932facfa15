"""The first steps of every command: load plugins, choose a backend, describe the parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from framework.commands.output import write_error
from framework.course.catalogue import Catalogue, active_course
from framework.course.solutions import is_kit
from framework.errors import AbsentPartError, UsageError
from framework.providers.backends import REFERENCE, STUDENT, Backend, own_backend
from framework.providers.loaded_plugins import Plugins


def load_plugins(plugin: Sequence[str] | None, block: Sequence[str] | None) -> Plugins:
    """Return all plugins, with the course's and ``--plugin``'s, and without those of ``--block``.

    What was left out, because it cannot be loaded, is said on standard error.
    """
    plugins = Plugins(plugin or (), blocked=block or ())
    for warning in plugins.warnings:
        write_error(f"gradus: {warning}")
    return plugins


def choose_backend(
    plugins: Plugins, name: str, provider: str = "", *, submission: Path | None, device: str = "cpu"
) -> Backend:
    """Return the backend `name`, with the parts of `provider` first.

    Args:
        provider: ``student`` uses the code in the folder `submission`; empty: the backend itself,
            or in a student kit, which has no reference, the student.
        submission: None for the folder `exercises` here, or else that of the course.

    Raises:
        UnknownNameError: no such backend or provider.
        UsageError: see `Backend`; or the student has written nothing yet.
    """
    if not provider and name == REFERENCE and is_kit(active_course().root):
        provider = STUDENT
    if provider == STUDENT:
        _add_student(plugins, submission or _own_exercises())
    if name == REFERENCE and provider:
        name = own_backend(plugins.registry, provider, name)
    return Backend(plugins.registry, name, provider=provider, device=device)


def _own_exercises() -> Path:
    here = Path("exercises")
    return here if here.is_dir() else active_course().root / here


def _add_student(plugins: Plugins, submission: Path) -> None:
    if not submission.is_dir():
        raise UsageError(
            f"no folder '{submission}': give the folder of your exercises with `--submission`"
        )
    plugins.add_student(submission)
    if STUDENT not in plugins.registry.providers():
        reference = ", and with `--provider numpy` the reference is used"
        raise UsageError(
            f"nothing is written in '{submission}' yet: `grade` says what to do first"
            f"{'' if is_kit(active_course().root) else reference}"
        )


def describe_parts(backend: Backend) -> list[str]:
    """Return the parts of each provider, a line per provider, in order of their priority."""
    lines = []
    for provider in dict.fromkeys([*backend.providers, *sorted(backend.taken.values())]):
        names = sorted(name for name, owner in backend.taken.items() if owner == provider)
        if names:
            lines.append(f"{_owner(provider)}: {', '.join(names)}")
    return lines


def _owner(provider: str) -> str:
    labels = {STUDENT: "from your code", REFERENCE: "from the NumPy reference"}
    return labels.get(provider, f"from {provider}")


@contextmanager
def unfinished_parts(backend: Backend) -> Iterator[None]:
    """Turn a NotImplementedError of a part into an error that names the parts.

    Raises:
        UsageError: instead of the NotImplementedError; or a part of the student's model is not
            written, and the course has no solution that could take its place.
    """
    try:
        yield
    except AbsentPartError as error:
        if backend.provider != STUDENT:
            raise
        raise UsageError(_unwritten_text(backend, error.part)) from error
    except NotImplementedError as error:
        parts = ", ".join(f"{name}@{provider}" for name, provider in sorted(backend.taken.items()))
        where = f" ({error})" if str(error) else ""
        raise UsageError(
            f"one of the parts in use is not finished{where}: {parts}. "
            "`grade` shows what is missing in yours"
        ) from error


def _unwritten_text(backend: Backend, part: str) -> str:
    """Return the error for `part`, which neither the student nor a solution offers."""
    course = active_course()
    unwritten = _unwritten(course, backend, [*backend.taken, part])
    listed = "; ".join(f"{name}: {', '.join(parts)}" for name, parts in unwritten.items())
    first = next(iter(unwritten), "")
    if not first:
        return (
            f"'{part}' is needed here, but no exercise of this course defines it, and the course "
            "has no solutions. `gradus train` lists what can be trained"
        )
    return (
        f"'{part}' is not written, and this course has no solutions: all parts of the model must "
        f"be in your own code here. Not written in the exercises that it uses: {listed}. "
        f"`grade {first}` says what is missing"
    )


def _unwritten(course: Catalogue, backend: Backend, names: Sequence[str]) -> dict[str, list[str]]:
    """Return exercise -> its parts that are not written, for all exercises that `names` use."""
    owners = {
        task.registry_name: exercise
        for exercise in course.exercise_names
        for task in course.tasks(exercise)
    }
    used = list(dict.fromkeys(owners[name] for name in names if name in owners))
    for exercise in used:  # the list grows during the loop
        required = course.exercise_table(exercise).texts("requires")
        plain = [name.rpartition("/")[2] for name in required]  # a kit has exercises of its base
        used += [name for name in plain if name not in used]
    parts = {
        exercise: [
            task.registry_name
            for task in course.tasks(exercise)
            if backend.provider_of(task.registry_name) != STUDENT
        ]
        for exercise in course.exercise_names
        if exercise in used
    }
    return {exercise: missing for exercise, missing in parts.items() if missing}
