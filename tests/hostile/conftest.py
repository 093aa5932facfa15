"""Grades the hostile submissions of this folder, and looks at what is left afterwards.

Each submission is graded in a process of its own kind: one that inherits all orphans below it, so
that whatever outlives a grading is found among its children. Two such processes share the work.
"""

from __future__ import annotations

import ast
import ctypes
import multiprocessing
import os
import socket
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from denied_namespaces import DeniedForkSandbox
from repository import ROOT

from autograder.course.reading import Course, Exercise
from autograder.grading.request import GradeRequest, answer
from autograder.grading.setting import GradingSetting
from autograder.grading.watching import Memory
from autograder.results.report import Report
from autograder.sandbox.runners import Sandbox, choose
from autograder.sandbox.runners.fork import ForkSandbox
from autograder.sandbox.session import sandbox_session
from autograder.submissions.submission import load_submission
from framework.errors import GradusError, SandboxError
from framework.providers.loaded_plugins import Plugins

CASES_FOLDER = ROOT / "tests" / "data" / "hostile"
COURSE = CASES_FOLDER / "course"
SOLUTION = COURSE / "solutions" / "unit" / "target" / "target.py"
DENIED = "fork without namespaces"
#: As a class is graded: the checks know the answers of a right submission.
MANY = "fork among many"
SANDBOXES = ("bubblewrap", "process", "fork", DENIED, MANY)
#: What is graded with fork servers; all other cases are slow.
SAMPLE = {
    "fork": ("stolen_solution", "killed_others"),
    DENIED: ("full_disk", "killed_others", "steered_others"),
    MANY: ("forged_replies_ahead", "killed_itself"),
}
CASES = sorted(path.parent for path in CASES_FOLDER.glob("*/expected.toml"))

#: What a submission that gets out of its sandbox is to call the files it makes.
TRACE = "hostile-was-here"
_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Expected:
    """What ``expected.toml`` declares.

    Attributes:
        attack: what the submission tries, in a line.
        points: what it earns, of 4.
        tasks: task -> verdict and words of the message; a task that is not there passes.
        seconds: how long its grading may take.
        wall_factor: how much longer than its processor time a call may take: more for an attack
            that has to be ended by its processor time, on a busy machine too.
        not_contained: sentences of the sandbox; on a system where it says one of them, the
            attack is not tried.
    """

    attack: str
    points: float
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 15.0
    wall_factor: float = sandbox_session.WALL_FACTOR
    not_contained: tuple[str, ...] = ()

    @classmethod
    def read(cls, case: Path) -> Expected:
        return cls(**tomllib.loads((case / "expected.toml").read_text("utf-8")))

    def verdict(self, task: str) -> str:
        return self.tasks.get(task, {"verdict": "passed"})["verdict"]

    def words(self, task: str) -> list[str]:
        return self.tasks.get(task, {}).get("words", [])


@dataclass(frozen=True)
class Aftermath:
    """What became of a grading.

    Attributes:
        alive: processes that are still there.
        touched: files outside of the sandbox that are new or changed.
        descriptors: how many more are open in the grader than before.
    """

    report: Report
    seconds: float
    alive: list[str]
    touched: list[str]
    descriptors: int


def completed(source: str) -> str:
    """`source`, followed by the right answers to the tasks that it does not define."""
    defined = {node.name for node in ast.parse(source).body if hasattr(node, "name")}
    right = SOLUTION.read_text("utf-8")
    added = [
        ast.get_source_segment(right, node)
        for node in ast.parse(right).body[1:]  # its docstring aside
        if getattr(node, "name", "") not in defined
    ]
    return "\n\n".join([source, *added]) + "\n"


def chosen(name: str) -> Sandbox:
    """The sandbox of that name, or a fork server that is denied namespaces."""
    if name != DENIED:
        return choose("fork" if name == MANY else name)
    sandbox = DeniedForkSandbox()
    reason = sandbox.unavailable()
    if reason is not None:
        raise SandboxError(reason)
    return sandbox


