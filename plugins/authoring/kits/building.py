"""Builds a student kit: writes it beside its place, records, proves, and then moves it there."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from autograder.course.identity import course_hash
from autograder.course.kit_folder import FORMAT, Kit, digest, manifest_of
from autograder.course.questions.answer_keys import load_key
from autograder.course.questions.sealed_key import write_sealed_key
from autograder.course.reading import Course, Exercise
from autograder.grading.parallel import in_parallel
from autograder.grading.setting import GradeOptions, GradingSetting
from autograder.reports.wording import counted
from autograder.sandbox.runners import choose
from autograder.submissions.submission import load_submission
from framework import __version__
from framework.commands.output import announce
from framework.course.solutions import solutions_folder
from framework.errors import BadInputError, ConflictError
from framework.providers.loaded_plugins import Plugins
from plugins.authoring.kits.contents import pack, write_contents
from plugins.authoring.kits.proof import Proof, Quotation, prove, quotations
from plugins.authoring.kits.recorder import write_recording
from plugins.authoring.kits.solution_recording import record

#: The seed of new kits. A kit holds the inputs of its checks with right answers, which must not be
#: those of work that is graded: it is not the default seed of `grade`.
SEED = 1

#: Called with a line for each exercise that is recorded and proved.
OnLine = Callable[[str], None]


@dataclass(frozen=True)
class BuiltKit:
    """A kit that was built.

    Attributes:
        added: exercises that were not asked for, and that others require.
        quoted: lines of solutions in the course's own public texts.
        sizes: exercise -> bytes of its recording.
    """

    place: Path
    exercises: tuple[str, ...]
    added: tuple[str, ...]
    proofs: tuple[Proof, ...]
    quoted: tuple[Quotation, ...]
    sizes: dict[str, int]


def build_kit(
    course: Course,
    target: Path,
    names: Iterable[str],
    jobs: int,
    progress: OnLine,
) -> BuiltKit:
    """Build a kit of the exercises or units `names`, or of all, as a new folder or ``NAME.zip``."""
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ConflictError(f"{target} exists: name a new folder or a new file NAME.zip")
    chosen = course.select(names)
    exercises = kit_exercises(course, chosen)
    announce("recording every exercise, then grading it in the kit")
    with tempfile.TemporaryDirectory(prefix="gradus-kit-") as folder:
        root, name, version = Path(folder) / "kit", course.name, course.version
        kit = Kit(
            root,
            course_hash(course),
            __version__,
            seed=SEED,
            name=name,
            version=version,
            taken=(*course.borrowed(chosen),),
        )
        write_contents(kit, course, exercises)
        graded = [exercise for exercise in exercises if not exercise.questions]
        for exercise in exercises:
            if exercise.questions:
                exercise.require_solution()
                write_sealed_key(kit, exercise, load_key(exercise))
        for source in (*course.bases, course):
            own = [exercise for exercise in graded if exercise.root == source.root]
            if own:
                _record(kit, source, own, jobs, progress)
        write_manifest(kit)
        proofs = _prove(kit, course, exercises, jobs, progress)
        quoted = quotations(kit.root, course, exercises)
        write_manifest(_finished(kit, exercises, proofs))
        sizes = {exercise.name: kit.recording(exercise.name).stat().st_size for exercise in graded}
        move_kit(kit.root, target)
    added = tuple(exercise.name for exercise in exercises if exercise not in chosen)
    known = tuple(exercise.name for exercise in exercises)
    return BuiltKit(target, known, added, tuple(proofs), tuple(quoted), sizes)


def kit_exercises(course: Course, chosen: Iterable[Exercise]) -> list[Exercise]:
    """Return `chosen` and all that they require, those of bases first, in the order of courses."""
    needed = {*course.with_required(chosen), *course.borrowed(chosen).values()}
    sources = (*reversed(course.bases), course)
    exercises = [exercise for each in sources for exercise in each.select() if exercise in needed]
    owners: dict[str, Exercise] = {}
    for exercise in exercises:
        for name in (exercise.name, *(task.registry_name for task in exercise.tasks)):
            other = owners.setdefault(name, exercise)
            if other.root != exercise.root:
                raise ConflictError(
                    f"the kit needs both {other.folder} and {exercise.folder}, and both define "
                    f"'{name}': rename that of the course"
                )
    return exercises


def _record(
    kit: Kit, course: Course, exercises: Sequence[Exercise], jobs: int, progress: OnLine
) -> None:
    """Write the recording of every exercise."""
    setting = GradingSetting(
        course, Plugins(course=course), choose("auto"), GradeOptions(seed=kit.seed)
    )

    def work(exercise: Exercise) -> str:
        recording, count = record(setting, solutions, exercise, kit.course)
        file = kit.recording(exercise.name)
        write_recording(file, recording)
        return f"recorded {exercise.name}: {counted(count, 'check')}, {file.stat().st_size:,} bytes"

    names = [exercise.name for exercise in exercises]
    with load_submission(solutions_folder(course.root), course, names) as solutions:
        for line in in_parallel(work, exercises, jobs, as_they_end=True):
            progress(line)


def _prove(
    kit: Kit, course: Course, exercises: Sequence[Exercise], jobs: int, progress: OnLine
) -> list[Proof]:
    """Grade solutions and stubs in the kit."""
    own = Course.read(kit.root)
    # The course's plugins are loaded: the copies in the kit cannot be, under the same names.
    plugins = Plugins(course=replace(own, plugins=course.plugins))
    setting = GradingSetting(own, plugins, choose("auto"), GradeOptions(seed=kit.seed))
    with (
        tempfile.TemporaryDirectory(prefix="gradus-solutions-") as solved,
        load_submission(_gathered(exercises, Path(solved)), own) as solutions,
        load_submission(kit.root / "exercises", own) as stubs,
    ):
        work = partial(prove, setting, solutions, stubs)
        in_kit = [own.exercise(exercise.name) for exercise in exercises]
        proofs = {}
        for proof in in_parallel(work, in_kit, jobs, as_they_end=True):
            progress(f"proved {proof.exercise}")
            proofs[proof.exercise] = proof
    for folder in [*kit.root.rglob("__pycache__")]:  # what Python has compiled meanwhile
        shutil.rmtree(folder)
    return [proofs[exercise.name] for exercise in exercises]


def _gathered(exercises: Iterable[Exercise], folder: Path) -> Path:
    """Copy the solutions of `exercises`, which may be of several courses, into `folder`."""
    for exercise in exercises:
        shutil.copyfile(exercise.solution, folder / f"{exercise.name}{exercise.solution.suffix}")
    return folder


def _finished(kit: Kit, exercises: Sequence[Exercise], proofs: Sequence[Proof]) -> Kit:
    """Return `kit` with what is known at the end: its files, and what its checks are worth."""
    left_out = {kit.root / exercise.stub.relative_to(exercise.root) for exercise in exercises}
    left_out.add(manifest_of(kit.root))
    files = [file for file in sorted(kit.root.rglob("*")) if file.is_file()]
    points = {exercise.name: exercise.points for exercise in exercises}
    return replace(
        kit,
        files={
            file.relative_to(kit.root).as_posix(): digest(file)
            for file in files
            if file not in left_out
        },
        open_checks={proof.exercise: proof.open_checks for proof in proofs if proof.open_checks},
        hidden_points={proof.exercise: points[proof.exercise] - proof.points for proof in proofs},
    )


def move_kit(root: Path, target: Path) -> None:
    """Move the finished kit to its place; a zip has one folder, named after the file."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".zip":
            pack(root, target, target.stem)
        else:
            shutil.copytree(root, target, dirs_exist_ok=True)
    except OSError as error:
        raise BadInputError(f"{target} cannot be written: {error.strerror}") from None


