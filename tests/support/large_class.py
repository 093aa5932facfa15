"""A graded class of any size without grading: odd names, several exercises, faults, mistakes."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from graded_class import check, exercise, result, student

from autograder.results.report import Diagnosis
from autograder.verdicts import Verdict
from plugins.classes.collecting.attempts import Attempt, Policy
from plugins.classes.collecting.collection import Collection
from plugins.classes.rosters.privacy import private_folder
from plugins.classes.runs import stored_runs
from plugins.classes.runs.jobs import add_jobs
from plugins.classes.runs.store import FAULT, Store, job
from plugins.classes.runs.stored_runs import RunEntry, RunKey, commit

#: Names that attack pages, spreadsheets, terminals and layouts.
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    '=HYPERLINK("http://x")',
    "\u202egnp.exe\u202c",
    "javascript:alert(1)//",
    "A" * 300,
    "دنة כהן 王小明",
    "../../etc/passwd",
    "\x1b[31mred\x07",
    "',);--",
    "&lt;b&gt; &amp;",
)
TASKS = {
    "activations": ("sigmoid", "sigmoid_backward", "tanh", "tanh_backward", "softmax"),
    "lstm": ("LSTMCell", "LSTM"),
}
MISTAKES = (
    ("no-bias", "The bias is missing: the output is W x without b."),
    ("transposed", "W is used in place of W.T."),
    ("mean-for-sum", "The gradient is averaged over the batch where it has to be summed."),
    ("sign", "The gradient has the wrong sign."),
)
_FIRST = ("Ana", "Bo", "Chen", "Dana", "Emil", "Fatima", "Georg", "Hana", "Ivan", "Jun", "Zoë")
_LAST = ("García López", "Li", "Müller", "O'Brien", "Nowak", "Şahin", "Sørensen", "Okafor")


def large_class(folder, count=1000, works=60, seed=1, is_finished=True):
    """Write a collection of `count` students and its store to `folder`; return both and the run."""
    rng = random.Random(seed)
    private_folder(folder)
    students = {f"s{i:04}": _student(i, rng) for i in range(count)}
    due = datetime(2026, 3, 16, 18, tzinfo=UTC)
    attempts = [item for key in students for item in _attempts(key, due, rng)]
    collection = Collection(folder, students, True, tuple(attempts), Policy(due=due), "UTC")
    collection = replace(collection, attempts=tuple(attempts))
    for attempt in attempts:
        number = int(attempt.id, 16) % works
        location = private_folder(collection.folder_of(attempt.id))
        for name in sorted(TASKS):
            (location / f"{name}.py").write_text(code(name, number), "utf-8")
    collection.save()
    store = Store(str(folder / "results.sqlite"))
    return collection, store, _graded(collection, store, works, rng, is_finished)


def code(name, number):
    """Return the code of a piece of work; `</pre><script>` stands in a comment of it."""
    lines = [f'"""Work {number}."""', "# </pre><script>alert(1)</script>", ""]
    for task in TASKS[name]:
        kind = "class" if task[0].isupper() else "def"
        head = f"class {task}:" if kind == "class" else f"def {task}(x):"
        body = f"    value_{number} = x * {number}" if kind == "def" else f"    size = {number}"
        last = f"    return value_{number}" if kind == "def" else "    bias = None"
        lines += [head, body, last, "", ""]
    return "\n".join(lines)


def _student(i, rng):
    name = HOSTILE_NAMES[i] if i < len(HOSTILE_NAMES) else (
        f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
    )  # fmt: skip
    return student(f"s{i:04}", name, f"s{i}@uni.example", str(i), str(i), f"user{i}")


def _attempts(key, due, rng):
    if rng.random() < 0.03:
        return []
    count = rng.choice((1, 1, 1, 2, 2, 3, 5))
    hours = sorted(rng.triangular(-15 * 24, 40, -6) for _ in range(count))
    ids = (hashlib.sha256(f"{key}{i}".encode()).hexdigest()[:16] for i in range(count))
    return [
        Attempt(id, (key,), due + timedelta(hours=hour), None, i, {})
        for i, (id, hour) in enumerate(zip(ids, hours, strict=True))
    ]


def _graded(collection, store, works, rng, is_finished):
    results = {(name, i): _result(name, i, rng) for name in TASKS for i in range(works)}
    entries = [
        RunEntry(key, result[-1].attempt, name, f"{int(result[-1].attempt, 16) % works:064x}", "r")
        for key, result in collection.counting().items()
        if result
        for name in TASKS
        if name == "activations" or rng.random() < 0.8
    ]
    run_key = RunKey(collection.id, "r" * 64, 7, "numpy/cpu python 3.11 numpy 2.4")
    run = store.transaction(
        partial(stored_runs.start_run, run_key=run_key, sandbox="fork", work="w", entries=entries)
    )
    keys = {run.key(entry): entry.attempt for entry in entries}

    def write(connection):
        for key, attempt in keys.items():
            result = results[key.exercise, int(key.submission, 16)]
            if result is not None:
                commit(connection, key, result)
            else:
                add_jobs(connection, [(key, attempt)], assignment=run.assignment, run=run.id,
                         priority=0)  # fmt: skip
                fault = "SandboxError: no space left on <device>"
                connection.execute(job.update().values(state=FAULT, fault=fault))
        if is_finished:
            stored_runs.end_run(connection, run.id)

    store.transaction(write)
    return store.transaction(partial(stored_runs.find_run, id=run.id))


def _result(name, number, rng):
    """Return a result; None for one that stays not graded."""
    if number == 13:
        return None
    skill = rng.random()
    checks = [check for task in TASKS[name] for check in _checks(task, skill, rng)]
    made = result(exercise(name, *checks))
    return replace(made, seconds=rng.expovariate(2), repeated=number in (3, 21))


def _checks(task, skill, rng):
    for i in range(2):
        facts = {"id": f"test_x.py::test_{task}_{i}", "title": f"{task}: check {i + 1} is right"}
        draw = rng.random()
        seconds = rng.expovariate(20)
        if draw < skill + 0.25:
            yield check(Verdict.PASSED, 2.5, task, seconds=seconds, **facts)
        elif draw > 0.95:
            yield check(Verdict.CRASHED, 2.5, task, seconds=seconds,
                        message="ValueError: <b>shapes</b> (3,) (4,)", **facts)  # fmt: skip
        elif draw > 0.9:
            yield check(Verdict.NOT_STARTED, 2.5, task, seconds=seconds, **facts)
        else:
            known = Diagnosis(*MISTAKES[rng.randrange(len(MISTAKES))])
            yield check(Verdict.FAILED, 2.5, task, seconds=seconds, diagnosis=known,
                        message="expected 1.5, found <script>2</script>", **facts)  # fmt: skip
