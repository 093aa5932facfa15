from dataclasses import replace

import pytest
from report_fixtures import everywhere
from terminal import on_terminal

from autograder.reports.terminal_report import ExerciseView
from autograder.results.findings.check_texts import PrintedText
from autograder.results.report import Diagnosis
from autograder.sandbox.session.faults import Frame
from autograder.verdicts import Verdict


def with_check(result, **facts):
    """`result` with one task and one check, changed by `facts`."""
    check = replace(result.tasks[0].checks[0], verdict=Verdict.CRASHED, **facts)
    return replace(result, tasks=(replace(result.tasks[0], checks=(check,)),))


def test_passed_exercise_takes_two_lines(passed):
    assert on_terminal(ExerciseView(passed)) == (
        "✓ activations  Activation functions                     5.5/5.5 points    0.42 s\n"
        "  passed: Sigmoid, Tanh\n"
    )


def test_untouched_stub_takes_two_lines(untouched):
    assert on_terminal(ExerciseView(untouched)) == (
        "○ optimizers  Optimizers                                    0/6 points    0.42 s\n"
        "  not started: RMSProp, Adam\n"
    )


def test_wrong_answers_are_explained(wrong):
    assert on_terminal(ExerciseView(wrong)) == (
        "! rnn  A recurrent layer                                    2/9 points    0.42 s\n"
        "  ! crashed  RNN                                            2/9 points\n"
        "    ✗ failed  Backward through time (3 points)\n"
        "      gradients['W_h']: 16 of 16 values differ from the expected ones\n"
        "      worst at [2, 1]: expected 0.31, received 0.62 (ratio 2)\n"
        "      call     RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))\n"
        "      printed  step 5\n"
        "               step 4\n"
        "      hint     What comes back from step t+1 is added before tanh' is applied.\n"
        "      replay   gradus replay test_rnn.py::test_backward_through_time\n"
        "    ! crashed  The gradients are those of your own forward, measured by small\n"
        "               steps (2 points)\n"
        "      IndexError: index 6 is out of bounds for axis 1 with size 6\n"
        "      call     RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))\n"
        "      line     rnn.py:90 in later\n"
        "               rnn.py:71 in backward\n"
        "                 from_later = grad_a @ W_h\n"
        "      replay   gradus replay \\\n"
        "test_rnn.py::test_the_gradients_are_those_of_your_own_forward,_measured_by_small\n"
        "_steps\n"
        "    ✗ failed  Other shapes (hidden, 2 points)\n"
        "      hint     No two sizes are the same.\n"
        "\n"
    )


def test_a_fault_of_every_check_is_reported_once(unimportable):
    assert on_terminal(ExerciseView(unimportable)) == (
        "! word2vec  Word vectors by prediction                     0/16 points    0.42 s\n"
        "  crashed: context_pairs, softmax, naive_softmax, SkipGram\n"
        "    SyntaxError: '(' was never closed\n"
        "    call     importing the file\n"
        "    line     word2vec.py:14\n"
        "    replay   gradus replay test_rnn.py::test_context_pairs_is_right\n"
        "\n"
    )


def test_every_other_verdict(assorted):
    assert on_terminal(ExerciseView(assorted)) == (
        "? rnn_lm  A recurrent language model                       2/14 points    0.42 s\n"
        "  points: 2 not graded\n"
        "  ! timed out      RecurrentLM                              0/2 points\n"
        "    ! timed out  A language is learned (2 points)\n"
        "      took longer than 5 s\n"
        "      call     RecurrentLM(10, 8, 16, rng=rng).forward(int64 (16, 20))\n"
        "      line     rnn_lm.py:52 in forward\n"
        "      replay   gradus replay test_rnn.py::test_a_language_is_learned\n"
        "  ! out of memory  Embedding                                0/2 points\n"
        "    ! out of memory  Long texts (2 points)\n"
        "      asked for too much memory\n"
        "      replay   gradus replay test_rnn.py::test_long_texts\n"
        "  ◇ blocked        Cell                                     0/2 points\n"
        "    ◇ blocked  It can be built (2 points)\n"
        "      needs 'rnn'\n"
        "  ? not graded     Loss                                     0/2 points\n"
        "    ? not graded  The reference agrees (2 points)\n"
        "      the reference failed\n"
        "  – skipped        Device                                   0/0 points\n"
        "    there is no CUDA device\n"
        "  ◐ unfinished     Head                                     2/6 points\n"
        "    ○ not started  backward, rnn_lm.py:80 (4 points)\n"
        "\n"
    )


