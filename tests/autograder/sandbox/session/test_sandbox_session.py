"""A submission in a real sandbox: what its faults are called, and that the next check is safe."""

import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from recorded_log import recorded_log
from repository import text_of

from autograder.checks import CheckFailed, refuses, without_warning
from autograder.sandbox.runners.base import ProcessSandbox
from autograder.sandbox.runners.processes import Usage
from autograder.sandbox.session.faults import (
    Blocked,
    Crashed,
    Frame,
    InfrastructureFault,
    OutOfMemory,
    SubmissionFault,
    TimedOut,
)
from autograder.sandbox.session.requests import RemoteModule, assign
from autograder.sandbox.session.sandbox_session import WALL_FACTOR
from autograder.verdicts import Verdict

#: Long enough for any honest call on a busy machine.
CALL = 4.0

DEMO = text_of("submissions/demo.py")


@pytest.fixture
def module_of(open_session):
    def module_of(*args, **settings):
        session = open_session(*args, **settings)
        session.begin()
        return session, RemoteModule(session)

    return module_of


def fault_of(function, *args):
    with pytest.raises(SubmissionFault) as caught:
        function(*args)
    return caught.value


def test_a_model_is_built_set_and_called_in_every_sandbox(module_of, sandbox):
    session, module = module_of(DEMO, sandbox=sandbox)
    layer = module.Layer(2, rng=np.random.default_rng(0))
    assign(layer, {"W": np.eye(2)})
    np.testing.assert_array_equal(layer.forward(np.ones((1, 2))), np.ones((1, 2)))
    assert session.calls.latest.text == "forward(float64 (1, 2)) of Layer(2, rng=rng)"
    assert session.printed() == "forward (1, 2)\n"


def test_a_submission_finds_the_same_parts_of_numpy_in_every_sandbox(module_of, sandbox):
    code = """
    import numpy as np

    def parts():
        return [name for name in ("linalg", "random", "typing") if name in vars(np)]
    """
    _, module = module_of(code, sandbox=sandbox)
    assert module.parts() == ["linalg", "random", "typing"]


def test_an_exception_names_its_lines_and_the_call(module_of):
    _, module = module_of(DEMO)
    fault = fault_of(module.fails, np.zeros((3, 2)))
    assert isinstance(fault, Crashed)
    assert (fault.message, fault.raised) == ("ValueError: no good", "ValueError")
    assert fault.call == "fails(float64 (3, 2))"
    assert [(f.file, f.function) for f in fault.frames] == [
        ("tiny.py", "fails"),
        ("tiny.py", "helper"),
    ]
    assert module.double(2) == 4, "an exception does not cost the worker"


NOT_AVAILABLE = (
    "ModuleNotFoundError: not available to graded code: no_such_module "
    "(allowed: the standard library, numpy, matplotlib, mpl_toolkits, "
    "what stubs import of framework; code of your own must be in the same file)"
)


@pytest.mark.parametrize(
    ("code", "message", "line"),
    [
        ("x = 1\ny = (\n", "SyntaxError: '(' was never closed", 2),
        ("import numpy\n\n1 / 0\n", "ZeroDivisionError: division by zero", 3),
        ("import no_such_module\n", NOT_AVAILABLE, 1),
        ("raise SystemExit('bye')\n", "tried to end the program: SystemExit: bye", 1),
    ],
)
def test_what_fails_the_import_is_reported_for_every_check_and_tried_once(
    module_of, code, message, line
):
    session, module = module_of("print('imported')\n" + code)
    faults, printed = [], []
    for _ in range(3):
        session.begin()
        faults.append(fault_of(module.double, 1))
        printed.append(session.printed())
    assert {fault.message for fault in faults} == {message}
    assert printed in (["imported\n", "", ""], ["", "", ""])  # nothing runs of what does not parse
    assert faults[0].call == "importing the file"
    assert faults[0].frames[-1] == Frame("tiny.py", line + 1, "<module>")


@pytest.mark.usefixtures("patient")
def test_an_import_that_hangs_is_tried_once(module_of):
    session, module = module_of("while True:\n    pass\n", load=0.4)
    assert isinstance(fault_of(module.double, 1), TimedOut)
    started = time.monotonic()
    for _ in range(10):
        session.begin()
        assert isinstance(fault_of(module.double, 1), TimedOut)
    assert time.monotonic() - started < 10 * 0.4
    assert session.printed() == ""


