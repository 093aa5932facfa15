"""``gradus class grade``, ``runs``, ``results``, ``diff``."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.public.reports import clean, counted
from framework.commands.options import (
    AllowWeaker,
    BackendName,
    BlockOption,
    CourseOption,
    Device,
    Jobs,
    PluginOption,
    Sandbox,
    SecretSeed,
    with_options,
)
from framework.commands.output import say, stopped_with
from framework.threads import pin_threads
from plugins.classes.collecting.collection import read_collection, remember_course
from plugins.classes.commands.class_options import (
    RunArgument,
    ShownRuns,
    StoredRuns,
    StoreOption,
    TableOption,
    course_of,
    open_store,
    say_listed,
)
from plugins.classes.rosters.dates import shown_moment
from plugins.classes.rosters.privacy import write_private
from plugins.classes.rosters.tables import written_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugins.classes.runs.grade_job import Engine, RunSettings
    from plugins.classes.runs.grade_run import FinishedRun
    from plugins.classes.runs.store import Store
    from plugins.classes.runs.stored_runs import EntryResult, Run


def grade(
    collection: Annotated[Path, typer.Argument(metavar="DIR", help="The collection.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="EXERCISE|UNIT", help="Default: what was handed in."),
    ] = None,
    store: StoreOption = "",
    jobs: Jobs = 0,
    seed: SecretSeed = None,
    verify: Annotated[
        float, typer.Option(min=0, max=100, help="Percentage of results to grade twice.")
    ] = 0.0,
    regrade: Annotated[
        str, typer.Option(metavar="WHAT", help="all, failed, task=EXERCISE or student=KEY.")
    ] = "",
    lend: Annotated[
        bool,
        typer.Option(
            "--lend", help="Grade exercises that need others again with the parts of the course."
        ),
    ] = False,
    backend: BackendName = "numpy",
    device: Device = "cpu",
    sandbox: Sandbox = "auto",
    allow_weaker: AllowWeaker = False,
    cluster: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Grade with Dask: tls://HOST:PORT, or local."),
    ] = "",
    certificates: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="For --cluster: ca.pem, cert.pem and key.pem."),
    ] = None,
    course: CourseOption = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Grade every attempt that counts, and keep each result.

    First, solutions have to get full marks on this machine, and stubs none. Then each piece of
    work is graded once, also if several students handed in the same. Each result is stored when
    it is there: after Ctrl-C, or a crash, the same command continues.

    A fault of a submission (an exception, too much time or memory) is a result. A fault of the
    grader is tried three times; what is left is *not graded*, which is no zero. What a busy
    machine may have disturbed is repeated alone.

    Results stay when the course changes: the next call is a new run. It grades work at exercises
    whose checks, solutions or settings have changed. --regrade grades work again that has a
    result. Exit code 3: something is not graded.

    --lend grades work that is blocked by another exercise of the same student again, with the
    course's solution of that exercise. Work that failed, although the exercises it needs passed,
    is graded with the course's solution of each of them: a part may pass its own checks and be
    wrong where it is used. These results are shown apart, and change no points: `gradus class
    points` lists them for you to decide.

    --cluster grades on several machines: see docs/classes.md.
    """
    pin_threads()
    from autograder.public.courses import course_hash
    from autograder.public.grading import GradeOptions, chosen_course
    from plugins.classes.runs.grade_job import RunSettings, environment_of, setting_of

    collected = read_collection(collection)
    options = GradeOptions(
        submission=collection,
        backend=backend,
        device=device,
        sandbox=sandbox,
        allow_weaker=allow_weaker,
        course=course_of(collected, course),
        plugins=tuple(plugin or ()),
        blocked=tuple(block or ()),
    )
    chosen = chosen_course(options)
    remember_course(collected, chosen.root)
    with open_store(collected, store, is_new=True) as opened:
        from plugins.classes.runs.grade_run import grade as carry_out
        from plugins.classes.runs.grade_run import grade_with_parts
        from plugins.classes.runs.stored_runs import secret_seed

        seed = opened.transaction(secret_seed) if seed is None else seed
        options = replace(options, submission=None, course=chosen.root.resolve(), secret=seed)
        settings = RunSettings(options, course_hash(chosen), environment_of(options))
        resolved = replace(collected, folder=collected.folder.resolve())  # as other machines see it
        engine = _engine(settings, jobs or os.cpu_count() or 1, cluster, certificates)
        try:
            again = f"`gradus class grade {collection}` continues, nothing is lost"
            with stopped_with(lambda: again):
                ended = carry_out(
                    resolved, settings, opened, engine,
                    names=names or (), again=regrade, verified=verify,
                )  # fmt: skip
                with_parts = None
                if lend:
                    setting = setting_of(settings)
                    with_parts = grade_with_parts(resolved, setting, opened, engine, ended.run)
        finally:
            engine.close()
        _show(opened, ended, collection)
        if lend:
            _show_with_parts(opened, with_parts, ended.run, collection)
    if ended.not_graded:
        raise typer.Exit(3)


