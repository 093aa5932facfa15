"""What becomes of a check: verdict, words, and whose fault it was."""

from __future__ import annotations

import re
import textwrap

import pytest
from printed_text import printed

from autograder.grading.pytest_run import run_checks
from autograder.isolation.host.faults import Frame
from autograder.record.results import Fact
from autograder.verdicts import Verdict
from framework.errors import GradusError


def test_a_check_that_passes(collect):
    (result,) = collect()
    assert result.id == "test_rnn.py::test_one"
    assert (result.title, result.task, result.points) == ("It is one", "RNN", 1.5)
    assert (result.verdict, result.earned, result.message) == (Verdict.PASSED, 1.5, "")
    assert (result.hint, printed(result), result.hidden) == ("try harder", "hello\n", False)


def test_plots_and_tables_belong_to_the_check_that_showed_them(collect):
    checks = """
        import pytest

        @pytest.mark.task("RNN")
        def test_shows(plot, table):
            plot("a plot", {"line": [1.0]}, x=[0.0], x_label="x", y_label="y")
            table("a table", ("name",), [("rnn",)])
            assert False

        @pytest.mark.task("RNN")
        def test_shows_nothing():
            pass
        """
    first, second = collect(text=checks)
    shown = [finding for finding in first.findings if not finding.explains_failure]
    assert [finding.heading() for finding in shown] == ["a plot", "a table"]
    assert second.findings == ()


def test_a_check_without_a_hint_names_its_sentence(collect):
    checks = """
        import pytest

        @pytest.mark.promise("Do not change x.", "Keep the dtype.")
        def test_sentence():
            pass

        @pytest.mark.promise("Do not change x.")
        @pytest.mark.hint("Copy x.")
        def test_hint():
            pass
        """
    sentence, hint = collect(text=checks)
    assert (sentence.hint, hint.hint) == ('The text says: "Do not change x."', "Copy x.")


def test_hidden_checks_are_known_by_their_file(collect):
    assert collect(hidden=True)[0].hidden


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
    "pytest.skip('no GPU')": (Verdict.SKIPPED, "no GPU", {}),
    "np.zeros(3) + np.zeros(2)": (
        Verdict.FAILED,
        "the check cannot use what came back: operands could not be broadcast together with "
        "shapes (3,) (2,)",
        {"call": "RNN(3).forward(float64 (2,))"},
    ),
    "{}['W']": (Verdict.FAILED, "the check cannot use what came back: 'W'", {}),
    "None.shape": (
        Verdict.FAILED,
        "the check cannot use what came back: 'NoneType' object has no attribute 'shape'",
        {},
    ),
    "raise RecursionError('deep')": (
        Verdict.FAILED,
        "the check cannot use what came back: deep",
        {},
    ),
    "assert 1 == 2": (Verdict.FAILED, "the check cannot use what came back: assert 1 == 2", {}),
    "raise InfrastructureFault('no worker')": (
        Verdict.FAULT,
        "InfrastructureFault: no worker",
        {},
    ),
    "raise WireError('not plain')": (Verdict.FAULT, "WireError: not plain", {}),
    "undefined_name": (Verdict.FAULT, "NameError: name 'undefined_name' is not defined", {}),
    "raise OSError(28, 'disk full')": (Verdict.FAULT, "OSError: [Errno 28] disk full", {}),
}


@pytest.mark.parametrize("body", FAULTS)
def test_every_fault_has_its_verdict(collect, body):
    (result,) = collect(body)
    verdict, message, facts = FAULTS[body]
    assert (result.verdict, result.message) == (verdict, message)
    assert {name: getattr(result, name) for name in facts} == facts
    assert result.earned == 0
    assert result.possible == (0 if verdict in (Verdict.SKIPPED, Verdict.FAULT) else 1.5)


def test_a_long_message_is_cut_to_its_first_line(collect):
    (result,) = collect("raise ValueError('x' * 1000 + chr(10) + 'second line')")
    assert result.message.startswith("the check cannot use what came back: xxx")
    assert len(result.message) < 600
    assert "second line" not in result.message


def test_a_fixture_that_fails_is_the_checks_result(collect):
    text = """
        import pytest
        from autograder.isolation.host.faults import InfrastructureFault

        @pytest.fixture
        def gone():
            raise InfrastructureFault("no worker")

        @pytest.mark.task("RNN")
        @pytest.mark.points(2)
        def test_one(gone):
            pass
    """
    (result,) = collect(text=text)
    assert (result.verdict, result.task, result.points) == (Verdict.FAULT, "RNN", 2)


def test_a_fixture_that_nobody_defines_is_our_fault(collect):
    text = """
        import pytest

        @pytest.mark.task("RNN")
        @pytest.mark.points(2)
        def test_one(no_such_fixture):
            pass
    """
    (result,) = collect(text=text)
    assert (result.verdict, result.task) == (Verdict.FAULT, "RNN")


def test_parametrized_checks_have_titles_of_their_own(collect):
    text = """
        import pytest

        @pytest.mark.parametrize("n", [1, 2])
        @pytest.mark.task("RNN")
        @pytest.mark.points(2)
        def test_one(n):
            \"\"\"It is n.\"\"\"
    """
    assert [result.title for result in collect(text=text)] == ["It is n [1]", "It is n [2]"]


def test_each_check_has_random_numbers_of_its_own_and_always_the_same(collect):
    text = """
        import pytest

        DRAWN = {}

        @pytest.mark.task("RNN")
        @pytest.mark.points(1)
        def test_one(rng):
            pytest.skip(str(rng.random()))

        @pytest.mark.task("RNN")
        @pytest.mark.points(1)
        def test_two(rng):
            pytest.skip(str(rng.random()))
    """
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
        run_checks(under_test.exercise, under_test)
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


def test_where_one_failure_is_enough_what_is_trained_comes_last(tmp_path, on_silent_sessions):
    text = """
        import pytest

        pytestmark = [pytest.mark.task("RNN"), pytest.mark.points(1)]

        def test_accuracy(metric_threshold):
            pass

        def test_forward():
            pass

        def test_backward():
            raise ValueError
    """
    path = tmp_path / "test_rnn.py"
    path.write_text(textwrap.dedent(text), "utf-8")
    under_test = on_silent_sessions(path)

    def names(**options):
        results = run_checks(under_test.exercise, under_test, **options)
        return [result.id.rpartition("_")[2] for result in results]

    assert names() == ["accuracy", "forward", "backward"]
    assert names(stop_early=True) == ["forward", "backward"]