def grade(sandbox: str, folder: Path, names: Iterable[str]) -> Report:
    """Grade the exercises `names` of the tiny course in `folder`."""
    course = Course.read(COURSE)
    plugins = Plugins(course=course)
    setting = GradingSetting(course, plugins, chosen(sandbox))
    try:
        with load_submission(folder, course, names) as submission:
            exercises = tuple(course.select(names))
            memory = memory_of_right_one(setting, exercises) if sandbox == MANY else None
            return answer(GradeRequest(setting, submission, exercises, memory=memory))
    finally:
        if isinstance(setting.sandbox, ForkSandbox):
            setting.sandbox.close()


def memory_of_right_one(setting: GradingSetting, exercises: tuple[Exercise, ...]) -> Memory:
    """What the grading of a right submission leaves: collected checks, and the right answers."""
    memory = Memory()
    folder = setting.course.root / "solutions"
    with load_submission(
        folder, setting.course, [exercise.name for exercise in exercises]
    ) as right:
        assert answer(GradeRequest(setting, right, exercises, memory=memory)).exit_code == 0
    return memory


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark most cases of fork servers as slow."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        sample = SAMPLE.get(parameters.get("sandbox"))
        if sample is not None and getattr(parameters.get("case"), "name", "") not in sample:
            item.add_marker(pytest.mark.slow)


def grade_texts(
    sandbox: str,
    texts: Mapping[str, str],
    canaries: tuple[Path, ...] = (),
    wall_factor: float = sandbox_session.WALL_FACTOR,
) -> Aftermath:
    """Grade a submission of files, by exercise; to be called in a process of the pool."""
    sandbox_session.WALL_FACTOR = wall_factor
    before, open_before = _traces(canaries), _open_descriptors()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            Path(folder, f"{name}.py").write_text(text, "utf-8")
        report = grade(sandbox, Path(folder), texts)
    seconds = time.monotonic() - started
    touched = sorted(before ^ _traces(canaries))
    return Aftermath(report, seconds, _alive(), touched, _open_descriptors() - open_before)


def _traces(canaries: tuple[Path, ...]) -> set[str]:
    """The canaries, with what is in them and around them."""
    names = {f"{path}: {path.read_text()!r} {path.stat().st_mode:o}" for path in canaries}
    folders = {path.parent for path in canaries} | {Path("/"), Path.cwd(), Path("/dev/shm")}
    return names | {str(path) for folder in folders for path in folder.glob(f"*{TRACE}*")}


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _alive() -> list[str]:
    """The command lines of this process's children that do not end by themselves."""
    deadline = time.monotonic() + 2
    while children := _children():
        with suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        if time.monotonic() > deadline:
            return [Path(f"/proc/{pid}/cmdline").read_text()[:80] for pid in children]
        time.sleep(0.01)
    return []


def _children() -> list[str]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [pid for task in tasks for pid in task.read_text().split()]


