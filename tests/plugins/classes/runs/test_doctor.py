"""Before a run: solutions with full marks, stubs without points, room on the disk."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from queue_run import graded

from plugins.authoring.stub_files import write_stubs
from plugins.classes.runs import doctor
from plugins.classes.runs.doctor import DoctorError, examine
from plugins.classes.runs.grade_job import Engine, JobOutcome


@pytest.fixture
def examined(tiny_course):
    """`examined(solution=..., stub=...)`: what the doctor says where these are the outcomes."""
    write_stubs(tiny_course)

    def examined(solution=1.0, stub=0.0):
        def grade(job):
            is_solution = Path(job.place) == tiny_course.root / "solutions"
            earned = solution if is_solution else stub
            return graded(job, earned) if isinstance(earned, float) else JobOutcome(fault=earned)

        engine = Engine(partial(ThreadPoolExecutor, 2), grade, 2)
        try:
            return examine(engine, tiny_course, tiny_course.select())
        finally:
            engine.close()

    return examined


def test_a_course_that_is_right_is_graded(examined):
    assert examined() == "full marks for the solution and none for the stub of squash, sums"


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ({"solution": 0.5}, "squash: the solution gets 0.5 of 1 points here"),
        ({"solution": "no sandbox"}, "squash: the solution cannot be graded: no sandbox"),
        ({"stub": 0.25}, "sums: the untouched stub gets 0.25 points"),
    ],
)
def test_a_course_that_would_give_wrong_points_is_not(outcomes, message, examined):
    with pytest.raises(DoctorError, match=message):
        examined(**outcomes)


def test_a_disk_without_room_is_reported(examined, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=5 << 20))
    with pytest.raises(DoctorError, match="has 5 MiB free: at least 1024 MiB are needed"):
        examined()


def test_sqlite_on_a_shared_file_system_is_reported(tmp_path, monkeypatch):
    parts = [SimpleNamespace(mountpoint="/", fstype="ext4"),
             SimpleNamespace(mountpoint=str(tmp_path), fstype="nfs4")]  # fmt: skip
    monkeypatch.setattr(doctor.psutil, "disk_partitions", lambda all: parts)
    (problem,) = doctor.store_problems(tmp_path / "results.sqlite")
    assert "is on nfs4" in problem and "--store" in problem
