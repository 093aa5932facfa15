"""Reports made by hand, with every verdict."""

from dataclasses import replace

import pytest

from autograder.results.findings.check_texts import PrintedText, ShownTable
from autograder.results.findings.figures import Curve, Plot
from autograder.results.report import (
    CheckResult,
    Diagnosis,
    ExerciseResult,
    Provenance,
    Report,
    TaskResult,
)
from autograder.sandbox.session.faults import Frame
from autograder.verdicts import Verdict
from framework.plotting.charts import Line

BACKWARD = Frame("rnn.py", 71, "backward", source="from_later = grad_a @ W_h")


def make_check(title, verdict=Verdict.PASSED, *, task="RNN", points=2, hidden=False, **facts):
    name = "test_" + title.lower().replace(" ", "_")
    file = "test_rnn_hidden.py" if hidden else "test_rnn.py"
    return CheckResult(
        id=f"{file}::{name}",
        title=title,
        task=task,
        hidden=hidden,
        points=points,
        verdict=verdict,
        seconds=0.0123456,
        **facts,
    )


def make_exercise(name, title, *tasks, unit="language_models", **facts):
    """An exercise; `tasks` are lists of checks."""
    results = tuple(TaskResult(checks[0].task, tuple(checks)) for checks in tasks)
    return ExerciseResult(name, unit, title, results, seconds=0.4249, **facts)


def make_report(*exercises, **facts):
    provenance = Provenance(
        seed=7,
        backend="numpy",
        device="cpu",
        sandbox="bubblewrap",
        submission="exercises",
        submission_hash="4a44dc15364204a8",
        course="cs224n",
        course_hash="0c9ad1f7b5e82d36",
        versions={"python": "3.11.9", "numpy": "2.4.1", "gradus": "0.1.0"},
    )
    return Report(facts.pop("provenance", provenance), exercises, seconds=1.5, **facts)


def everywhere(text):
    """A report that has `text` in every place that is not trusted."""
    lines = (Line(text, (1.0, 2.0), (1.0, 2.0)), Line(text, (1.0,), (2.0,)))
    findings = (
        Plot(text, text, text, lines),
        ShownTable(text, (text, text), ((text, text),)),
        PrintedText(text),
        Curve((0.1, 0.5)),
    )
    check = CheckResult(
        id=text, title=text, task=text, hidden=False, points=1, verdict=Verdict.CRASHED,
        message=text, details=(text, text), method=text, call=text, arguments=(text,), hint=text,
        frames=(Frame(text, 1, text), Frame(text, 2, text, source=text)), findings=findings,
        diagnosis=Diagnosis(text, text, text),
    )  # fmt: skip
    passed = replace(check, title=text, findings=findings[-1:], verdict=Verdict.PASSED)
    task = TaskResult(text, (check, replace(check, id=f"{text}2"), passed))
    again = TaskResult("other", (replace(check, task="other", verdict=Verdict.FAILED),))
    exercise = ExerciseResult(text, text, text, (task, again), text, (text,))
    versions = {text: text}
    provenance = Provenance(7, text, "cpu", text, submission=text, versions=versions)
    return Report(provenance, (exercise,), notes=(text,))


@pytest.fixture
def passed():
    sigmoid = [make_check("forward", task="Sigmoid"), make_check("backward", task="Sigmoid")]
    tanh = [make_check("forward", task="Tanh", points=1.5)]
    return make_exercise(
        "activations", "Activation functions", sigmoid, tanh, unit="neural_networks"
    )


@pytest.fixture
def untouched():
    facts = {
        "message": "not written yet",
        "call": "RMSProp(0.1).step({w: float64 (3,)}, {w: float64 (3,)})",
        "frames": (Frame("optimizers.py", 40, "step"),),
    }
    rms_prop = make_check("one step", Verdict.NOT_STARTED, task="RMSProp", points=4, **facts)
    adam = make_check("one step", Verdict.NOT_STARTED, task="Adam", hidden=True, **facts)
    return make_exercise("optimizers", "Optimizers", [rms_prop], [adam], unit="neural_networks")


@pytest.fixture
def wrong():
    return make_exercise(
        "rnn",
        "A recurrent layer",
        [
            make_check("One step from the zero state"),
            make_check(
                "Backward through time",
                Verdict.FAILED,
                points=3,
                message="gradients['W_h']: 16 of 16 values differ from the expected ones",
                details=("worst at [2, 1]: expected 0.31, received 0.62 (ratio 2)",),
                call="RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))",
                frames=(),
                findings=(PrintedText("step 5\nstep 4\n"),),
                hint="What comes back from step t+1 is added before tanh' is applied.",
            ),
            make_check(
                "The gradients are those of your own forward, measured by small steps",
                Verdict.CRASHED,
                message="IndexError: index 6 is out of bounds for axis 1 with size 6",
                call="RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))",
                frames=(Frame("rnn.py", 90, "later"), BACKWARD),
            ),
            make_check(
                "Other shapes",
                Verdict.FAILED,
                hidden=True,
                message="SECRET",
                details=("SECRET",),
                hint="No two sizes are the same.",
            ),
        ],
    )


@pytest.fixture
def unimportable():
    facts = {
        "message": "SyntaxError: '(' was never closed",
        "call": "importing the file",
        "frames": (Frame("word2vec.py", 14, "<module>"),),
    }
    names = ("context_pairs", "softmax", "naive_softmax", "SkipGram")
    tasks = [
        [
            make_check(f"{name} is right", Verdict.CRASHED, task=name, **facts),
            make_check(f"{name} elsewhere", Verdict.CRASHED, task=name, hidden=True, **facts),
        ]
        for name in names
    ]
    return make_exercise("word2vec", "Word vectors by prediction", *tasks, unit="word_vectors")


@pytest.fixture
def assorted():
    """The remaining verdicts, one task each."""
    checks = [
        make_check(
            "A language is learned",
            Verdict.TIMED_OUT,
            task="RecurrentLM",
            message="took longer than 5 s",
            call="RecurrentLM(10, 8, 16, rng=rng).forward(int64 (16, 20))",
            frames=(Frame("rnn_lm.py", 52, "forward"),),
        ),
        make_check(
            "Long texts",
            Verdict.OUT_OF_MEMORY,
            task="Embedding",
            message="asked for too much memory",
        ),
        make_check("It can be built", Verdict.BLOCKED, task="Cell", message="needs 'rnn'"),
        make_check(
            "The reference agrees", Verdict.NOT_GRADED, task="Loss", message="the reference failed"
        ),
        make_check("On a GPU", Verdict.SKIPPED, task="Device", message="there is no CUDA device"),
    ]
    begun = [
        make_check("forward", task="Head"),
        make_check(
            "backward",
            Verdict.NOT_STARTED,
            task="Head",
            message="not written yet",
            call="Head().backward(float64 (3, 4))",
            frames=(Frame("rnn_lm.py", 80, "backward"),),
        ),
        make_check(
            "adds up",
            Verdict.NOT_STARTED,
            task="Head",
            message="not written yet",
            call="Head().backward(float64 (2, 2))",
            frames=(Frame("rnn_lm.py", 80, "backward"),),
        ),
    ]
    return make_exercise(
        "rnn_lm",
        "A recurrent language model",
        *[[check] for check in checks],
        begun,
        uncontained=("network access is not contained on this system",),
    )


@pytest.fixture
def report(passed, untouched, wrong, unimportable, assorted):
    """A report with every verdict."""
    return make_report(unimportable, passed, untouched, wrong, assorted, notes=("old.py ignored",))
