"""How long commands take to start, as ratios to the bare start, all measured in one run.

``pytest -m benchmark -s tests/benchmarks/bench_start.py``; a few minutes. Programs take turns, and
the processor's time stands beside the clock's: what else runs on the machine changes only the
second.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time

import pytest
from repository import ROOT

REPEATS = 9

EMPTY = """
import typer
app = typer.Typer(add_completion=False)
@app.command()
def nothing(name: str = ""): pass
app([], standalone_mode=False)
"""

GRADUS = "from framework.cli import main; main()"
GRADE = "from autograder.cli import main; main()"

#: Exercises without training: the aim is for the median of their ratios.
EXERCISES = ("activations", "lstm", "ngram", "optimizers", "word2vec")

#: Program -> its arguments for Python. What commands are compared with comes first.
PROGRAMS = {
    "a typer command with one option": ("-c", EMPTY),
    "import numpy": ("-c", "import numpy"),
    "gradus --help": ("-c", GRADUS, "--help"),
    "gradus hint": ("-c", GRADUS, "hint", "activations", "--all"),
    "gradus list": ("-c", GRADUS, "list"),
    "gradus show": ("-c", GRADUS, "show", "activations"),
    "grade, nothing written": ("-c", GRADE),
    **{f"grade {name}": ("-c", GRADE, name, "--submission", "solutions") for name in EXERCISES},
}

#: Command -> (the bare start that it is compared with, the ratio that is aimed at).
AIMS = {
    "gradus --help": ("a typer command with one option", 6),
    "gradus hint": ("a typer command with one option", 3),
    "gradus list": ("a typer command with one option", 4),
    "gradus show": ("a typer command with one option", 4),
    "grade, nothing written": ("import numpy", 20),
}
#: The aim for a cold grade: the median over `EXERCISES` of the ratio to ``import numpy``.
COLD_AIM = 7
#: The aim for ``--watch``: seconds to the verdict, of those of a cold grade.
WATCH_AIM = 0.5
#: A command fails the test beyond its aim times this: noise of the machine is less.
MARGIN = 2

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]


def one_run(arguments, environment):
    """Seconds of the clock, and of the processor in the process and in those that it waited for."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compiled(folder):
    """An environment in which modules are compiled once, as where gradus is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder), "PYTHONPATH": str(ROOT)}


def ratio(taken, one, other):
    """The median over the rounds of the time of `one` over that of `other` in the same round."""
    return statistics.median(a / b for a, b in zip(taken[one], taken[other], strict=True))


def show(title, rows):
    """Print rows of (name, values) under a title, with median, minimum and maximum of each."""
    print(f"\n{title}")
    for name, values in rows:
        spread = f"({min(values):.3f} to {max(values):.3f})"
        print(f"  {name:<32} {statistics.median(values):8.3f}  {spread}")


def test_commands_start_quickly(tmp_path):
    environment = compiled(tmp_path / "compiled")
    runs = {name: [] for name in PROGRAMS}
    for turn in range(REPEATS + 1):
        for name in sorted(PROGRAMS, reverse=turn % 2 == 0):
            result = one_run(PROGRAMS[name], environment)
            if turn:  # the first turn compiles
                runs[name].append(result)
    clock = {name: [wall for wall, _ in run] for name, run in runs.items()}
    processor = {name: [cpu for _, cpu in run] for name, run in runs.items()}
    show(f"seconds of the clock, median of {REPEATS} (range)", clock.items())
    show(f"seconds of the processor, median of {REPEATS} (range)", processor.items())
    ratios = {}
    for name, (bare, aim) in AIMS.items():
        ratios[name] = ratio(processor, name, bare)
        by_clock = ratio(clock, name, bare)
        print(f"  {name}: {ratios[name]:.2f} × {bare}, aim {aim} ({by_clock:.2f} by the clock)")
    for name in EXERCISES:
        ratios[f"grade {name}"] = ratio(processor, f"grade {name}", "import numpy")
        print(f"  grade {name}: {ratios[f'grade {name}']:.2f} × import numpy")
    cold = statistics.median(ratios[f"grade {name}"] for name in EXERCISES)
    print(f"  the median of these: {cold:.2f}, aim {COLD_AIM}")
    assert cold <= MARGIN * COLD_AIM
    assert all(ratios[name] <= MARGIN * aim for name, (_, aim) in AIMS.items())


def test_a_watched_file_has_its_verdict_soon(tmp_path):
    file = tmp_path / "activations.py"
    shutil.copy(ROOT / "solutions/neural_networks/activations/activations.py", file)
    source, environment = file.read_text("utf-8"), compiled(tmp_path / "compiled")
    command = ("-c", GRADE, str(file))
    cold = [one_run(command, environment)[0] for _ in range(REPEATS)][1:]
    warm = []
    with subprocess.Popen(
        [sys.executable, *command, "--watch"],
        cwd=ROOT,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        read_until(process, "Watching")
        for number in range(REPEATS):
            time.sleep(1)
            started = time.perf_counter()
            file.write_text(f"{source}# {number}\n", "utf-8")
            read_until(process, "All passed")
            warm.append(time.perf_counter() - started)
            read_until(process, "Watching")
        process.kill()
    result = statistics.median(warm) / statistics.median(cold)
    show("seconds to the verdict, median (range)", [("a cold grade", cold), ("--watch", warm)])
    print(f"  --watch takes {result:.2f} of a cold grade, aim {WATCH_AIM}")
    assert result <= WATCH_AIM * MARGIN


def read_until(process, words):
    while (line := process.stdout.readline()) and words not in line:
        pass
    assert line, "grade --watch ended"
