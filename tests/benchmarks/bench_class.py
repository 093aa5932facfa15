"""Many submissions: processor time of a right and of a wrong one, beside `grade` and bubblewrap.

``pytest -m benchmark -s tests/benchmarks/bench_class.py``; a few minutes. Processor time is that of
the grader and of all processes that were waited for. ``GRADUS_CLASS=N`` sets the number of
submissions (300), and ``GRADUS_CLASS_MEMORY=N`` that of the test of memory (1000).
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest
from grading import setting_of
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Course, find_course
from autograder.grading.request import GradeRequest, answer
from autograder.grading.watching import Memory
from autograder.submissions.submission import load_submission

SIZE = int(os.environ.get("GRADUS_CLASS", "300"))
MEMORY_SIZE = int(os.environ.get("GRADUS_CLASS_MEMORY", "1000"))
#: CPU seconds of one right submission of `activations` beside those of `grade`, in one run.
AIM = 0.25
#: A benchmark fails beyond its aim times this: other programs on the machine slow each other.
MARGIN = 2

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]


def in_process(work):
    """Do `work` in a forked process; return its result, as JSON holds it, and its CPU seconds."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            with os.fdopen(writing, "w") as pipe:
                json.dump(work(), pipe)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        result = json.load(pipe)
    _, _, usage = os.wait4(pid, 0)
    return result, usage.ru_utime + usage.ru_stime


def right(count):
    """Right answers, each a file of its own: the solution and alternates with another comment."""
    folder = ROOT / "tests" / "data" / "alternates" / "neural_networks" / "activations"
    files = [file for file in sorted(folder.glob("*.py")) if file.stem != "with_torch"]
    return numbered([solution(), *(file.read_text("utf-8") for file in files)], count)


def wrong(count):
    """Listed mistakes, again and again: there are few distinct sets of answers."""
    listed = load_mistakes(find_course(ROOT).exercise("activations"))
    return numbered([mistake.apply(solution()) for mistake in listed], count)


def numbered(texts, count):
    return [f"{texts[i % len(texts)]}\n# submission {i}\n" for i in range(count)]


def solution():
    return find_course(ROOT).exercise("activations").solution.read_text("utf-8")


def graded(sandbox, texts):
    """Grade `texts`, one after the other; return their exit codes and the CPU time of all."""

    def work():
        setting, memory = setting_of(find_course(ROOT), sandbox), Memory()
        codes = [graded_text(memory, setting, "activations", text) for text in texts]
        if sandbox == "fork":
            setting.sandbox.close()  # its processes are waited for
        return codes

    return in_process(work)


def graded_text(memory, setting, name, text):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"{name}.py").write_text(text, "utf-8")
        with load_submission(Path(folder), setting.course, [name]) as submission:
            exercises = tuple(setting.course.select([name]))
            return answer(GradeRequest(setting, submission, exercises, memory=memory)).exit_code


def graded_alone():
    code = "from autograder.cli import main; main()"
    command = [sys.executable, "-c", code, "activations", "--submission", str(ROOT / "solutions")]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=True).returncode


def test_submissions_of_activations():
    _, alone = in_process(graded_alone)
    codes, seconds = graded("fork", right(SIZE))
    assert not any(codes)
    each, few = seconds / SIZE, right(SIZE // 10)
    boxed = graded("bubblewrap", few)[1] / len(few)
    print(f"\nsubmissions of activations, CPU seconds each, of {SIZE}")
    print(f"  right, fork server  {each:.3f}   {each / alone:.2f} of `grade` alone, aim {AIM}")
    print(f"  right, bubblewrap   {boxed:.3f}   (of {len(few)}, the start of the grader included)")
    print(f"  `grade` alone       {alone:.3f}")
    print(f"  wrong, fork server  {graded('fork', wrong(SIZE))[1] / SIZE:.3f}")
    assert each <= alone * AIM * MARGIN


def test_memory_stays_flat():
    """Resident memory of a grader after a tenth of the submissions, and after all."""

    def work():
        course = Course.read(ROOT / "tests" / "data" / "hostile" / "course")
        setting, memory, result = setting_of(course, "fork"), Memory(), []
        solution = course.root / "solutions" / "unit" / "neighbour" / "neighbour.py"
        text = solution.read_text("utf-8")
        for number in range(MEMORY_SIZE):
            tried = text if number % 5 else text.replace("return", "return 1 +", 1)
            graded_text(memory, setting, "neighbour", f"{tried}\n# submission {number}\n")
            if number + 1 in (MEMORY_SIZE // 10, MEMORY_SIZE):
                result.append(resident())
        return result

    tenth, last = in_process(work)[0]
    print(f"\nresident memory of a grader, MiB, after {MEMORY_SIZE // 10} and {MEMORY_SIZE}")
    print(f"  {tenth >> 20} and {last >> 20}")
    assert last - tenth < 8 << 20


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