@pytest.mark.usefixtures("patient")
def test_a_call_that_hangs_names_itself_and_its_line(module_of, sandbox):
    session, module = module_of(DEMO, sandbox=sandbox, call=0.4)
    fault = fault_of(module.spin)
    assert isinstance(fault, TimedOut)
    assert (fault.message, fault.call) == ("no answer within 0.4 s of processor time", "spin()")
    assert fault.frames[-1].function == "spin"
    assert session.printed() == "spins\n", "the stack was written for us"
    assert module.double(2) == 4, "the next request gets a fresh worker"


def test_a_warning_of_numpy_fails_a_check_and_stays_in_what_was_printed(module_of):
    code = """
        import numpy as np
        def exp(z):
            print("exp")
            return np.exp(z)
    """
    session, module = module_of(code)
    assert without_warning(module, "exp", np.zeros(1)) == 1
    with pytest.raises(CheckFailed, match="exp causes a warning: overflow encountered in exp"):
        without_warning(module, "exp", np.full(1, 1e3))
    printed = session.printed()
    assert printed.count("exp\n") >= 2 and "RuntimeWarning" in printed
    assert session.printed() == ""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("leave", "ended the process itself (exit status 0)"),
        ("segfault", "the process died: segmentation fault"),
    ],
)
def test_a_death_names_the_call_and_its_cause(module_of, sandbox, name, message):
    session, module = module_of(DEMO, sandbox=sandbox)
    fault = fault_of(getattr(module, name))
    assert isinstance(fault, Crashed)
    assert (fault.message, fault.call) == (message, f"{name}()")
    assert [frame.function for frame in fault.frames] == (
        ["segfault"] if name == "segfault" else []
    )
    session.begin()
    assert module.double(3) == 6, "the next check gets a fresh worker"


def test_objects_of_a_worker_that_died_are_gone(module_of):
    _, module = module_of(DEMO)
    layer = module.Layer(2, rng=np.random.default_rng(0))
    fault_of(module.leave)
    with pytest.raises(Crashed, match="KeyError"):
        layer.forward(np.ones((1, 2)))


def test_too_much_memory(module_of):
    _, module = module_of(DEMO)
    fault = fault_of(module.hog)
    assert isinstance(fault, OutOfMemory)
    assert fault.verdict is Verdict.OUT_OF_MEMORY


def test_what_cannot_be_sent_back(module_of):
    _, module = module_of(DEMO)
    assert fault_of(module.odd).message == (
        "returned what cannot be sent back: an array of dtype object"
    )


def test_output_belongs_to_its_check_and_floods_are_cut(module_of):
    session, module = module_of(DEMO, call=30)
    module.Layer(1, rng=np.random.default_rng(0)).forward(np.ones((1, 1)))
    assert session.printed() == "forward (1, 1)\n"
    session.begin()
    module.flood()
    text = session.printed()
    assert text.startswith("line 0\n")
    assert text.endswith("line 199999\n")
    assert "bytes cut" in text
    assert len(text) < 20_000
    module.flood()
    session.begin()
    module.double(1)
    assert session.printed() == "", "what the last check left is not of the next one"


def test_output_shows_no_temporary_folder(module_of):
    code = "import warnings\ndef warn():\n    warnings.warn('careful')\n"
    session, module = module_of(code)
    module.warn()
    assert session.printed().startswith("tiny.py:3: UserWarning: careful")


NETWORK = text_of("texts/sandbox_session/network.txt")

THREADED = text_of("texts/sandbox_session/threaded.py")

CELLS = """
    class Cell:
        def __init__(self, n):
            self.n = n

        def forward(self, x):
            {}
"""


def test_a_thread_of_a_submission_gets_the_submissions_parts(module_of):
    _, module = module_of(THREADED, others={"cells": CELLS.format("return self.n * x")})
    assert module.doubled(3) == 6


LEFT_BEHIND = """
    import threading

    seen = []

    def leave_thread():
        threading.Thread(target=threading.Event().wait, daemon=True).start()

    def times_called():
        seen.append("a call")
        return len(seen)
"""


def test_a_thread_of_one_check_does_not_see_the_next(module_of):
    session, module = module_of(LEFT_BEHIND)
    assert module.times_called() == 1
    session.begin()
    assert module.times_called() == 2  # in the same process
    module.leave_thread()
    session.begin()
    assert module.times_called() == 1


WAKES = """
    import ctypes, os
    futex, wake = {"x86_64": 202, "aarch64": 98}[os.uname().machine], 1
    def woken():
        kernel, queue = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(8)
        return kernel.syscall(futex, queue, wake, 1, 0, 0, 0)
"""

