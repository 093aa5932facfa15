"""``gradus class grade``: grades a collection, and goes on where it was interrupted."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.public.reports import counted
from framework.commands.options import (
    AllowWeaker,
    ArraysOption,
    BlockOption,
    CourseOption,
    Device,
    Jobs,
    PluginOption,
    Sandbox,
    SecretSeed,
)
from framework.commands.output import say
from framework.errors import StoppedError
from framework.threads import pin_threads
from plugins.classes.collecting.collection import read_collection
from plugins.classes.commands.options import StoreOption, open_store

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from autograder.public.grading import GradeOptions
    from plugins.classes.runs.engine import Engine
    from plugins.classes.runs.grade_run import FinishedRun, Grading
    from plugins.classes.runs.store import Store
    from plugins.classes.runs.stored_runs import Run


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
    backend: ArraysOption = "numpy",
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

    Results stay when the course changes: the next call is a new run. --regrade grades work again
    that has a result. Exit code 3: something is not graded.

    --cluster grades on several machines: see docs/classes.md.
    """
    pin_threads()
    from autograder.public.grading import GradeOptions, chosen_course
    from plugins.classes.runs.grade_job import setting_of

    found = read_collection(collection)
    options = GradeOptions(
        submission=collection,
        backend=backend,
        device=device,
        sandbox=sandbox,
        allow_weaker=allow_weaker,
        course=course,
        plugins=tuple(plugin or ()),
        blocked=tuple(block or ()),
    )
    root = chosen_course(options).root.resolve()
    with open_store(found, store, is_new=True) as opened:
        from plugins.classes.runs.grade_run import Again, Grading
        from plugins.classes.runs.stored_runs import secret_seed

        seed = opened.transaction(secret_seed) if seed is None else seed
        options = replace(options, submission=None, course=root, seed=seed)
        setting_of(options)  # a missing GPU is reported before grading
        again = Again.parse(regrade) if regrade else None
        resolved = replace(found, folder=found.folder.resolve())  # as other machines see it
        engine = _engine(options, jobs or os.cpu_count() or 1, cluster, certificates)
        ended = _graded(
            Grading(resolved, options, opened, engine, names or (), again, verify), collection
        )
        _show(opened, ended, collection)
    if ended.not_graded:
        raise typer.Exit(3)


def _engine(options: GradeOptions, jobs: int, cluster: str, certificates: Path | None) -> Engine:
    """Return what grades: the processes of this machine, or a cluster."""
    from plugins.classes.runs.engine import local_engine
    from plugins.classes.runs.grade_job import grade_job, setting_of

    if not cluster:
        return local_engine(partial(grade_job, options), jobs)
    from autograder.public.courses import course_hash
    from plugins.classes.runs.cluster import dask_engine

    revision = course_hash(setting_of(options).course)
    return dask_engine(options, revision, cluster, certificates, jobs)


def _graded(grading: Grading, folder: Path) -> FinishedRun:
    """Start or continue a run, and show its progress."""
    from plugins.classes.runs.grade_run import grade as carry_out

    try:
        return carry_out(grading)
    except KeyboardInterrupt:
        raise StoppedError(
            f"interrupted: `gradus class grade {folder}` continues, nothing is lost"
        ) from None
    finally:
        grading.engine.close()
        if grading.progress.is_begun:
            grading.progress.end()


def _show(store: Store, ended: FinishedRun, folder: Path) -> None:
    """Print what a run found, without students."""
    run = ended.run
    say(f"run {run.id} · {run.assignment} · course {run.revision[:12]} · sandbox {run.sandbox}")
    say(f"doctor: {run.doctor}")
    reused = f", {ended.reused} of them known before" if ended.reused else ""
    say(f"{counted(ended.jobs, 'result')}{reused}; equal work is graded once")
    for line in store.transaction(partial(_by_exercise, run=run)):
        say(f"  {line}")
    if ended.verified:
        agree = "all agree" if not ended.different else f"{ended.different} differ"
        say(f"graded twice: {counted(ended.verified, 'result')}, {agree}")
    if ended.different:
        command = f"`gradus class disagreements {run.id} --in {folder}`"
        say(f"{command} shows them: a check is not deterministic")
    if ended.not_graded:
        say(
            f"missing by faults of the grader, and no zeros: "
            f"{counted(ended.not_graded, 'result')}. `gradus class faults {run.id} --in {folder}` "
            "shows why; the same command tries again"
        )


def _by_exercise(connection: Connection, run: Run) -> list[str]:
    """Return a line for each exercise: its verdicts, and the mean of the points."""
    from plugins.classes.runs.points import points_of

    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    points: dict[str, list[float]] = defaultdict(list)
    for (_, exercise), graded in points_of(connection, run).items():
        verdicts[exercise][graded.verdict] += 1
        if graded.result is not None and graded.result.possible:
            points[exercise].append(graded.result.earned / graded.result.possible)
    return [
        f"{exercise}: {', '.join(f'{count} {name}' for name, count in counts.most_common())}"
        + (
            f" · mean {sum(points[exercise]) / len(points[exercise]):.0%}"
            if points[exercise]
            else ""
        )
        for exercise, counts in verdicts.items()
    ]
