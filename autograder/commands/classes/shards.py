"""Runs in shards: ``gradus class grade --plan`` and ``--shard``, ``gradus class merge``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.classes.stores import StoreOption, open_store
from autograder.reports.wording import counted
from framework.commands.output import say
from framework.errors import StoppedError

if TYPE_CHECKING:
    from autograder.classes.collecting.collection import Collection
    from autograder.classes.running.grade_one import Settings
    from autograder.classes.running.grading import Grading


def write_plan_of(grading: Grading, settings: Settings) -> None:
    """Start a run, and write the plan for its shards; print the next commands."""
    from autograder.classes.running.grade_one import setting_of
    from autograder.classes.running.grading import begun_run, without_result, work_of
    from autograder.classes.sharding.plan import Plan, write_plan

    run = begun_run(grading)
    jobs = without_result(grading.store, work_of(grading.store, run))
    folder = grading.collection.folder
    settings = replace(settings, sandbox=setting_of(settings).sandbox.name)  # "auto" here
    write_plan(folder, Plan(run.id, settings, run.revision, run.environment, jobs))
    say(f"run {run.id} · {counted(len(jobs), 'result')} to be made")
    say(f"on each machine: `gradus class grade {folder} --shard I/N`, with I from 0 to N-1")
    say(f"then: `gradus class merge {folder}`")


def grade_part(collection: Collection, name: str, jobs: int) -> bool:
    """Grade the shard `name` with `jobs` processes; return whether all of it is graded."""
    from autograder.classes.running.engine import local_engine
    from autograder.classes.running.progress import Progress
    from autograder.classes.sharding.plan import Shard, read_plan
    from autograder.classes.sharding.shard import Part, grade_shard

    width = jobs or os.cpu_count() or 1
    shard, plan = Shard.parse(name), read_plan(collection.folder)
    part = Part(collection, plan, shard, lambda grade: local_engine(grade, width), Progress)
    try:
        done = grade_shard(part)
    except KeyboardInterrupt:
        raise StoppedError("interrupted: the same command continues, nothing is lost") from None
    known = f", {done.known} of them known before" if done.known else ""
    say(f"shard {shard.index} of {shard.count} · {counted(done.jobs, 'result')}{known}")
    if done.not_graded:
        say(f"missing by faults of the grader, and no zeros: {counted(done.not_graded, 'result')}")
    return not done.not_graded


def merge(
    collection: Annotated[Path, typer.Argument(metavar="DIR", help="The collection.")],
    store: StoreOption = "",
) -> None:
    """Put the results of shards into the store; call it again while more of them come.

    Each result counts once, also where a cluster has started a shard twice. Exit code 3: results
    are missing. The same shards, or `gradus class grade DIR` on this machine, make them.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.sharding.merging import merge as carry_out
    from autograder.classes.sharding.plan import read_plan

    found = read_collection(collection)
    plan = read_plan(collection)
    with open_store(found, store) as opened:
        merged = carry_out(collection, plan, opened)
    say(f"run {plan.run} · merged {counted(merged.results, 'result')}, {merged.missing} missing")
    for fault in merged.faults:
        say(f"  not graded: {fault}")
    if merged.different:
        command = f"`gradus class disagreements --in {collection}`"
        say(f"{merged.different} differ from results that were there: {command}")
    for name in merged.refused:
        say(f"{name} is damaged, or of another plan: it was left where it is")
    if merged.missing:
        raise typer.Exit(3)
    say(f"`gradus class results --in {collection}` shows them")
