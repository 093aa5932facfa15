"""Submissions that are graded among many, and alone."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from repository import ROOT

from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest
from autograder.grading.setting import Setting
from autograder.isolation.sandboxes import choose
from autograder.isolation.sandboxes.fork import ForkSandbox
from autograder.submissions.submission import load_submission
from framework.providers.plugins import Plugins


class Silence:
    def check_done(self, exercise, result):
        pass

    def exercise_done(self, result):
        pass


@pytest.fixture(scope="module")
def setting():
    course = find_course(ROOT)
    works = ForkSandbox().unavailable() is None
    return Setting(course, Plugins(course=course), choose("fork" if works else "process"))


@pytest.fixture
def handed_in(setting, tmp_path):
    """`handed_in(name, source)`: a submission with this one file."""
    opened = []

    def load(name, source):
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        (folder / f"{name}.py").write_text(source, "utf-8")
        opened.append(load_submission(folder, setting.course, [name]))
        return opened[-1]

    yield load
    for submission in opened:
        submission.close()


@pytest.fixture(scope="session")
def alone():
    """`alone(setting, submission, exercises)`: what `grade` reports of `submission`."""

    def graded(setting, submission, exercises):
        request = GradeRequest(setting, submission, tuple(exercises), 1, Silence())
        return setting.plugins.hook.grade_submission(request=request)

    return graded


@pytest.fixture(scope="session")
def facts():
    """`facts(report)`: all of it but its times and the name of its folder."""
    return lambda report: _facts(asdict(report))


def _facts(value):
    if isinstance(value, dict):
        left = {key: item for key, item in value.items() if key not in ("seconds", "submission")}
        return {key: _facts(item) for key, item in left.items()}
    if isinstance(value, list | tuple):
        return [_facts(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) else value