WAKING_ARRAYS = """
from framework.arrays import NumpyArrays
class WakingArrays(NumpyArrays):
    shared_wakes = {}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="futex is a call of Linux")
@pytest.mark.parametrize(("shared_wakes", "answer"), [(False, -1), (True, 0)])
def test_a_backend_says_whether_threads_are_woken_in_shared_queues(
    module_of, tmp_path, monkeypatch, shared_wakes, answer
):
    (tmp_path / "waking.py").write_text(WAKING_ARRAYS.format(shared_wakes))
    monkeypatch.syspath_prepend(tmp_path)
    _, module = module_of(WAKES, arrays="waking:WakingArrays")
    assert module.woken() == answer


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"cells": "def other():\n    pass\n"},
        {"cells": CELLS.format("raise NotImplementedError")},
    ],
    ids=["no file", "not defined", "not written"],
)
def test_a_network_without_its_part_is_blocked(module_of, others):
    _, module = module_of(NETWORK, others=others)
    fault = fault_of(lambda: module.Net().forward(1))
    assert isinstance(fault, Blocked)
    assert fault.message == "needs 'cells'"
    assert fault.call.endswith("Net()")


@pytest.mark.usefixtures("patient")
def test_the_time_of_all_calls_together_is_limited(module_of):
    code = """
        import time

        def slow():
            end = time.process_time() + 0.3
            while time.process_time() < end:
                pass
    """
    session, module = module_of(code, call=CALL, total=1.0)
    with pytest.raises(TimedOut) as caught:
        for _ in range(10):
            module.slow()
    session.begin()
    message = "the exercise's 1 s of processor time are used up"
    assert caught.value.message == message
    assert not caught.value.stalled
    started = time.monotonic()
    assert fault_of(module.slow).message == message
    assert time.monotonic() - started < 1, "nothing is started any more"


WAITS = "import time\ndef wait(seconds):\n    time.sleep(seconds)\n"


@pytest.mark.usefixtures("patient")
def test_two_seconds_of_sleep_count_as_one_of_computing(module_of, sandbox):
    _, module = module_of(WAITS, sandbox=sandbox, call=0.2)
    module.wait(0.3)
    fault = fault_of(module.wait, 30)
    assert isinstance(fault, TimedOut)
    message = "no answer within 0.2 s of processor time, or 0.4 s of sleep"
    assert (fault.message, fault.stalled) == (message, False)


@pytest.mark.usefixtures("patient")
def test_sleep_is_part_of_the_time_of_the_exercise(module_of):
    _, module = module_of(WAITS, call=1.0, total=0.5)
    with pytest.raises(TimedOut, match=r"the exercise's 0\.5 s of processor time are used up"):
        for _ in range(20):
            module.wait(0.4)


def test_what_waits_for_a_processor_is_only_late(module_of, monkeypatch):
    monkeypatch.setattr(ProcessSandbox, "usage", lambda self, process: Usage(awake=1))
    _, module = module_of(WAITS, call=0.2)
    fault = fault_of(module.wait, 30)
    assert (fault.message, fault.stalled) == (f"no answer within {0.2 * WALL_FACTOR:g} s", True)


@pytest.mark.usefixtures("patient")
def test_a_slow_import_is_reported_with_its_line(module_of):
    code = "import numpy\n\ndef busy():\n    while True: pass\n\nbusy()\n"
    _, module = module_of(code, load=0.4)
    fault = fault_of(module.double, 1)
    assert fault.message == (
        "the import of the file takes too long: tiny.py:4, no answer within 0.4 s of processor time"
    )
    assert [frame.line for frame in fault.frames] == [6, 4]


HANGS = text_of("texts/sandbox_session/hangs.py")


@pytest.mark.usefixtures("patient")
def test_a_call_that_never_answered_is_made_once(module_of):
    session, module = module_of(HANGS, call=0.3)
    assert isinstance(fault_of(module.Layer(True).forward, 1), TimedOut)
    started = time.monotonic()
    for hangs in (True, False):
        session.begin()
        fault = fault_of(module.Layer(hangs).forward, 0)
        assert isinstance(fault, Blocked)
        assert fault.message == (
            "waits for Layer.forward: no answer within 0.3 s of processor time"
        )
    assert time.monotonic() - started < 5
    session.begin()
    assert module.Layer(True).backward(2) == 2, "other methods are called"


@pytest.mark.usefixtures("patient")
def test_a_call_that_has_answered_before_is_made_with_other_arguments(module_of):
    session, module = module_of(HANGS, call=0.3)
    assert module.Layer(False).forward(0) == 0
    assert isinstance(fault_of(module.Layer(False).forward, 2), TimedOut)
    session.begin()
    assert isinstance(fault_of(module.Layer(False).forward, 2), Blocked)
    session.begin()
    assert module.Layer(False).forward(1) == 1
    assert isinstance(fault_of(module.Layer(False).forward, 3), TimedOut)
    session.begin()
    assert isinstance(fault_of(module.Layer(False).forward, 1), Blocked), "twice is enough"


def test_a_call_that_ends_the_process_is_not_made_again(module_of):
    session, module = module_of(HANGS)
    assert isinstance(fault_of(module.leave), Crashed)
    session.begin()
    fault = fault_of(module.leave)
    assert isinstance(fault, Blocked)
    assert fault.message == "waits for leave: ended the process itself (exit status 0)"


def test_a_value_too_large_to_be_handed_back_is_the_submissions_fault(module_of):
    code = """
        def state():
            return "x" * ((2 << 20) - 50)

        def use(state):
            return len(state)
    """
    _, module = module_of(code)
    state = module.state()
    fault = fault_of(module.use, state)
    assert isinstance(fault, Crashed)
    assert "too much to be handed back" in fault.message


def unable(launch, log):
    """A worker that notes that it was started, and ends."""
    script = f"open({str(log)!r}, 'a').write('x'); raise SystemExit('no such luck')"
    return replace(launch, argv=[launch.argv[0], "-c", script])


def test_a_worker_that_does_not_start_is_our_fault_and_not_tried_for_every_check(
    module_of, tmp_path
):
    log = tmp_path / "starts"
    session, module = module_of(DEMO, launch=lambda launch: unable(launch, log), start=5)
    with recorded_log() as lines:
        for _ in range(5):
            session.begin()
            with pytest.raises(InfrastructureFault, match="did not start under process") as caught:
                module.double(1)
    assert "no such luck" in str(caught.value)
    assert log.read_text() == "x"
    assert [line.partition("gradus.worker: ")[2] for line in lines][1:] == [
        f"did not start for tiny: {str(caught.value).partition('process: ')[2]}"
    ]


def test_a_worker_that_never_says_a_word_is_given_up(module_of):
    session, module = module_of(
        DEMO,
        launch=lambda made: replace(made, argv=[made.argv[0], "-c", "import time; time.sleep(60)"]),
        start=0.3,
    )
    started = time.monotonic()
    for _ in range(3):
        session.begin()
        with pytest.raises(InfrastructureFault, match=r"no answer within 0\.3 s"):
            module.double(1)
    assert time.monotonic() - started < 0.3 + 3


def test_nothing_outlives_its_session(module_of):
    session, module = module_of(DEMO)
    module.double(1)
    process = session._worker._process
    session.close()
    assert process.poll() is not None
    session.close()  # a second time does no harm


def test_what_earlier_checks_made_takes_no_memory(module_of):
    session, module = module_of(text_of("texts/sandbox_session/what_earlier_checks_made.py"))
    for _ in range(20):
        session.begin()
        assert module.Layer().size() == 160_000_000


def test_a_session_knows_what_has_answered_and_what_has_refused(module_of):
    code = """
        def half(x):
            if x < 0:
                raise ValueError("negative")
            return x / 2
    """
    session, module = module_of(code)
    refuses(module, "half", -1.0)
    assert (session.calls.answered, session.calls.refused) == (set(), {"half"})
    assert module.half(1.0) == 0.5
    assert session.calls.answered == {"half"}


class Metered(ProcessSandbox):
    """Measures the processor time of each worker from outside, when it is ended."""

    def __init__(self):
        self.used = []

    def kill(self, process):
        if process.poll() is None:
            self.used.append(self.usage(process).cpu)
        super().kill(process)


@pytest.mark.usefixtures("patient")
def test_the_total_of_an_exercise_is_overrun_by_a_tenth_at_most(module_of):
    """Each call uses up its time, and the next one gets a new worker; the first start is free."""
    idle, metered = Metered(), Metered()
    session, module = module_of("", sandbox=idle)
    fault_of(module.missing)
    session.close()
    names = [f"loop_{i}" for i in range(30)]
    code = "\n".join(f"def {name}():\n    while True: pass\n" for name in names)
    total = 4.0
    session, module = module_of(code, sandbox=metered, call=0.5, total=total)
    for name in names:
        session.begin()
        assert isinstance(fault_of(getattr(module, name)), TimedOut)
    session.close()
    assert 4 <= len(metered.used) < 10, "each call that hangs costs a worker"
    assert 0.9 * total <= sum(metered.used) - idle.used[0] <= 1.1 * total
