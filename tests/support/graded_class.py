"""A graded class without grading: a collection and its store, from results that a test names."""

import hashlib
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from autograder.reports.json_report import render_json
from autograder.results.report import (
    CheckResult,
    ExerciseResult,
    Provenance,
    Report,
    TaskResult,
)
from autograder.verdicts import Verdict
from plugins.classes.collecting.attempts import Attempt
from plugins.classes.collecting.collection import Collection
from plugins.classes.rosters.privacy import private_folder
from plugins.classes.rosters.roster import Student
from plugins.classes.runs import stored_runs
from plugins.classes.runs.store import Store
from plugins.classes.runs.stored_runs import RunEntry, RunKey, StoredResult, commit

#: Three students with the identifiers of every system; one has a name that attacks spreadsheets.
STUDENTS = (
    ("s1", "Ana García", "ana@uni.example", "1007", "4182", "a_garcia"),
    ("s2", '=HYPERLINK("x")', "wang@uni.example", "1012", "4190", "wang"),
    ("s3", "Zoë <b>O'Brien</b>", "zoe@uni.example", "1013", "4191", "zoe"),
)


def student(key, name, email, participant, canvas, username):
    known = {"email": email, "participant": participant, "canvas": canvas, "username": username}
    return Student(key, name, {"student": key, **known})


def check(verdict=Verdict.PASSED, points=10.0, task="forward", **facts):
    facts = {"id": f"test_x.py::test_{task}", "title": f"{task} is right", "hidden": False, **facts}
    return CheckResult(task=task, points=points, verdict=verdict, **facts)


def exercise(name, *checks):
    tasks = dict.fromkeys(check.task for check in checks)
    grouped = (TaskResult(task, tuple(c for c in checks if c.task == task)) for task in tasks)
    return ExerciseResult(name, "unit", f"Title of {name}", tuple(grouped), f"{name}.py")


def result(found):
    report = Report(Provenance(7, "numpy", "cpu", "process", "", "abc"), (found,), seconds=0.5)
    return StoredResult(
        found.verdict.value, found.earned, found.possible, found.for_a_person,
        "checks", render_json(report, show_hidden=True), False, "process", 0.5,
    )  # fmt: skip


class GradedClass:
    """A collection in `folder` with a store; `grade` adds a run."""

    def __init__(self, folder, students=STUDENTS):
        private_folder(folder)
        known = [student(*item) for item in students]
        self.collection = Collection(folder, {item.key: item for item in known}, has_roster=True)
        self.collection.save()

    def submit(self, key, work="first", submitted="2026-03-02T10:00:00+00:00", **facts):
        """Add an attempt of a student; `work` names its content."""
        moment = datetime.fromisoformat(submitted).astimezone(UTC)
        id = hashlib.sha256(f"{key}{work}".encode()).hexdigest()[:16]
        attempt = Attempt(id, (key,), moment, None, len(self.collection.attempts), {}, **facts)
        kept = tuple(item for item in self.collection.attempts if item.id != id)
        self.collection = replace(self.collection, attempts=(*kept, attempt))
        self.collection.save()
        return id

    def set_policy(self, **changes):
        policy = replace(self.collection.policy, **changes)
        self.collection = replace(self.collection, policy=policy, zone="UTC")
        self.collection.save()

    def grade(self, found, revision="r1", is_finished=True):
        """Write a run: ``{(student, work): [ExerciseResult, or the name of one with a fault]}``."""
        entries, results = [], {}
        for (key, work), listed in found.items():
            attempt = self.submit(key, work)
            for item in listed:
                name = item if isinstance(item, str) else item.name
                entries.append(RunEntry(key, attempt, name, f"{work}-{key}", revision))
                if not isinstance(item, str):
                    results[entries[-1]] = result(item)
        run_key = RunKey(self.collection.id, revision, 7, "numpy")
        with Store(str(self.collection.folder / "results.sqlite")) as store:
            begin = partial(stored_runs.start_run, run_key=run_key, sandbox="process", work="w")
            run = store.transaction(partial(begin, entries=entries))
            for entry, value in results.items():
                store.transaction(partial(commit, key=run.key(entry), result=value))
            if is_finished:
                time.sleep(0.002)
                store.transaction(partial(stored_runs.end_run, id=run.id))
            return store.transaction(partial(stored_runs.find_run, id=run.id))