def test_a_cause_told_under_another_task_is_pointed_at(wrong, unimportable):
    mixed = replace(unimportable, tasks=(*unimportable.tasks[:2], *wrong.tasks))
    text = on_terminal(ExerciseView(mixed))
    assert text.count("SyntaxError") == 1
    assert "context_pairs is right (4 points, 4 of other tasks)\n" in text
    assert "also     context_pairs elsewhere; softmax is right; softmax elsewhere\n" in text
    assert "as under context_pairs: context_pairs is right\n" in text


def test_a_missing_file_is_named(untouched):
    check = replace(untouched.tasks[0].checks[0], message="there is no optimizers.py", frames=())
    absent = replace(untouched, tasks=(replace(untouched.tasks[0], checks=(check,)),))
    assert on_terminal(ExerciseView(absent)).endswith(
        "not started: RMSProp\n  there is no optimizers.py\n"
    )


def test_a_hidden_check_with_a_public_cause_joins_it(unimportable):
    first = with_check(unimportable, hidden=True, message="SECRET")
    assert "SECRET" not in on_terminal(ExerciseView(first))


def test_ascii_terminal_gets_ascii(wrong):
    hint = Diagnosis("squared", "You square it.", "x² 漢")
    odd = with_check(wrong, title="σ'(z) - 1", message="W_h ≤ é", diagnosis=hint)
    text = on_terminal(ExerciseView(odd), encoding="ascii")
    assert "x failed" not in text
    assert "! crashed  \\u03c3'(z) - 1" in text
    assert "W_h \\u2264 \\xe9\n" in text
    assert "x\\xb2 \\u6f22\n" in text


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_text_can_be_written(assorted, encoding):
    strange = "[bold]x[/] \x1b[2J\x1b]0;t\x07 \u202eabc \ud800 \r\x00 \u2028 😀"
    odd = everywhere(strange).exercises[0]
    text = on_terminal(ExerciseView(odd), encoding=encoding)
    assert not set("\x1b\x07\r\x00\u202e\u2028") & set(text)
    assert "[bold]x[/] \\x1b[2J" in text
    assert on_terminal(ExerciseView(assorted), encoding=encoding)


def test_a_pipe_gets_no_escape_codes_and_a_terminal_does(wrong):
    assert "\x1b" not in on_terminal(ExerciseView(wrong))
    coloured = on_terminal(ExerciseView(wrong), force_terminal=True, color_system="standard")
    assert "\x1b[31m✗ failed\x1b[0m" in coloured


def test_colours_are_readable_on_every_background(report):
    for result in report.exercises:
        text = on_terminal(ExerciseView(result), force_terminal=True, color_system="standard")
        codes = {code.split("m")[0] for code in text.split("\x1b[")[1:]}
        assert codes <= {"0", "1", "2", "31", "32", "35"}  # no yellow, white, black, background


@pytest.mark.parametrize("width", [30, 41, 80, 120, 300])
def test_no_line_is_too_long(report, width):
    for result in report.exercises:
        lines = on_terminal(ExerciseView(result), width=width).splitlines()
        assert max(map(len, lines)) <= min(width, 100)
        assert not any(line.endswith(" ") for line in lines)


def test_long_output_and_messages_are_cut(wrong):
    printed = "\n".join(f"step {i} " + "x" * 200 for i in range(1000))
    odd = with_check(wrong, findings=(PrintedText(printed),), message="ValueError: " + "y " * 5000)
    text = on_terminal(ExerciseView(odd))
    assert "step 0 " in text and "step 999 " in text and "... 994 more lines ..." in text
    assert len(text.splitlines()) < 30


def test_lines_of_a_notebook_are_those_of_its_cells(wrong):
    frames = (Frame("rnn.ipynb", 90, "later", cell="cell 4, line 20"),)
    assert "line     rnn.ipynb, cell 4, line 20 in later\n" in on_terminal(
        ExerciseView(with_check(wrong, frames=frames))
    )
