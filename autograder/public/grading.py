"""Grading: how a submission is graded, in which sandbox, and the request that is answered."""

from __future__ import annotations

from autograder.grading.parallel import begin, work
from autograder.grading.request import GradeRequest, answer
from autograder.grading.setting import GradeOptions, GradingSetting, chosen_course, open_setting
from autograder.grading.watching import Memory
from autograder.judging.decision import with_points
from autograder.judging.rules import is_open
from autograder.sandbox.confine import FilesystemView, Limits, libc
from autograder.sandbox.runners import Sandbox
from autograder.sandbox.runners.base import BubblewrapSandbox
from autograder.sandbox.session.launch import start_worker