def summary(built: BuiltKit, *, verbose: bool = False) -> Iterator[str]:
    """Yield the lines of the summary; the quoted lines if it is `verbose`."""
    size = sum(built.sizes.values())
    points = sum(proof.points for proof in built.proofs)
    opened = sum(sum(proof.open_checks.values()) for proof in built.proofs)
    prose = sum(proof.for_a_person for proof in built.proofs)
    if built.added:
        yield f"Added, because others require them: {', '.join(built.added)}"
    for proof in built.proofs:
        for check, worth in proof.open_checks.items():
            yield f"needs the course's grader: {proof.exercise}, {check} ({worth:g} points)"
    if built.quoted:
        files = {quotation.file.name for quotation in built.quoted}
        more = "" if verbose else ": `--verbose` lists them"
        yield (
            f"quoted from solutions by the course's own texts (READMEs, hints, checks, plugins): "
            f"{counted(len(built.quoted), 'line')} in {counted(len(files), 'file')}{more}"
        )
    for file, line in built.quoted if verbose else ():
        yield f"  {file.parent.name}/{file.name}: {line}"
    share = opened / points if points else 0.0
    waiting = f", {prose:g} wait for a person" if prose else ""
    yield (
        f"Wrote {built.place}: {counted(len(built.exercises), 'exercise')}, "
        f"{points - opened - prose:g} of {points:g} public points ({share:.1%} need the course's "
        f"grader{waiting}), recordings of {size / 1024:,.0f} KiB. Solutions get all these points "
        "in it, stubs none."
    )


def write_manifest(kit: Kit) -> None:
    """Write the manifest of `kit`."""
    table = {"format": FORMAT, **asdict(kit)}
    del table["root"]
    text = json.dumps(table, indent=1, sort_keys=True) + "\n"
    manifest_of(kit.root).write_text(text, "utf-8", newline="\n")
