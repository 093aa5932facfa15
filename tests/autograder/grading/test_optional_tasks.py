"""An optional task that is not begun is skipped, whatever its checks raise."""

import re
import shutil

from grading import graded_folder

from autograder.course.reading import find_course
from autograder.verdicts import Verdict

COURSE = find_course()


def test_a_step_that_is_not_begun_is_skipped_where_other_code_calls_it_otherwise(tmp_path):
    """GRU hands on three arguments, but the stub of the optional step needs four."""
    gru = COURSE.exercise("gru")
    source = gru.solution_source().replace("*weights)", "weights[0])")
    head, step = source.split("class ResetAfterStep(Model):")
    step, rest = step.split("\n\nclass GRU(Model):")
    step = re.sub(
        "# BEGIN SOLUTION.*?# END SOLUTION", "raise NotImplementedError", step, flags=re.S
    )
    text = f"{head}class ResetAfterStep(Model):{step}\n\nclass GRU(Model):{rest}"
    (tmp_path / "gru.py").write_text(text, "utf-8")
    shutil.copy(COURSE.exercise("neuron").solution, tmp_path)
    report = graded_folder(COURSE, tmp_path, ["gru"])
    verdicts = {task.name: task.verdict for result in report.exercises for task in result.tasks}
    assert verdicts["GRU"] is verdicts["GRUStep"] is Verdict.PASSED
    assert verdicts["ResetAfterStep"] is Verdict.SKIPPED
