"""`grade`: what can be graded, exit codes, reports, and what is said before grading."""

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from programs import completed, completed_python
from repository import ROOT

from autograder.cli import grade
from autograder.course.reading import find_course
from framework import __version__
from framework.errors import GradusError

POINTS = find_course(ROOT).exercise("activations").points
FULL = f"{POINTS}/{POINTS}"
NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")


@pytest.fixture
def run(capsys, monkeypatch):
    """`run("activations", "--seed", 3)`: exit code, what was shown, and the error, in one process.

    It runs in the root of the course, with a sandbox that starts quickly.
    """
    monkeypatch.chdir(ROOT)

    def run(*arguments):
        error = ""
        try:
            code = grade(["--sandbox", "process", "--jobs", "1", *map(str, arguments)])
        except GradusError as raised:
            code, error = raised.exit_code, str(raised)
        return code, capsys.readouterr().out, error

    return run


@pytest.fixture
def answers(tmp_path, real_solution):
    """A folder with one solved exercise."""
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "activations.py").write_text(real_solution("activations"), "utf-8")
    return folder


def points_of(output):
    """Exercise -> points, from its line of the report."""
    lines = (line for line in output.splitlines() if " points " in line and line[:1].strip())
    rows = [line.split() for line in lines]
    results = {row[1]: row[row.index("points") - 1] for row in rows}
    return {name: points for name, points in results.items() if "/" in points}


def test_an_exercise_of_the_own_folder(run):
    code, output, _ = run("activations")
    assert code == 1
    assert points_of(output) == {"activations": f"0/{POINTS}"}
    assert "not started: Sigmoid, Tanh, HardTanh, SoftSign, ReLU, LeakyReLU" in output
    assert "Start with activations: open exercises/neural_networks/activations/" in output


def test_a_unit(run, real_course):
    code, output, _ = run("gated_rnns")
    assert code == 1
    unit = real_course.select(["gated_rnns"])
    row = next(line for line in output.splitlines() if line.startswith("gated_rnns"))
    points = sum(exercise.points for exercise in unit)
    assert row.split()[1:6] == [f"{len(unit)}", "exercises", row.split()[3], f"0/{points}", "○"]
    assert points_of(output) == {}
    assert len(output.splitlines()) < 24


def test_a_folder_is_graded_for_what_it_holds(run, answers):
    code, output, _ = run(answers)
    assert (code, points_of(output)) == (0, {"activations": FULL})
    assert "All passed." in output


@pytest.mark.parametrize("name", ["homework 1 (final).py", "handed in.zip", "my_notebook.ipynb"])
def test_a_submission_of_any_form(run, answers, make_notebook, name):
    source, path = (answers / "activations.py").read_text("utf-8"), answers.parent / name
    cells = make_notebook("# Notes", "%time 1 + 1", source, "1 / 0", name="activations")
    path.write_bytes(cells if path.suffix == ".ipynb" else source.encode())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("work/activations.py", source)
    code, output, _ = run(path)
    assert (code, points_of(output)) == (0, {"activations": FULL})


