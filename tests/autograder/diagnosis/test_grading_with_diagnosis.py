"""Diagnoses as a student meets them: through `grade`."""

import json
import sys
import threading

from programs import completed

from autograder.course.reading import find_course
from autograder.reports.json_report import render_json

WRONG = ("grad = grad_h[:, t] + from_later", "grad = grad_h[:, t]")
PASSES = """
import sys
from autograder.cli import grade
code = grade(["activations", "--submission", "solutions", "--sandbox", "process"])
print(code, [name for name in sys.modules if name.startswith("autograder.diagnosis")])
"""


def without_seconds(value):
    if isinstance(value, dict):
        return {key: without_seconds(v) for key, v in value.items() if key != "seconds"}
    return [without_seconds(item) for item in value] if isinstance(value, list) else value


def test_a_report_names_the_mistake_the_same_each_time_and_beside_other_threads(
    graded, real_solution
):
    files = {"rnn": real_solution("rnn").replace(*WRONG)}
    first = json.loads(render_json(graded(files, "rnn")))
    done = threading.Event()
    thread = threading.Thread(target=done.wait)  # on a terminal, a thread shows the progress
    thread.start()
    again = json.loads(render_json(graded(files, "rnn")))
    done.set()
    thread.join()
    assert without_seconds(first) == without_seconds(again)
    checks = first["exercises"][0]["tasks"][1]["checks"]
    ids = [check["diagnosis"]["id"] for check in checks if check["diagnosis"]]
    assert set(ids) == {"no-gradient-through-time"}
    assert len(ids) > 2


def test_a_submission_in_torch_is_diagnosed_by_its_numbers(graded, real_course):
    style = real_course.root / "tests/data/alternates/neural_networks/activations/with_torch.py"
    source = style.read_text("utf-8")
    report = graded({"activations": source}, "activations", backend="torch")
    assert all(check.diagnosis is None for check in report.exercises[0].checks)


def test_nothing_of_it_is_loaded_where_all_passes():
    command = [sys.executable, "-c", PASSES]
    root = find_course().root
    done = completed(*command, cwd=root, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
