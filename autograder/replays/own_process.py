"""Makes the recorded calls of a check again, in this process, where a debugger works."""

from __future__ import annotations

import sys
import traceback
from bdb import BdbQuit
from collections.abc import Iterator, Sequence
from pathlib import Path
from pdb import Pdb, post_mortem
from types import TracebackType
from typing import Any

from autograder.course.exercise_texts import text_names
from autograder.course.reading import Course, Exercise
from autograder.grading.grader import Grader
from autograder.grading.setting import GradingSetting
from autograder.grading.workers import parts_of
from autograder.replays.recorded_calls import ReplayedCheck, one_check
from autograder.results.report import MAX_FACT, CheckResult
from autograder.sandbox.session.inline import InlineSession, InlineWorker
from autograder.sandbox.session.process import shown
from autograder.sandbox.session.requests import Build, Call, CallAgain
from autograder.sandbox.session.sandbox_session import IMPORT
from autograder.sandbox.session.session import Exchange, Session
from autograder.sandbox.session.text_names import Names
from autograder.sandbox.worker.loading import SubmittedModule
from autograder.submissions.submission import Submission
from framework.arrays import Arrays


class OwnModule(SubmittedModule):
    """The student's file for one exercise, imported from where it lies, or its copy."""

    def __init__(self, submission: Submission, exercise: str, course: Course) -> None:
        super().__init__(submission.folder, exercise, parts_of(course, [exercise]))
        self._submission = submission

    def _file(self, exercise: str) -> Path:
        return separate_file(self._submission, exercise) or super()._file(exercise)


def separate_file(submission: Submission, exercise: str) -> Path | None:
    """Return the Python file of `exercise`; None for code of a notebook or an archive."""
    file = submission.files.get(exercise)
    if file is None or file.cells is not None or file.path.suffix.lower() != ".py":
        return None
    return file.path.resolve()


def make_again(
    setting: GradingSetting, submission: Submission, check: ReplayedCheck, *, pdb: bool = False
) -> int:
    """Make the call at fault of `check` again, after all calls before it, and print its result.

    Where no single call is at fault, the whole check runs. With `pdb`, it stops in the debugger at
    the call, and at an exception. Returns the exit code: 1 after an exception.
    """
    own = OwnModule(submission, check.exercise.name, setting.course)
    arrays = setting.reference_backend().arrays
    worker = InlineWorker(own, arrays, own.part, (BaseException,))
    place = place_of_fault(check.exchanges, check.result)
    code = {*submission.files}
    try:
        if check.result.call == IMPORT:
            worker.run({"id": 0, "steps": [["load"]]})
        elif place is None:
            _run_check(setting, submission, check, own, arrays)
        else:
            value = _result(worker, check.exchanges, *place, code if pdb else None)
            names = text_names(check.exercise).parts(check.result.method, value)
            sys.stdout.writelines(f"{line}\n" for line in _named(value, names))
    except BdbQuit:
        return 1
    except Exception as error:
        frames = _frames_in(code, error.__traceback__)
        is_parsed = frames or not isinstance(error, SyntaxError)  # else its message has the line
        frames = frames or error.__traceback__
        traceback.print_exception(type(error), error, frames if is_parsed else None)
        if pdb:
            post_mortem(frames)
        return 1
    return 0


def _named(value: Any, names: Names) -> Iterator[str]:
    """Yield a result; of a tuple each item behind its name, if the names are known."""
    if isinstance(names, str):
        yield f"{names} = {value}" if names else str(value)
        return
    for item, name in zip(value, names, strict=True):
        yield from _named(item, name)


def place_of_fault(exchanges: Sequence[Exchange], result: CheckResult) -> tuple[int, int] | None:
    """Return the numbers of the exchange and of its step at fault; None where no call is.

    Of a check that passes it is the last call.
    """
    calls = [
        (number, index, made)
        for number, exchange in enumerate(exchanges)
        for index, (step, made) in enumerate(zip(exchange.steps, exchange.calls, strict=True))
        if isinstance(step, Call | CallAgain | Build)
    ]
    for number, index, made in reversed(calls):
        words = shown(made.method, MAX_FACT), shown(made.text, MAX_FACT)
        if not result.message or words == (result.method, result.call):
            return number, index
    return None


def _result(
    worker: InlineWorker,
    exchanges: Sequence[Exchange],
    number: int,
    index: int,
    code: set[str] | None,
) -> Any:
    """Return what step `index` of exchange `number` returns, after all that comes before it.

    A debugger stops at this call in the modules `code`; None for no debugger.
    """
    for exchange in exchanges[:number]:
        try:
            worker.again(exchange)
        except BdbQuit:
            raise
        except Exception:  # as the check has expected
            continue
    request = worker.request_again(exchanges[number])
    request["steps"] = request["steps"][: index + 1]
    reply = worker.run(request) if code is None else _Debugger(code).runcall(worker.run, request)
    if reply is None:  # the debugger was left
        raise BdbQuit
    return reply["results"][-1]["value"]


class _Debugger(Pdb):
    """A debugger that stops in the modules `code` alone."""

    def __init__(self, code: set[str]) -> None:
        super().__init__(skip=("*",))
        self._code = code

    def is_skipped_module(self, module_name: str) -> bool:
        """Return whether it is another module."""
        return module_name not in self._code


def _frames_in(code: set[str], frames: TracebackType | None) -> TracebackType | None:
    """Return the part of `frames` that begins in one of the modules `code`; None without one."""
    own = frames
    while own is not None and own.tb_frame.f_globals.get("__name__") not in code:
        own = own.tb_next
    return own


def _run_check(
    setting: GradingSetting,
    submission: Submission,
    check: ReplayedCheck,
    own: OwnModule,
    arrays: Arrays,
) -> None:
    """Run the whole check, and print its verdict; what the code prints is shown at once."""

    def in_this_process(exercise: Exercise) -> Session:
        return InlineSession(own, arrays, own.part)

    grader = Grader(setting, submission, open_session=in_this_process)
    with grader.under_test(check.exercise) as under_test:
        (result,) = grader.run(under_test, select=one_check(check.result.id))
    sys.stdout.write("\n".join([result.verdict.value, result.message, *result.details]) + "\n")