def test_exercises_that_were_not_handed_in_count(run, answers, real_course):
    code, output, _ = run("--submission", answers, "activations", "rnn")
    assert code == 1
    assert points_of(output) == {
        "activations": FULL,
        "rnn": f"0/{real_course.exercise('rnn').points}",
    }
    assert "there is no rnn.py" in output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["activatons"], 2, "no exercise 'activatons': did you mean 'activations'?"),
        (["missing.py"], 2, "no submission at missing.py"),
        (["--submission", "no/such/folder"], 2, "no submission at no/such/folder"),
        (["solutions", "--submission", "exercises"], 2, "more than one submission"),
        (["solutions", "README.md", "exercises/"], 2, "more than one submission"),
        (["rnn", "--backend", "tensorflow"], 2, "no backend 'tensorflow'"),
        (["rnn", "--provider", "pytorch"], 2, "no provider 'pytorch': did you mean 'torch'?"),
        (["--provider", "torch", "--submission", "x"], 2, "choose one"),
        (["rnn", "--backend", "student"], 2, "`--provider student` uses its parts"),
        (
            ["network_questions", "--provider", "torch"],
            2,
            "nothing to grade: 'torch' offers no task of network_questions",
        ),
        (["rnn", "--sandbox", "buble"], 2, "no sandbox 'buble'"),
        (["rnn", "--device", "cuda"], 2, "`--backend torch --device cuda` uses a GPU"),
        (["rnn", "--block", "no_such_plugin"], 2, "no plugin 'no_such_plugin'"),
        (["rnn", "--plugin", "no_such_module"], 2, "no_such_module"),
        (["rnn", "--course", "/"], 2, "course.toml"),
        (["rnn", "--seed", "minus"], 2, "'minus' is not 0, 1, 2"),
        (["rnn", "--unknown"], 2, "--unknown"),
        (["rnn", "--html"], 2, "--html"),
        (["README.md"], 2, "README.md is no submission"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said_at_once(run, arguments, code, words):
    result, output, error = run(*arguments)
    assert (result, output) == (code, "")
    assert words in error


@pytest.mark.parametrize(
    ("path", "words"),
    [("nowhere/report.xml", "there is no folder"), (".", "it is a folder; name a file in it")],
)
def test_a_report_that_cannot_be_written_is_said_before_grading(run, tmp_path, path, words):
    code, output, error = run("activations", "--junit", tmp_path / path)
    assert (code, output) == (2, "")
    assert words in error


def test_a_secret_seed_is_drawn_for_each_run(run, answers, tmp_path):
    path, seeds = tmp_path / "report.json", set()
    for _ in range(2):
        run(answers, "activations", "--seed", "secret", "--json", path)
        seeds.add(json.loads(path.read_text("utf-8"))["provenance"]["seed"])
    assert len(seeds) == 2 and min(seeds) > 10**9


def test_reports_are_written(run, answers, tmp_path):
    paths = {kind: tmp_path / f"report.{kind}" for kind in ("json", "junit", "html")}
    options = [word for kind, path in paths.items() for word in (f"--{kind}", path)]
    code, _, _ = run(answers, "--seed", 7, *options)
    assert code == 0
    report = json.loads(paths["json"].read_text("utf-8"))
    assert (report["earned"], report["possible"], report["exit_code"]) == (POINTS, POINTS, 0)
    assert report["provenance"]["seed"] == 7
    assert report["provenance"]["submission"] == "answers"
    suites = ElementTree.fromstring(paths["junit"].read_text("utf-8"))
    assert len(suites.findall(".//testcase")) == 18
    assert "<html" in paths["html"].read_text("utf-8")


@NEEDS_FULL
def test_a_report_that_finds_no_room_costs_no_other_one(run, tmp_path):
    page = tmp_path / "page.html"
    code, output, error = run("activations", "--json", "/dev/full", "--html", page)
    assert (code, error) == (3, "cannot write /dev/full: No space left on device")
    assert "<html" in page.read_text("utf-8")
    assert "0/" in output


@NEEDS_FULL
@pytest.mark.parametrize("output", ["> /dev/full", ">&-", "| true"])
def test_without_an_output_the_reports_are_still_written(tmp_path, output):
    report = tmp_path / "report.json"
    script = "import sys; from autograder.cli import main; sys.argv[0] = 'grade'; main()"
    command = f'"$0" -c "$1" activations --json "$2" {output}'
    done = completed("sh", "-c", command, sys.executable, script, report, cwd=ROOT)
    assert "Traceback" not in done.stderr
    assert json.loads(report.read_text("utf-8"))["exercises"][0]["name"] == "activations"


def test_hidden_checks_keep_their_details_unless_they_are_asked_for(run, answers):
    text = (answers / "activations.py").read_text("utf-8")
    text = text.replace("np.tanh(z)", "np.tanh(z) if z.size else z[0]")
    (answers / "activations.py").write_text(text, "utf-8")
    _, hidden, _ = run(answers)
    _, shown, _ = run(answers, "--show-hidden")
    assert "IndexError: index 0" not in hidden
    assert "IndexError: index 0" in shown


def test_a_provider_replaces_a_submission(run):
    code, output, _ = run("activations", "--provider", "numpy")
    assert (code, points_of(output)) == (0, {"activations": FULL})
    assert "provider numpy" in output


def test_what_a_provider_does_not_offer_is_skipped(run, tmp_path):
    plugin = tmp_path / "half.py"
    plugin.write_text(
        "from framework.hookspecs import hookimpl\n"
        "from framework.providers.registry import Implementation\n"
        "@hookimpl\n"
        "def register_implementations():\n"
        "    target = 'solutions.neural_networks.activations.activations:Tanh'\n"
        "    return [Implementation('model', 'tanh', 'half', target)]\n"
    )
    code, output, _ = run("activations", "--provider", "half", "--plugin", plugin)
    part = f"{3 / 18 * POINTS:g}"  # three of 18 checks, all worth the same
    assert (code, points_of(output)) == (0, {"activations": f"{part}/{part}"})


def grade_alone(*arguments):
    """`grade` as a command of its own."""
    script = "from autograder.cli import main; main()"
    return completed_python("-c", script, *map(str, arguments), cwd=ROOT, timeout=60)


def test_the_command_ends_with_the_code_and_the_message():
    done = grade_alone("activatons")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("grade: no exercise 'activatons'")


def test_a_fault_of_our_own_is_distinguished_from_a_failed_check(tmp_path):
    plugin = tmp_path / "broken.py"
    plugin.write_text(
        "from framework.hookspecs import hookimpl\n"
        "@hookimpl\n"
        "def grade_submission(request):\n"
        "    raise RuntimeError('out of order')\n"
    )
    done = grade_alone("activations", "--plugin", plugin)
    assert done.returncode == 3
    assert "RuntimeError: out of order" in done.stderr
    assert "a fault of gradus itself" in done.stderr


#: What a grading says that is interrupted after some exercises.
SUMMARY = re.compile(
    rb"grade: interrupted: \d+ of \d+ exercises? graded, \d+ passed; no report is written\n"
)


def test_an_interrupt_ends_all_processes_and_says_what_was_done():
    # What a shell runs in the background ignores interrupts, and so does what that starts.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{heed}\nfrom autograder.cli import main\nmain()"
    command = [sys.executable, "-c", script, "--submission", "solutions", "--jobs", "2"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        process.stdout.readline()  # the first exercise is through, others are at work
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=15)
    assert process.returncode == 130
    assert SUMMARY.fullmatch(errors)


@pytest.mark.parametrize("options", [["--jobs", "2"], ["--watch"]])
def test_a_termination_removes_what_was_set_up(options, tmp_path):
    script = "from autograder.cli import main\nmain()"
    names = ["activations", "losses", "neuron"]
    command = [sys.executable, "-c", script, *names, "--submission", "solutions", *options]
    folder = tmp_path / "temporary"
    folder.mkdir()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.readline()  # one exercise is through, others are at work
        assert list(folder.iterdir())
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 143
    assert errors == b"" if "--watch" in options else SUMMARY.fullmatch(errors)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_while_a_provider_computes_ends_the_command(number, code, tmp_path):
    plugin = tmp_path / "slow.py"
    plugin.write_text(
        "import time\n"
        "from framework.hookspecs import hookimpl\n"
        "from framework.providers.registry import Implementation\n"
        "from framework.interfaces import Model\n"
        "class Tanh(Model):\n"
        "    def forward(self, x):\n"
        "        print('computes', flush=True)\n"
        "        time.sleep(60)\n"
        "    backward = forward\n"
        "@hookimpl\n"
        "def register_implementations():\n"
        f"    return [Implementation('model', 'tanh', 'slow', '{plugin}:Tanh')]\n"
    )
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{heed}\nfrom autograder.cli import main\nmain()"
    command = [sys.executable, "-c", script, "activations", "--provider", "slow"]
    with subprocess.Popen(
        [*command, "--plugin", plugin, "--jobs", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"computes\n"
        process.send_signal(number)
        output, errors = process.communicate(timeout=15)
    assert (process.returncode, output) == (code, b"")
    assert SUMMARY.fullmatch(errors)


def test_the_version_is_reported(run):
    code, output, error = run("--version")
    assert (code, error) == (0, "")
    assert re.fullmatch(rf"grade {__version__} \(Python 3\.\S+\)\n", output)


def test_verbose_logs_plugins_course_sandbox_and_workers_to_standard_error(answers):
    told = grade_alone("activations", "-v", "--submission", answers, "--sandbox", "process")
    assert "INFO" not in told.stdout
    lines = told.stderr.splitlines()
    topics = {re.fullmatch(r"[\d:.]{12} INFO gradus\.(\w+): .+", line).group(1) for line in lines}
    assert topics == {"course", "plugins", "sandbox", "worker"}
    assert any(line.endswith("worker: started for activations under process") for line in lines)


def test_help_names_the_exit_codes(run):
    code, output, _ = run("--help")
    assert (code, "Exit codes: 0 everything passed" in output) == (0, True)