def _engine(settings: RunSettings, jobs: int, cluster: str, certificates: Path | None) -> Engine:
    """Return the engine: the processes of this machine, or a cluster."""
    from plugins.classes.runs.grade_job import grade_job, local_engine, setting_of

    setting_of(settings)  # a missing GPU is reported before grading
    if not cluster:
        return local_engine(partial(grade_job, settings), jobs)
    from plugins.classes.runs.cluster import dask_engine

    return dask_engine(settings, cluster, certificates, jobs)


def _show(store: Store, ended: FinishedRun, folder: Path) -> None:
    """Print the results of a run, without students."""
    from plugins.classes.runs.stored_runs import points_of

    run = ended.run
    name = folder.resolve().name
    say(f"run {run.id} · {name} · course {run.revision[:12]} · sandbox {run.sandbox}")
    say(f"doctor: {run.doctor}")
    reused = f", {ended.reused} of them known before" if ended.reused else ""
    say(f"{counted(ended.jobs, 'result')}{reused}; equal work is graded once")
    for line in _by_exercise(store.transaction(points_of, run)):
        say(f"  {line}")
    if ended.verified:
        agree = "all agree" if not ended.different else f"{ended.different} differ"
        say(f"graded twice: {counted(ended.verified, 'result')}, {agree}")
    if ended.different:
        command = f"`gradus class results {run.id} --in {folder}`"
        say(f"{command} shows them: a check is not deterministic")
    if ended.not_graded:
        say(
            f"missing by faults of the grader, and no zeros: "
            f"{counted(ended.not_graded, 'result')}. `gradus class results {run.id} --in {folder}` "
            "shows why; the same command tries again"
        )


def _show_with_parts(store: Store, with_parts: Run | None, run: Run, folder: Path) -> None:
    """Print the results with course parts, without students."""
    from plugins.classes.runs.course_parts import attempt_and_part
    from plugins.classes.runs.stored_runs import points_of, results_of

    say("with the course's parts, shown apart and part of no points:")
    before = store.transaction(points_of, run)
    waited: dict[tuple[str, str], EntryResult] = {}
    costly: Counter[tuple[str, str]] = Counter()
    for graded in store.transaction(results_of, with_parts) if with_parts is not None else ():
        work = graded.entry.student, graded.entry.exercise
        _, part = attempt_and_part(graded.entry)
        if not part:
            waited[work] = graded
        elif _earned(graded) > _earned(before[work]):
            costly[graded.entry.exercise, part] += 1
    for line in _by_exercise(waited):
        say(f"  {line}")
    for (exercise, part), count in costly.items():
        say(f"  {exercise}: {count} more with the course's {part}; their own passed its checks")
    if not waited and not costly:
        say("  no work gets more points with them")
        return
    say(f"`gradus class points {run.id} --in {folder}` lists them, and you decide")


