"""Courses: reading them, their identity, and the source code of their exercises."""

from __future__ import annotations

from autograder.course.generated_stubs import available_stub
from autograder.course.identity import course_hash, exercise_revision, version_words
from autograder.course.reading import QUESTIONS, Course, Exercise, find_course
from autograder.course.source import definitions, lines_of, parse
