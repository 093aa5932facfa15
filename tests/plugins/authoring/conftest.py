"""The fixtures that tests of authors' tools share with those of the grader."""

from grading_fixtures import (  # noqa: F401
    answers,
    asked_course,
    course_root,
    grade_asked,
    graded,
    make_notebook,
    real_course,
    real_solution,
    right_answers,
    solved,
    tiny_course,
)