def _earned(graded: EntryResult) -> float:
    return graded.result.earned if graded.result is not None else 0.0


def _by_exercise(points: Mapping[tuple[str, str], EntryResult]) -> Iterator[str]:
    """Yield a line for each exercise: its verdicts, and the mean of the points."""
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    shares: dict[str, list[float]] = defaultdict(list)
    for (_, exercise), graded in points.items():
        verdicts[exercise][graded.verdict] += 1
        if graded.result is not None and graded.result.possible:
            shares[exercise].append(graded.result.earned / graded.result.possible)
    for exercise, counts in verdicts.items():
        line = f"{exercise}: {', '.join(f'{count} {name}' for name, count in counts.most_common())}"
        yield f"{line} · mean {mean(shares[exercise]):.0%}" if shares[exercise] else line


@with_options
def runs(chosen: StoredRuns) -> None:
    """Show all runs: when, with which course, and whether they are finished.

    A course is shown by the hash of its files, its version, and the revision that it is pinned to.
    Times are those of the time zone of the class, or else UTC.
    """
    from plugins.classes.runs.stored_runs import all_runs, course_words

    collection = chosen.collection
    with chosen.open_store() as opened:
        for run in opened.transaction(all_runs, collection.id):
            started = shown_moment(datetime.fromtimestamp(run.started, UTC), collection.zone)
            state = "finished" if run.ended is not None else "not finished"
            words = opened.transaction(course_words, run.revision)
            course = ", ".join(filter(None, (f"course {run.revision[:12]}", words)))
            say(f"{run.id} · {started} · {state} · {course} · {run.environment}")


@with_options
def results(chosen: ShownRuns, number: RunArgument = 0, file: TableOption = None) -> None:
    """Show verdict and points of each student at each exercise of a run.

    What was not graded by a fault of the grader has no points, and is no zero: the fault is shown.
    Work that was graded twice with two results is listed below, and the first result counts. The
    same seed and the same code give the same result, unless a check or a submission depends on
    chance, on time, or on the machine.
    """
    from plugins.classes.runs.stored_runs import disagreements, entries_of, points_of

    with chosen.opened(number) as (opened, run):
        points = opened.transaction(points_of, run)
        entries = opened.transaction(entries_of, run.id)
        attempts = {run.key(entry): entry.attempt for entry in entries}
        pairs = opened.transaction(lambda connection: list(disagreements(connection, attempts)))
    shown = chosen.shown
    rows = [
        (shown(student), exercise, graded.verdict, *graded.numbers, graded.fault)
        for (student, exercise), graded in sorted(points.items())
    ]
    if file is not None:
        columns = ("student", "exercise", "verdict", "earned", "possible", "fault")
        write_private(file, written_csv([columns, *rows]).encode("utf-8", "replace"))
    for row in rows if file is None else ():
        say(clean(" · ".join(filter(None, row))))
    different = (
        f"{pair.key.exercise} · attempt {attempts[pair.key]}: first {pair.first.verdict}, "
        f"{pair.first.earned:g} of {pair.first.possible:g}; then {pair.second.verdict}, "
        f"{pair.second.earned:g}"
        for pair in pairs
    )
    say_listed("graded twice, with another result", [*different])


@with_options
def diff(
    chosen: ShownRuns,
    first: Annotated[int, typer.Argument(metavar="RUN1", help="The earlier run.")],
    second: Annotated[int, typer.Argument(metavar="RUN2", help="The later run.")],
) -> None:
    """Show which students' points changed between two runs, and why."""
    from plugins.classes.runs.stored_runs import compare, find_run

    id, shown = chosen.collection.id, chosen.shown
    with chosen.open_store() as opened:
        pair = [opened.transaction(find_run, number, id) for number in (first, second)]
        moved = opened.transaction(lambda connection: list(compare(connection, *pair)))
    for student, change in moved:
        say(f"{shown(student)} · {change}")
    say(f"moved between run {first} and run {second}: {counted(len(moved), 'result')}")
