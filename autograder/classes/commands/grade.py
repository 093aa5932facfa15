"""``gradus class grade``: grades a collection, and goes on where it was interrupted."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.classes.commands.options import StoreOption, open_store
from autograder.commands.options import CourseOption, say
from autograder.reports.wording import counted
from framework.commands.options import BlockOption, PluginOption
from framework.errors import StoppedError
from framework.threads import pin_threads

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from autograder.classes.collecting.collection import Collection
    from autograder.classes.runs.engine import Engine
    from autograder.classes.runs.grade_job import Settings
    from autograder.classes.runs.grade_run import Ended
    from autograder.classes.runs.store import Store
    from autograder.classes.runs.stored_runs import Run


def grade(
    collection: Annotated[Path, typer.Argument(metavar="DIR", help="The collection.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="EXERCISE|UNIT", help="Default: what was handed in."),
    ] = None,
    store: StoreOption = "",
    jobs: Annotated[
        int, typer.Option(min=0, help="Number of parallel processes; 0: one per processor.")
    ] = 0,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of all random inputs. Default: a secret one.")
    ] = None,
    verify: Annotated[
        float, typer.Option(min=0, max=100, help="Percentage of results to grade twice.")
    ] = 0.0,
    regrade: Annotated[
        str, typer.Option(metavar="WHAT", help="all, failed, task=EXERCISE or student=KEY.")
    ] = "",
    backend: Annotated[str, typer.Option(help="Arrays that the code gets: numpy or torch.")] = (
        "numpy"
    ),
    device: Annotated[str, typer.Option(help="Device of torch: cpu or cuda.")] = "cpu",
    sandbox: Annotated[
        str,
        typer.Option(
            help="auto, bubblewrap (fails if it is missing), fork (a fork server, which starts "
            "workers in milliseconds), process, or one of a plugin."
        ),
    ] = "auto",
    allow_weaker: Annotated[
        bool,
        typer.Option(
            "--allow-weaker",
            help="Let the sandbox fork start where it cannot contain everything; the run says so.",
        ),
    ] = False,
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
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.runs.grade_job import Settings, setting_of
    from autograder.grading.course_choice import chosen_course
    from autograder.grading.options import GradeOptions

    found = read_collection(collection)
    plugins, blocked = tuple(plugin or ()), tuple(block or ())
    options = GradeOptions(submission=collection, course=course, plugins=plugins, blocked=blocked)
    root = str(chosen_course(options).root.resolve())
    with open_store(found, store, is_new=True) as opened:
        settings = Settings(
            root, _seed(opened, seed), backend, device, sandbox, allow_weaker, plugins, blocked
        )
        setting_of(settings).reference_backend()  # a missing GPU is reported before grading
        asked = _Asked(tuple(names or ()), jobs, regrade, verify, cluster, certificates)
        ended = _grade(opened, settings, found, asked)
        _show(opened, ended, collection)
    if ended.not_graded:
        raise typer.Exit(3)


def _seed(store: Store, seed: int | None) -> int:
    from autograder.classes.runs.stored_runs import secret_seed

    return store.transaction(secret_seed) if seed is None else seed


@dataclass(frozen=True)
class _Asked:
    """The options that do not change results."""

    names: tuple[str, ...]
    jobs: int
    regrade: str
    verified: float
    cluster: str
    certificates: Path | None

    def engine(self, settings: Settings, revision: str) -> Engine:
        """Return what grades: the processes of this machine, or a cluster."""
        from autograder.classes.runs.engine import local_engine
        from autograder.classes.runs.grade_job import grade_job

        jobs = self.jobs or os.cpu_count() or 1
        if not self.cluster:
            return local_engine(partial(grade_job, settings), jobs)
        from autograder.classes.runs.cluster import dask_engine

        return dask_engine(settings, revision, self.cluster, self.certificates, jobs)


def _grade(store: Store, settings: Settings, collection: Collection, asked: _Asked) -> Ended:
    """Start or continue a run, and show its progress."""
    from autograder.classes.runs.coordinator import Progress
    from autograder.classes.runs.doctor import price
    from autograder.classes.runs.grade_job import setting_of
    from autograder.classes.runs.grade_run import Again, Grading
    from autograder.classes.runs.grade_run import grade as carry_out
    from autograder.classes.runs.job_queue import Queue
    from autograder.course.identity import course_hash

    setting = setting_of(settings)
    revision = course_hash(setting.course)
    queue = Queue(collection.name, revision, settings.seed, settings.environment)
    named = collection.folder
    collection = replace(collection, folder=named.resolve())  # as other machines see it
    engine = asked.engine(settings, revision)
    shown: list[Progress] = []

    def watch(total: int) -> Progress:
        shown.append(Progress(total))
        return shown[-1]

    again = Again.parse(asked.regrade) if asked.regrade else None
    grading = Grading(
        collection, setting.course, store, engine, queue, setting.sandbox.label, watch,
        asked.names, again, asked.verified, partial(price, setting.sandbox),
    )  # fmt: skip
    try:
        return carry_out(grading)
    except KeyboardInterrupt:
        raise StoppedError(
            f"interrupted: `gradus class grade {named}` continues, nothing is lost"
        ) from None
    finally:
        engine.close()
        for progress in shown:
            progress.end()


def _show(store: Store, ended: Ended, folder: Path) -> None:
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
    from autograder.classes.runs.points import points_of

    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    points: dict[str, list[float]] = defaultdict(list)
    for (_, exercise), one in points_of(connection, run).items():
        verdicts[exercise][one.verdict] += 1
        if one.result is not None and one.result.possible:
            points[exercise].append(one.result.earned / one.result.possible)
    return [
        f"{exercise}: {', '.join(f'{count} {name}' for name, count in found.most_common())}"
        + (
            f" · mean {sum(points[exercise]) / len(points[exercise]):.0%}"
            if points[exercise]
            else ""
        )
        for exercise, found in verdicts.items()
    ]
