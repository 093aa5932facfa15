"""What becomes of a check: verdict, words, and whose fault it was."""

import re
import resource
from pathlib import Path

import pytest
from printed_text import printed
from repository import text_of

from autograder.checks.host_limits import HostLimits
from autograder.grading.checks_run import Checks
from autograder.results.report import Fact
from autograder.sandbox.session.faults import Frame
from autograder.verdicts import Verdict
from framework.errors import GradusError


def test_a_check_that_passes(collect):
    (result,) = collect()
    assert result.id == "test_rnn.py::test_one"
    assert (result.title, result.task, result.points) == ("It is one", "RNN", 1.5)
    assert (result.verdict, result.earned, result.message) == (Verdict.PASSED, 1.5, "")
    assert (result.hint, printed(result), result.hidden) == ("try harder", "hello\n", False)


def test_a_path_with_characters_that_pytest_reads(on_silent_sessions, tmp_path):
    folder = tmp_path / "My Drive [2026]" / "a::b"
    folder.mkdir(parents=True)
    file = folder / "test_rnn.py"
    file.write_text("def test_one():\n    pass\n")
    under_test = on_silent_sessions(file)
    before = Path.cwd()
    (result,) = Checks(under_test.exercise).run(under_test)
    assert (result.id, result.verdict) == ("test_rnn.py::test_one", Verdict.PASSED)
    assert Path.cwd() == before


def test_plots_and_tables_belong_to_the_check_that_showed_them(collect):
    checks = text_of("texts/checks_run/checks_2.txt")
    first, second = collect(text=checks)
    shown = [finding for finding in first.findings if not finding.explains_failure]
    assert [finding.heading for finding in shown] == ["a plot", "a table"]
    assert second.findings == ()


def test_a_check_without_a_hint_quotes_its_sentence_where_it_does_not_pass(collect, tmp_path):
    text = "Do not\nchange $x_{t-1}$. <!-- promise: unchanged -->\n"
    (tmp_path / "README.md").write_text(text, "utf-8")
    checks = text_of("texts/checks_run/checks.txt")
    results = [check.hint for check in collect(text=checks)]
    assert results == ['The text says: "Do not change x_{t−1}."', "", "Copy x."]


def test_hidden_checks_are_known_by_their_file(collect):
    assert collect(hidden=True)[0].hidden


@pytest.mark.parametrize("name", ["conftest.py", "test_other.py"])
def test_no_other_file_of_the_folder_runs(collect, tmp_path, name):
    (tmp_path / name).write_text("raise RuntimeError\ndef test_other(): pass\n")
    assert [result.id for result in collect()] == ["test_rnn.py::test_one"]


FAULTS = {
    "expect(False, 'not so', 'because')": (
        Verdict.FAILED,
        "not so",
        {
            "details": ("because",),
            "method": "RNN.forward",
            "call": "RNN(3).forward(float64 (2,))",
            "fact": Fact(),
        },
    ),
    "raise Crashed('it died', (Frame('rnn.py', 3, 'f'),), 'f(1)')": (
        Verdict.CRASHED,
        "it died",
        {"frames": (Frame("rnn.py", 3, "f"),), "call": "f(1)"},
    ),
    "raise MissedThreshold('too low', 'of 3')": (
        Verdict.FAILED,
        "too low",
        {"details": ("of 3",), "call": "", "method": ""},
    ),
    "raise CheckFailed('no', about=RemoteCall('RNN.backward', 'r.backward()'), fact='a fact')": (
        Verdict.FAILED,
        "no",
        {"method": "RNN.backward", "call": "r.backward()", "fact": Fact("a fact")},
    ),
    "raise Crashed('it died', raised='IndexError')": (
        Verdict.CRASHED,
        "it died",
        {"fact": Fact("IndexError")},
    ),
    "raise TimedOut('too slow', (), 'g()')": (Verdict.TIMED_OUT, "too slow", {"call": "g()"}),
}

#: Exceptions that no check means to raise, and how they are reported after an answer.
UNEXPECTED = {
    "np.zeros(3) + np.zeros(2)": "operands could not be broadcast together with shapes (3,) (2,)",
    "{}['W']": "'W'",
    "None.shape": "'NoneType' object has no attribute 'shape'",
    "raise RecursionError('deep')": "deep",
    "assert 1 == 2": "assert 1 == 2",
    "raise ReferenceFailed('the reference failed in f()')": "the reference failed in f()",
    "raise BadInputError('losses of no batch')": "losses of no batch",
    "pytest.fail('DID NOT RAISE')": "DID NOT RAISE",
    "next(iter([])) or [next(iter([])) for _ in ()]": "StopIteration: StopIteration",
    "list(next(iter([])) for _ in range(2))": "RuntimeError: generator raised StopIteration",
    "raise WireError('not plain')": "WireError: not plain",
    "undefined_name": "NameError: name 'undefined_name' is not defined",
    "raise OSError(28, 'disk full')": "OSError: [Errno 28] disk full",
    "np.zeros((1 << 20, 1)) + np.zeros(1 << 20)": "it makes the check use too much memory",
    "bytearray(3 << 28)": "it makes the check use too much memory",
    "while True: np.ones(9).sum()": "it makes the check compute without an end in sight",
    "pytest.skip('no GPU')": "no GPU",
}
LIMITS = HostLimits(memory=1 << 29, seconds=0.5)


