"""Builds a student kit: writes it beside its place, records, proves, and then moves it there."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.conversations.recording import write_recording
from autograder.course.identity import course_hash
from autograder.course.kit_folder import SEED, Kit, digest
from autograder.course.questions.description import Prose
from autograder.course.reading import Course, Exercise
from autograder.grading.parallel import in_parallel
from autograder.grading.setting import GradeOptions, GradingSetting
from autograder.reports.wording import counted
from autograder.sandbox.runners import choose
from autograder.submissions.submission import Submission, load_submission
from framework import __version__
from framework.course.solutions import solutions_folder
from framework.errors import BadInputError, ConflictError
from framework.providers.plugins import Plugins
from plugins.authoring.kits.contents import write_contents
from plugins.authoring.kits.proof import Proof, Quotation, prove, quotations
from plugins.authoring.kits.solution_recording import record

#: Called with the name of an exercise, what was done with it, and a number of points or bytes.
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
    begins: Callable[[], None] = lambda: None,
) -> BuiltKit:
    """Build a kit of the exercises or units `names`, or of all exercises, at `target`.

    Args:
        target: a new or empty folder, or a new file ``NAME.zip``.
        jobs: exercises side by side; 0 for one per processor.
        progress: called with a line for each exercise that is recorded and proved.
        begins: called when place and names are known to be right.

    Raises:
        ConflictError: something is at `target`.
        BadInputError: a solution is missing or does not pass, or the kit would not work.
    """
    _require_free(target)
    chosen = course.select(names)
    needed = set(course.with_required(chosen))
    exercises = [exercise for exercise in course.select() if exercise in needed]
    begins()
    with tempfile.TemporaryDirectory(prefix="gradus-kit-") as folder:
        kit = Kit(
            Path(folder) / "kit",
            course_hash(course),
            __version__,
            seed=SEED,
            name=course.name,
            version=course.version,
        )
        write_contents(kit, course, exercises)
        graded = [exercise for exercise in exercises if not exercise.questions]
        _record(kit, course, graded, jobs, progress)
        kit.write()
        proofs = _prove(kit, course, graded, jobs, progress)
        _remove_compiled(kit.root)
        proofs += [_of_questions(exercise) for exercise in exercises if exercise.questions]
        quoted = quotations(kit.root, exercises)
        _finished(kit, exercises, proofs).write()
        sizes = {exercise.name: kit.recording(exercise.name).stat().st_size for exercise in graded}
        move_kit(kit.root, target)
    added = tuple(exercise.name for exercise in exercises if exercise not in chosen)
    known = tuple(exercise.name for exercise in exercises)
    return BuiltKit(target, known, added, tuple(proofs), tuple(quoted), sizes)


def _remove_compiled(root: Path) -> None:
    """Remove what Python has compiled while the kit was proved."""
    for folder in [*root.rglob("__pycache__")]:
        shutil.rmtree(folder)


def _require_free(target: Path) -> None:
    taken = target.is_dir() and any(target.iterdir())
    if taken or (target.exists() and not target.is_dir()):
        raise ConflictError(f"{target} exists: name a new folder or a new file NAME.zip")


def _record(
    kit: Kit, course: Course, exercises: Sequence[Exercise], jobs: int, progress: OnLine
) -> None:
    """Write the recording of every exercise."""
    setting = GradingSetting(
        course, Plugins(course=course), choose("auto"), GradeOptions(seed=kit.seed)
    )
    names = [exercise.name for exercise in exercises]
    with load_submission(solutions_folder(course.root), course, names) as solutions:
        work = partial(_write_recording, kit, setting, solutions)
        for line in in_parallel(work, exercises, jobs, as_they_end=True):
            progress(line)


def _write_recording(
    kit: Kit, setting: GradingSetting, solutions: Submission, exercise: Exercise
) -> str:
    recorded = record(setting, solutions, exercise, kit.course)
    file = kit.recording(exercise.name)
    write_recording(file, recorded.recording)
    checks = counted(len(recorded.checks), "check")
    return f"recorded {exercise.name}: {checks}, {file.stat().st_size:,} bytes"


def _prove(
    kit: Kit, course: Course, exercises: Sequence[Exercise], jobs: int, progress: OnLine
) -> list[Proof]:
    """Grade solutions and stubs in the kit."""
    own = Course.read(kit.root)
    setting = GradingSetting(own, Plugins(course=own), choose("auto"), GradeOptions(seed=kit.seed))
    with ExitStack() as stack:
        folders = (solutions_folder(course.root), kit.root / "exercises")
        solutions, stubs = (stack.enter_context(load_submission(folder, own)) for folder in folders)
        work = partial(prove, setting, solutions, stubs)
        in_kit = [own.exercise(exercise.name) for exercise in exercises]
        proofs = []
        for proof in in_parallel(work, in_kit, jobs, as_they_end=True):
            progress(f"proved {proof.exercise}")
            proofs.append(proof)
    order = [exercise.name for exercise in exercises]
    return sorted(proofs, key=lambda proof: order.index(proof.exercise))


def _of_questions(exercise: Exercise) -> Proof:
    """Return the points of written questions: a kit has no key, so it compares no answer."""
    points = {question.id: float(question.points) for question in exercise.questions}
    prose = {question.id for question in exercise.questions if isinstance(question, Prose)}
    compared = {name: worth for name, worth in points.items() if name not in prose}
    return Proof(exercise.name, sum(points.values()), compared)


def _finished(kit: Kit, exercises: Sequence[Exercise], proofs: Sequence[Proof]) -> Kit:
    """Return `kit` with what is known at the end: its files, and what its checks are worth."""
    edited = {kit.root / exercise.stub.relative_to(exercise.root) for exercise in exercises}
    manifest = kit.root / "kit" / "manifest.json"
    files = [file for file in sorted(kit.root.rglob("*")) if file.is_file()]
    points = {exercise.name: exercise.points for exercise in exercises}
    return replace(
        kit,
        files={
            file.relative_to(kit.root).as_posix(): digest(file)
            for file in files
            if file not in edited and file != manifest
        },
        open_checks={proof.exercise: proof.open_checks for proof in proofs if proof.open_checks},
        hidden_points={proof.exercise: points[proof.exercise] - proof.points for proof in proofs},
    )


def move_kit(root: Path, target: Path) -> None:
    """Move the finished kit to its place."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".zip":
            _pack(root, target)
        else:
            shutil.copytree(root, target, dirs_exist_ok=True)
    except OSError as error:
        raise BadInputError(f"{target} cannot be written: {error.strerror}") from None