def _prepare() -> None:
    """Inherit orphans, and have something that submissions look for."""
    os.environ["GRADUS_TEST_TOKEN"] = "hostile-secret"
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@pytest.fixture(scope="session")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Two processes that grade."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, context, initializer=_prepare) as pool:
        yield pool
        pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def canaries() -> Iterator[tuple[Path, ...]]:
    """Files that no submission may change: in the repository, at home and among temporary files."""
    handles = []
    for folder in (ROOT, Path.home(), Path(tempfile.gettempdir())):
        descriptor, name = tempfile.mkstemp(prefix="canary-", dir=folder)
        os.write(descriptor, b"alive")
        os.close(descriptor)
        handles.append(Path(name))
    yield tuple(handles)
    for path in handles:
        path.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def listener() -> Iterator[socket.socket]:
    """A server on 127.0.0.1 that no submission may reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def _unavailable(sandbox: str) -> str:
    try:
        result = chosen(sandbox)
    except GradusError as error:
        return str(error)
    if isinstance(result, ForkSandbox):
        result.close()
    return ""


@pytest.fixture(scope="session")
def reasons() -> dict[str, str]:
    """Why a sandbox cannot be had here; empty for one that can."""
    return {sandbox: _unavailable(sandbox) for sandbox in SANDBOXES}


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Path:
    """The folder of each case in turn."""
    return request.param


@pytest.fixture
def expected(case: Path) -> Expected:
    """What the case declares."""
    return Expected.read(case)


@pytest.fixture(params=SANDBOXES)
def sandbox(request: pytest.FixtureRequest, reasons: dict[str, str]) -> str:
    """Each sandbox in turn; skipped, with the reason, where it is not to be had."""
    if reasons[request.param]:
        pytest.skip(reasons[request.param])
    return request.param


@pytest.fixture(scope="session")
def gaps(pool, reasons, canaries) -> dict[str, tuple[str, ...]]:
    """What each sandbox says that it cannot contain on this system."""
    futures = {
        name: pool.submit(grade_texts, name, {"target": completed("")}, canaries)
        for name, reason in reasons.items()
        if not reason
    }
    graded = {name: future.result().report for name, future in futures.items()}
    assert all(report.exit_code == 0 for report in graded.values()), graded
    return {name: report.exercises[0].uncontained for name, report in graded.items()}


@pytest.fixture(scope="session")
def gradings(request, pool, gaps, canaries, listener) -> Callable[[Path, str], Aftermath]:
    """`gradings(case, sandbox)`: what became of it. All that were selected are on their way.

    Each of pytest-xdist's processes has selected everything: there, they are graded in turn.
    """

    @cache
    def submit(case: Path, sandbox: str) -> Future[Aftermath]:
        text = (case / "submission.py").read_text("utf-8")
        for name, value in values.items():
            text = text.replace(name, value)
        texts, factor = {"target": completed(text)}, Expected.read(case).wall_factor
        return pool.submit(grade_texts, sandbox, texts, canaries, factor)

    paths = ",".join(map(str, canaries))
    values = {"@CANARIES@": paths, "@PORT@": str(listener.getsockname()[1]), "@ROOT@": str(ROOT)}
    for case, sandbox in () if "PYTEST_XDIST_WORKER" in os.environ else _selected(request.session):
        if sandbox in gaps and not uncontained(case, gaps[sandbox]):
            submit(case, sandbox)
    return lambda case, sandbox: submit(case, sandbox).result()


@pytest.fixture
def aftermath(case, sandbox, gaps, gradings) -> Aftermath:
    """What became of the case in the sandbox; skipped, with the reason, where it is not tried."""
    if said := uncontained(case, gaps[sandbox]):
        pytest.skip(f"not contained by '{sandbox}' on this system: {', '.join(said)}")
    return gradings(case, sandbox)


@pytest.fixture
def grade_files(pool: ProcessPoolExecutor) -> Callable[..., Aftermath]:
    """`grade_files(sandbox, {exercise: text})`: grade them, and look at what is left."""
    return lambda sandbox, texts: pool.submit(grade_texts, sandbox, texts).result()


@pytest.fixture
def course() -> Path:
    """The folder of the tiny course."""
    return COURSE


@pytest.fixture
def case_file() -> Callable[[str], str]:
    """`case_file(name)`: the whole file that the case of that name hands in."""
    return lambda name: completed((CASES_FOLDER / name / "submission.py").read_text("utf-8"))


def _selected(session: pytest.Session) -> list[tuple[Path, str]]:
    parameters = [item.callspec.params for item in session.items if hasattr(item, "callspec")]
    return [(p["case"], p["sandbox"]) for p in parameters if {"case", "sandbox"} <= {*p}]


def uncontained(case: Path, gaps: tuple[str, ...]) -> set[str]:
    """What the sandbox says that keeps the case from being tried on this system."""
    return set(gaps) & set(Expected.read(case).not_contained)
