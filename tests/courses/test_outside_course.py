"""A course outside of this repository: gradus needs only its folder to grade and audit it."""

from __future__ import annotations

import pytest
from grading import fork_or_process, graded_folder, setting_of
from repository import ROOT, text_of

from autograder.course.reading import Course, find_course
from autograder.verdicts import Verdict
from framework.course.solutions import solution_module
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from plugins.authoring.audit.auditing import Scope, audit
from plugins.authoring.stub_files import stub_files

HERE = ROOT / "tests/data/courses/outside"

#: A layer that has nothing in common with the exercise `lstm` of the public course but its names.
NAMESAKE = text_of("texts/outside_course/namesake.py")
CHECK = text_of("texts/outside_course/check.py")
TOML = text_of("texts/outside_course/toml.toml")


def report_on(course: Course, folder: str, *names: str):
    """The report on the files in `folder` of `course`."""
    return graded_folder(course, course.root / folder, names, sandbox=fork_or_process())


@pytest.fixture(scope="module")
def outside() -> Course:
    return find_course(HERE)


@pytest.fixture
def namesake(tmp_path) -> Course:
    """A course whose only exercise is called like one of the public course."""
    files = {
        "exercises/course.toml": (
            '[[units]]\nname = "gated_rnns"\ntitle = "Doubles"\nexercises = ["lstm"]\n'
        ),
        "exercises/gated_rnns/lstm/exercise.toml": TOML,
        "exercises/gated_rnns/lstm/test_lstm.py": CHECK,
        "solutions/gated_rnns/lstm/lstm.py": NAMESAKE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return find_course(tmp_path)


def test_solutions_get_full_marks(outside):
    report = report_on(outside, "solutions")
    assert [result.earned for result in report.exercises] == [4, 6]
    assert report.exit_code == 0


def test_untouched_stubs_get_nothing(outside):
    report = report_on(outside, "exercises")
    tasks = [task for result in report.exercises for task in result.tasks]
    assert {task.verdict for task in tasks} == {Verdict.NOT_STARTED}
    assert sum(result.earned for result in report.exercises) == 0


def test_its_stubs_are_up_to_date(outside):
    assert [stub.path for stub in stub_files(outside) if stub.drifted] == []


def test_every_mistake_is_caught(outside):
    setting = setting_of(outside, fork_or_process())
    found = audit(setting, Scope(tuple(outside.select()), mistakes_only=True), jobs=1)
    assert len(found.findings) == 4
    assert found.exit_code == 0


def test_every_small_change_is_caught_or_listed_as_equivalent(outside):
    setting = setting_of(outside, fork_or_process())
    found = audit(setting, Scope((outside.exercise("shift"),)), jobs=1)
    assert len(found.findings) > 10
    assert found.exit_code == 0


def test_its_reference_is_a_backend_with_the_parts_of_the_course(outside):
    import numpy as np

    backend = Backend(Plugins(course=outside).registry, "numpy")
    model = backend.build("shifted_classifier", 2, 3, kind="model", rng=np.random.default_rng(0))
    shift = solution_module(HERE, "layers", "shift")
    assert type(model.shift).__module__ == shift


def test_courses_with_exercises_of_the_same_names_never_mix(namesake):
    public = find_course(ROOT)
    for _ in range(2):
        assert report_on(namesake, "solutions").exit_code == 0
        assert report_on(public, "solutions", "lstm").exit_code == 0
    theirs, ours = (
        Plugins(course=course).registry.get("lstm", "numpy") for course in (namesake, public)
    )
    assert theirs.__doc__ == "y = 2x."
    assert theirs is not ours