def _pack(root: Path, target: Path) -> None:
    """Write the kit as a zip with one folder, named after the file."""
    aside = target.with_suffix(".part")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(root.rglob("*")):
            if file.is_file():
                archive.write(file, Path(target.stem) / file.relative_to(root))
    aside.replace(target)


def summary(built: BuiltKit, *, verbose: bool = False) -> Iterator[str]:
    """Yield the lines of the summary.

    Args:
        verbose: whether the quoted lines are listed.
    """
    size = sum(built.sizes.values())
    points = sum(proof.points for proof in built.proofs)
    opened = sum(sum(proof.open_checks.values()) for proof in built.proofs)
    if built.added:
        yield f"Added, because others require them: {', '.join(built.added)}"
    for proof in built.proofs:
        for check, worth in proof.open_checks.items():
            yield f"needs the course's grader: {proof.exercise}, {check} ({worth:g} points)"
    yield from _quoted(built, verbose)
    share = opened / points if points else 0.0
    yield (
        f"Wrote {built.place}: {counted(len(built.exercises), 'exercise')}, {points - opened:g} of "
        f"{points:g} public points ({share:.1%} need the course's grader), recordings of "
        f"{size / 1024:,.0f} KiB. Solutions get all these points in it, stubs none."
    )


def _quoted(built: BuiltKit, verbose: bool) -> Iterator[str]:
    if built.quoted:
        files = sorted({quotation.file.name for quotation in built.quoted})
        more = "" if verbose else ": `--verbose` lists them"
        yield (
            f"quoted from solutions by the course's own texts (READMEs, hints, public checks): "
            f"{counted(len(built.quoted), 'line')} in {counted(len(files), 'file')}{more}"
        )
    for quotation in built.quoted if verbose else ():
        yield f"  {quotation.file.parent.name}/{quotation.file.name}: {quotation.line}"