@pytest.mark.parametrize("body", UNEXPECTED)
def test_what_an_answer_leads_to_is_a_failed_check(collect, body):
    (result,) = collect(body, entered=True, host_limits=LIMITS)
    expected = f"the check cannot use what came back: {UNEXPECTED[body]}"
    assert (result.verdict, result.message) == (Verdict.FAILED, expected)
    assert result.call == "RNN(3).forward(float64 (2,))"
    assert (result.earned, result.possible, result.not_graded) == (0, 1.5, 0)


@pytest.mark.parametrize("body", UNEXPECTED)
def test_what_goes_wrong_without_an_answer_is_a_fault_of_the_grader(collect, body):
    (result,) = collect(body, host_limits=LIMITS)
    is_skipped = "skip" in body
    assert result.verdict is (Verdict.SKIPPED if is_skipped else Verdict.NOT_GRADED)
    assert result.message != ""
    assert (result.possible, result.not_graded) == ((0, 0) if is_skipped else (1.5, 1.5))


@pytest.mark.parametrize("fault", ["InfrastructureFault('no worker')", "SandboxError('alive')"])
@pytest.mark.parametrize("entered", [True, False])
def test_a_sandbox_that_fails_is_never_the_submissions_fault(collect, fault, entered):
    (result,) = collect(f"raise {fault}", entered=entered)
    assert result.verdict is Verdict.NOT_GRADED


def test_the_limits_end_with_the_check(collect):
    before = resource.getrlimit(resource.RLIMIT_DATA)
    collect("bytearray(3 << 28)", entered=True, host_limits=LIMITS)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert len(bytearray(3 << 28)) == 3 << 28


@pytest.mark.parametrize("body", FAULTS)
def test_every_fault_has_its_verdict(collect, body):
    (result,) = collect(body)
    verdict, message, facts = FAULTS[body]
    assert (result.verdict, result.message) == (verdict, message)
    assert {name: getattr(result, name) for name in facts} == facts
    assert result.earned == 0
    assert (result.possible, result.not_graded) == (1.5, 0)


def test_a_long_message_is_cut_to_its_first_line(collect):
    body = "raise ValueError('x' * 1000 + chr(10) + 'second line')"
    (result,) = collect(body, entered=True)
    assert result.message.startswith("the check cannot use what came back: xxx")
    assert len(result.message) < 600
    assert "second line" not in result.message


@pytest.mark.parametrize("fixture", ["gone", "no_such_fixture"])
def test_a_fixture_that_fails_or_is_missing_is_a_fault_of_the_grader(collect, fixture):
    text = f"""
        import pytest
        from autograder.sandbox.session.faults import InfrastructureFault

        @pytest.fixture
        def gone():
            raise InfrastructureFault("no worker")

        @pytest.mark.task("RNN")
        @pytest.mark.points(2)
        def test_one({fixture}):
            pass
    """
    (result,) = collect(text=text)
    assert (result.verdict, result.task, result.points) == (Verdict.NOT_GRADED, "RNN", 2)


def test_parametrized_checks_have_titles_of_their_own(collect):
    text = """
        import pytest

        @pytest.mark.parametrize("n", [1, 2])
        @pytest.mark.task("RNN")
        @pytest.mark.points(2)
        def test_one(n):
            \"\"\"It is n.\"\"\"
    """
    assert [result.title for result in collect(text=text)] == ["It is n (n = 1)", "It is n (n = 2)"]


def test_each_check_has_random_numbers_of_its_own_and_always_the_same(collect):
    text = text_of("texts/checks_run/text.txt")
    first, second = collect(text=text), collect(text=text)
    assert [r.message for r in first] == [r.message for r in second]
    assert first[0].message != first[1].message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def test_one(:\n", "SyntaxError"),
        ("import no_such_module\n", "no_such_module"),
        ("x = 1\n", "has no checks"),
    ],
)
def test_checks_that_cannot_be_run_are_our_fault(collect, text, words):
    with pytest.raises(GradusError, match=words) as caught:
        collect(text=text)
    assert caught.value.exit_code == 3


def test_an_exercise_without_check_files_never_runs_other_tests(
    on_silent_sessions, tmp_path, monkeypatch
):
    under_test = on_silent_sessions(tmp_path / "missing" / "test_rnn.py")
    (tmp_path / "test_other.py").write_text("open('found', 'w')\ndef test_it(): pass\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GradusError, match=re.escape(f"there is no {under_test.exercise.tests}")):
        Checks(under_test.exercise)
    assert not (tmp_path / "found").exists()


def test_no_other_plugin_runs_along(collect):
    text = """
        import pytest

        @pytest.mark.task("RNN")
        @pytest.mark.points(1)
        def test_one(request):
            names = [name for name, _ in request.config.pluginmanager.list_name_plugin()]
            pytest.skip(" ".join(names))
    """
    (result,) = collect(text=text)
    names = result.message.split()
    assert "autograder.grading.pytest_plugin" in names
    assert not {"timeout", "xdist", "hypothesispytest"} & set(names)


OUT_OF_MEMORY = text_of("texts/checks_run/out_of_memory.txt")


@pytest.mark.parametrize(
    ("ends", "verdict", "message"),
    [
        ([0, 0, 1], Verdict.OUT_OF_MEMORY, "not run: all 2 checks of RNN so far ran out of memory"),
        ([1, 0, 0, 1], Verdict.PASSED, ""),
        ([0, 1], Verdict.PASSED, ""),
    ],
)
def test_a_task_that_runs_out_of_memory_twice_is_not_tried_again(collect, ends, verdict, message):
    *_, last, other = collect(text=OUT_OF_MEMORY.replace("{ends}", str(ends)))
    assert (last.verdict, last.message) == (verdict, message)
    assert other.verdict is Verdict.PASSED
