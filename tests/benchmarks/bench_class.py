"""Many submissions: processor time of each kind, beside `grade` and bubblewrap in the same run.

``pytest -m benchmark -s tests/benchmarks/bench_class.py``; about ten minutes on two cores. Two
processes grade side by side and share a fork server. Processor time is that of a control group,
with all workers in it. ``GRADUS_CLASS=N`` sets the number of submissions (300), and
``GRADUS_CLASS_MEMORY=N`` that of the test of memory (1000; the aim is 10,000).
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from benchmark_figures import save
from cpu_time import in_own_group
from grading import setting_of
from replayed_worker import recorded, seconds_inside
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Course, find_course
from autograder.grading.request import GradeRequest, answer
from autograder.grading.watching import Memory
from autograder.sandbox.runners.base import tree_of
from autograder.sandbox.session.process import WorkerProcess
from autograder.submissions.submission import load_submission

SIZE = int(os.environ.get("GRADUS_CLASS", "300"))
MEMORY_SIZE = int(os.environ.get("GRADUS_CLASS_MEMORY", "1000"))
PROCESSES = 2
#: CPU seconds of one right submission of `activations` beside those of `grade`, in one run.
AIM = 0.25
#: CPU seconds of a unit outside submitted code, when `grade` was measured first, and the aim.
UNIT_FIRST, UNIT_AIM = 4.4, 3.0
#: A benchmark fails beyond its aim times this: other programs on the machine slow each other.
MARGIN = 1.5

HOSTILE = {
    "loops": "while True: pass",
    "ends its worker": "__import__('os')._exit(0)",
    "takes memory": "return np.ones(1 << 34)",
    "prints a flood": "print('x' * (1 << 20))",
    "forks": "__import__('os').fork()",
    "raises": "raise KeyError(x)",
}

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]


def solution_of(name):
    return find_course(ROOT).exercise(name).solution.read_text("utf-8")


def right(count):
    """Right answers, each a file of its own: the solution and alternates with another comment."""
    folder = ROOT / "tests" / "data" / "alternates" / "neural_networks" / "activations"
    kept = [file for file in sorted(folder.glob("*.py")) if file.stem not in ("with_torch",)]
    texts = [solution_of("activations"), *(file.read_text("utf-8") for file in kept)]
    return [f"{texts[i % len(texts)]}\n# submission {i}\n" for i in range(count)]


def wrong(count):
    """Listed mistakes, again and again: there are few distinct sets of answers."""
    exercise = find_course(ROOT).exercise("activations")
    texts = [one.apply(solution_of("activations")) for one in load_mistakes(exercise)]
    return [f"{texts[i % len(texts)]}\n# submission {i}\n" for i in range(count)]


def hostile():
    """The solution with an attack in one of its methods."""
    head, _, tail = solution_of("activations").partition("class SoftSign")
    attacked = "class SoftSign(Model):\n    def forward(self, x):\n        {}\n\n    "
    rest = tail.partition("def backward")[2]
    return {k: f"{head}{attacked.format(v)}def backward{rest}" for k, v in HOSTILE.items()}


def setting_with(sandbox):
    course = find_course(ROOT)
    return setting_of(course, sandbox)


def graded(sandbox, texts):
    """Grade `texts` in two processes; returns what each tells, and the CPU time of all."""
    return in_own_group(lambda: side_by_side(setting_with(sandbox), texts))


def side_by_side(setting, texts):
    pipes = []
    for number in range(PROCESSES):
        reading, writing = os.pipe()
        if not os.fork():
            with os.fdopen(writing, "w") as pipe:
                json.dump(one_share(setting, texts[number::PROCESSES]), pipe)
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    found = []
    for pipe in pipes:
        with os.fdopen(pipe) as stream:
            found.append(json.load(stream))
        os.wait()
    return found


def one_share(setting, texts):
    memory = Memory()
    return [graded_text(memory, setting, "activations", text) for text in texts]


def graded_text(memory, setting, name, text):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"{name}.py").write_text(text, "utf-8")
        with load_submission(Path(folder), setting.course, [name]) as submission:
            return exit_code(memory, setting, submission, setting.course.select([name]))


def exit_code(memory, setting, submission, exercises):
    return answer(GradeRequest(setting, submission, tuple(exercises), memory=memory)).exit_code


def command(*arguments):
    """CPU seconds of the command `grade`."""

    def work():
        return os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", GRADE, *arguments])

    return in_own_group(work)[1]


GRADE = "import sys; sys.stdout = open('/dev/null', 'w'); from autograder.cli import main; main()"


def test_submissions_of_activations():
    texts = right(SIZE)
    alone = command("activations", "--submission", str(ROOT / "solutions"))
    shares, all_of_them = graded("fork", texts)
    assert all(code == 0 for share in shares for code in share)
    each = all_of_them / SIZE
    few = right(SIZE // 10)
    boxed = graded("bubblewrap", few)[1] / len(few)
    print(f"\nright submissions of activations, CPU seconds each, {SIZE} by {PROCESSES} processes")
    print(f"  fork server      {each:.3f}   {each / alone:.2f} of `grade` alone, aim {AIM}")
    print(f"  bubblewrap each  {boxed:.3f}   (of {len(few)}, the start of the graders included)")
    print(f"  `grade` alone    {alone:.3f}")
    _, seconds = graded("fork", wrong(SIZE))
    print(f"  wrong            {seconds / SIZE:.3f}")
    for name, text in hostile().items():
        seconds = graded("fork", [text] * PROCESSES)[1] / PROCESSES
        print(f"  {name:16} {seconds:.3f}   (with the start of a grader)")
    save("class", {"right": each, "bubblewrap": boxed, "grade": alone})
    assert each <= alone * AIM * MARGIN * MARGIN  # twofold: both times vary


def submitted_seconds(monkeypatch):
    """Sum up the CPU time of workers after their start: `found[0]`."""
    found = [0.0]
    first_exchange, close = WorkerProcess.exchange, WorkerProcess.close

    def exchange(self, frame, *limits):
        reply = first_exchange(self, frame, *limits)
        if not frame:
            self.started_with = seconds_of(self)
        return reply

    def ended(self):
        if hasattr(self, "started_with"):
            found[0] += max(0.0, seconds_of(self) - self.started_with)
        close(self)

    monkeypatch.setattr(WorkerProcess, "exchange", exchange)
    monkeypatch.setattr(WorkerProcess, "close", ended)
    return found


def seconds_of(worker):
    """CPU time of the processes of a worker, to the nanosecond where the system tells it."""
    total = 0
    for pid in tree_of(worker._process).pids():
        try:
            total += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        except OSError:
            continue
    return total / 1e9


def test_the_unit_neural_networks(monkeypatch):
    found = submitted_seconds(monkeypatch)

    def work(times):
        setting = setting_with("fork")
        memory, unit = Memory(), setting.course.select(["neural_networks"])
        found[0], codes = 0.0, []
        for _ in range(times):
            with load_submission(ROOT / "solutions", setting.course) as submission:
                codes.append(exit_code(memory, setting, submission, unit))
        return codes, found[0]

    (codes, first_submitted), first = in_own_group(lambda: work(1))
    (more, submitted), both = in_own_group(lambda: work(3))
    assert not any(codes + more)
    worker = (submitted - first_submitted) / 2
    inside, _ = in_own_group(seconds_of_submitted_code)
    outside = (both - submitted - (first - first_submitted)) / 2  # without what is prepared once
    today = command("neural_networks", "--submission", str(ROOT / "solutions")) - first_submitted
    print("\nunit neural_networks, CPU seconds outside submitted code")
    print(f"  each further submission  {outside:.2f}   aim {UNIT_AIM}, first measured {UNIT_FIRST}")
    print(f"  `grade` alone            {today:.2f}")
    print(f"  workers, after their start {worker:.2f}   of it in submitted code {inside:.2f}")
    print(f"  with all of a worker but submitted code  {outside + worker - inside:.2f}")
    figures = {"unit outside": outside, "unit outside, grade": today}
    save("class", {**figures, "unit outside, with workers": outside + worker - inside})
    assert outside <= UNIT_AIM * MARGIN


def seconds_of_submitted_code():
    """CPU time of submitted code itself for one right submission of the unit."""
    setting = setting_with("fork")
    memory, unit = Memory(), setting.course.select(["neural_networks"])
    with load_submission(ROOT / "solutions", setting.course) as submission:
        with recorded() as sent:
            assert exit_code(memory, setting, submission, unit) == 0
        return seconds_inside(sent, submission.folder)


def test_memory_stays_flat():
    """Resident memory of a grader after a tenth of the submissions, and after all."""

    def work():
        course = Course.read(ROOT / "tests" / "data" / "hostile" / "course")
        setting = setting_of(course, "fork")
        memory, found = Memory(), []
        text = (course.root / "solutions" / "unit" / "neighbour" / "neighbour.py").read_text(
            "utf-8"
        )
        for number in range(MEMORY_SIZE):
            right = text if number % 5 else text.replace("return", "return 1 +", 1)
            graded_text(memory, setting, "neighbour", f"{right}\n# submission {number}\n")
            if number + 1 in (MEMORY_SIZE // 10, MEMORY_SIZE):
                found.append(resident())
        return found

    (tenth, last), seconds = in_own_group(work)
    print(f"\nresident memory of a grader, MiB, after {MEMORY_SIZE // 10} and {MEMORY_SIZE}")
    print(f"  {tenth >> 20} and {last >> 20}   ({seconds / MEMORY_SIZE:.3f} CPU seconds each)")
    save("class", {"memory growth, MiB": (last - tenth) / (1 << 20)})
    assert last - tenth < 8 << 20


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
