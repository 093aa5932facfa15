"""Shards: together they grade each job once, whatever is started twice, killed or damaged."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from queue_run import graded

from autograder.classes.collecting.collection import Collection
from autograder.classes.running.engine import Engine
from autograder.classes.running.grade_one import Settings
from autograder.classes.running.job import Outcome
from autograder.classes.running.progress import Progress
from autograder.classes.sharding import shard as module
from autograder.classes.sharding.merging import merge
from autograder.classes.sharding.plan import Plan, Shard, folder_of, read_plan, write_plan
from autograder.classes.sharding.result_files import ResultFiles
from autograder.classes.sharding.shard import Part, grade_shard
from autograder.classes.store import runs
from autograder.classes.store.database import Store
from autograder.classes.store.jobs import Queue, fault_of
from autograder.classes.store.results import disagreements, find_result
from autograder.classes.store.runs import Entry
from framework.errors import BadInputError, UsageError

COUNT = 23
QUEUE = Queue("lab1", "r1", 7, "numpy 2")


@pytest.fixture
def collection(tmp_path):
    return Collection(tmp_path / "lab1")


@pytest.fixture
def store(collection):
    collection.folder.mkdir()
    with Store(str(collection.folder / "results.sqlite")) as opened:
        yield opened


@pytest.fixture
def plan(collection, store, monkeypatch):
    """The plan of a run of `COUNT` jobs, as it is read again."""
    monkeypatch.setattr(module, "_require_same", lambda plan: None)
    monkeypatch.setattr(module, "_examine", lambda plan, engine, left: None)
    entries = [Entry(f"student{n}", f"a{n}", "rnn", f"digest{n}") for n in range(COUNT)]
    run = store.transaction(lambda c: runs.start_run(c, QUEUE, "process", "w", entries))
    jobs = {run.key(one): one.attempt for one in entries}
    write_plan(collection.folder, Plan(run.id, Settings("course", seed=7), "r1", "numpy 2", jobs))
    return read_plan(collection.folder)


@pytest.fixture
def grade_part(collection, plan):
    """`grade_part("0/3", grade)`: a shard graded with threads."""

    def run(name, grade=graded):
        engine = Engine(partial(ThreadPoolExecutor, 2), grade, 2)
        return grade_shard(Part(collection, plan, Shard.parse(name), lambda _: engine, Progress))

    return run


@pytest.fixture
def merged(collection, plan, store):
    return lambda: merge(collection.folder, plan, store)


def results(store, plan):
    found = {key: store.transaction(partial(find_result, key=key)) for key in plan.jobs}
    return {key.submission: one.earned for key, one in found.items() if one is not None}


@pytest.mark.parametrize("count", [1, 3, 40])
def test_shards_together_have_each_job_once(plan, count):
    shares = [plan.share(Shard(index, count)) for index in range(count)]
    assert sum(map(len, shares)) == COUNT
    assert {key: place for share in shares for key, place in share.items()} == dict(plan.jobs)


def test_shards_are_merged_and_the_run_ends(grade_part, merged, plan, store, collection):
    done = [grade_part(f"{index}/3") for index in range(3)]
    assert sum(one.jobs for one in done) == COUNT
    found = merged()
    assert (found.results, found.missing, found.different, found.refused) == (COUNT, 0, 0, ())
    assert results(store, plan) == {f"digest{n}": 1.0 for n in range(COUNT)}
    assert store.transaction(partial(runs.find_run, id=plan.run)).ended is not None
    assert not folder_of(collection.folder).exists()


def test_a_merge_takes_what_is_there_and_the_next_one_the_rest(grade_part, merged, plan, store):
    first = grade_part("0/2").jobs
    assert merged().missing == COUNT - first
    assert store.transaction(partial(runs.find_run, id=plan.run)).ended is None
    grade_part("1/2")
    assert (merged().missing, len(results(store, plan))) == (0, COUNT)


def test_a_shard_that_starts_again_grades_what_is_left(grade_part, plan):
    seen = []

    def interrupted(job):
        if len(seen) == 5:
            raise KeyboardInterrupt
        seen.append(job.place)
        return graded(job)

    with pytest.raises(KeyboardInterrupt):
        grade_part("0/1", interrupted)
    done = grade_part("0/1", lambda job: seen.append(job.place) or graded(job))
    assert done.known >= 4
    assert len(set(seen)) == COUNT and len(seen) <= COUNT + 2


def test_a_shard_that_ran_twice_counts_once_and_a_difference_is_shown(
    grade_part, merged, plan, store, collection
):
    grade_part("0/1")
    files = ResultFiles(collection.folder, plan.run)
    key = next(iter(plan.jobs))
    files.add(key, graded(_Job(), earned=0.5).result)
    found = merged()
    assert (found.results, found.different, found.missing) == (COUNT, 1, 0)
    assert set(results(store, plan).values()) == {1.0}
    (one,) = store.transaction(lambda c: list(disagreements(c, plan.jobs)))
    assert (one.first.earned, one.second.earned) == (1.0, 0.5)


class _Job:
    alone = False


def test_a_fault_of_ours_is_tried_again_and_is_no_zero(grade_part, merged, plan, store):
    tries = []

    def faulty(job):
        if job.place.endswith("a3"):
            tries.append(job)
            return Outcome(fault="disk full")
        return graded(job)

    assert grade_part("0/1", faulty).not_graded == 1
    assert len(tries) == 3
    found = merged()
    assert (found.missing, found.faults) == (1, ("disk full",))
    (key,) = [one for one in plan.jobs if one.submission == "digest3"]
    assert store.transaction(partial(fault_of, key=key)) == "disk full"
    assert "digest3" not in results(store, plan)
    grade_part("0/1")
    assert merged().missing == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda table: "{",
        lambda table: json.dumps(table | {"schema": "x"}),
        lambda table: json.dumps(table | {"job": "0" * 32}),
        lambda table: json.dumps(table | {"result": table["result"] | {"earned": "9"}}),
        lambda table: json.dumps(table | {"result": table["result"] | {"report": "{"}}),
        lambda table: json.dumps({**table, "result": {"verdict": "passed"}}),
        lambda table: "[" * 100_000,
    ],
)
def test_a_damaged_file_is_no_result(grade_part, merged, plan, collection, damage):
    grade_part("0/1")
    file = ResultFiles(collection.folder, plan.run).files()[0]
    file.write_text(damage(json.loads(file.read_text())))
    found = merged()
    assert (found.refused, found.missing) == ((file.name,), 1)
    assert file.exists()


def test_a_result_of_another_plan_is_refused(grade_part, merged, plan, collection):
    from dataclasses import replace

    other = replace(next(iter(plan.jobs)), submission="of another run")
    ResultFiles(collection.folder, plan.run).add(other, graded(_Job()).result)
    assert len(merged().refused) == 1


@pytest.mark.parametrize("name", ["3", "3/3", "-1/3", "a/b", "1/0", "1/2/3"])
def test_a_shard_that_is_none_is_refused(name):
    with pytest.raises(UsageError, match="no shard"):
        Shard.parse(name)


def test_files_are_readable_by_their_owner_alone(grade_part, plan, collection):
    grade_part("0/1")
    modes = {file.stat().st_mode & 0o777 for file in folder_of(collection.folder).rglob("*.json")}
    assert modes == {0o600}
    assert folder_of(collection.folder).stat().st_mode & 0o777 == 0o700


def test_a_plan_that_is_missing_or_damaged_names_the_next_command(collection, plan):
    file = folder_of(collection.folder) / "plan.json"
    file.write_text("{}")
    with pytest.raises(BadInputError, match="is damaged"):
        read_plan(collection.folder)
    os.unlink(file)  # noqa: PTH108
    with pytest.raises(BadInputError, match=r"class grade .* --plan` makes one"):
        read_plan(collection.folder)


def test_a_machine_with_another_course_or_other_versions_grades_nothing(tiny_course, monkeypatch):
    from types import SimpleNamespace

    settings = Settings(str(tiny_course.root))
    monkeypatch.setattr(module, "setting_of", lambda _: SimpleNamespace(course=tiny_course))
    revision = module.course_hash(tiny_course)
    module._require_same(Plan(1, settings, revision, settings.environment, {}))
    with pytest.raises(BadInputError, match="plan again"):
        module._require_same(Plan(1, settings, "other", settings.environment, {}))
    with pytest.raises(BadInputError, match="install the same versions"):
        module._require_same(Plan(1, settings, revision, "numpy 1", {}))
