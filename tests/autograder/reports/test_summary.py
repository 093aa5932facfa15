from dataclasses import replace

import pytest
from terminal import on_terminal

from autograder.course.reading import Use
from autograder.reports.terminal_report import Summary
from autograder.results.commands import Commands
from autograder.results.report import Report


def shown(report, width=80, encoding="utf-8", **options):
    return on_terminal(Summary(report, **options), width=width, encoding=encoding)


def report_of(report, *names):
    chosen = tuple(result for result in report.exercises if result.name in names)
    return Report(report.provenance, chosen, seconds=1.5)


def test_everything_at_80_columns(report):
    assert shown(report) == (
        "unit             exercise     tasks    points  verdict         seconds\n"
        "──────────────────────────────────────────────────────────────────────\n"
        "word_vectors     word2vec       0/4      0/16  ! crashed          0.42\n"
        "neural_networks  activations    2/2   5.5/5.5  ✓ passed           0.42\n"
        "                 optimizers     0/2       0/6  ○ not started      0.42\n"
        "language_models  rnn            0/1       2/9  ! crashed          0.42\n"
        "                 rnn_lm         0/6      2/14  ? 2 not graded     0.42\n"
        "──────────────────────────────────────────────────────────────────────\n"
        "                 total         2/15  9.5/50.5  2 not graded       1.50\n"
        "\n"
        "note: 2 points could not be graded, by a fault of the grader (rnn_lm): 9.5/50.5\n"
        "      is not the whole result\n"
        "note: old.py ignored\n"
        "note: network access is not contained on this system\n"
        "submission 4a44dc15 · course 0c9ad1f7 · seed 7 · numpy on cpu · sandbox\n"
        "bubblewrap · gradus 0.1.0 · numpy 2.4.1 · python 3.11.9\n"
        "\n"
        "Next: word2vec\n"
        "  gradus hint word2vec  gives a hint, one more each time\n"
    )


@pytest.mark.parametrize(
    ("name", "end"),
    [
        (
            "optimizers",
            "\nStart with optimizers: open exercises/neural_networks/optimizers/optimizers.py\n"
            "  gradus show optimizers  says what to do\n",
        ),
        ("activations", "\nAll passed.\n"),
        (
            "rnn_lm",
            "rnn_lm could not be graded: a fault of the grader, not of the submission. Its\n"
            "points are open.\n"
            "  grade rnn_lm  tries it again\n",
        ),
        ("rnn", "\n\n  gradus hint rnn  gives a hint, one more each time\n"),
    ],
)
def test_the_end_says_what_to_do_next(report, name, end):
    assert shown(report_of(report, name)).endswith(end)


def test_the_file_is_the_one_that_was_handed_in(untouched, passed, report):
    handed_in = replace(untouched, file="week1.ipynb")
    text = shown(
        Report(report.provenance, (passed, handed_in), commands=Commands("homework")),
        folder="homework",
    )
    assert "Go on with optimizers: open homework/week1.ipynb\n" in text
    assert "  gradus show optimizers  says what to do\n" in text


def test_a_single_exercise_needs_no_table(report):
    assert "total" not in shown(report_of(report, "rnn"))


def test_a_kit_says_that_the_course_has_hidden_checks(report):
    text = shown(replace(report_of(report, "activations"), hidden_points=5.0))
    assert text.endswith("\nAll passed. The course has hidden checks, too: 5 points.\n")


def test_what_waits_for_another_exercise_comes_later(report, assorted, wrong):
    blocked = replace(assorted, tasks=(assorted.tasks[2],))
    assert "Next: rnn\n" in shown(Report(report.provenance, (blocked, wrong)))
    assert "Next: rnn_lm\n" in shown(Report(report.provenance, (blocked, blocked)))


def test_a_provider_has_no_stub_to_open(report, untouched):
    provenance = replace(report.provenance, provider="torch", submission_hash="")
    text = shown(Report(provenance, (untouched,), commands=Commands(provider="torch")))
    assert text == (
        "provider torch · course 0c9ad1f7 · seed 7 · numpy on cpu · sandbox bubblewrap ·\n"
        "gradus 0.1.0 · numpy 2.4.1 · python 3.11.9\n"
        "\n"
        "Next: optimizers\n"
        "  grade --provider torch optimizers  grades it alone\n"
    )


def test_table_stands_apart_from_a_short_view(report, passed, wrong):
    assert shown(Report(report.provenance, (wrong, passed))).startswith("\nunit ")
    assert shown(Report(report.provenance, (passed, wrong))).startswith("unit ")


@pytest.mark.parametrize("width", [40, 45, 60, 72, 80, 120])
def test_no_line_is_too_long(report, width):
    lines = shown(report, width).splitlines()
    assert max(map(len, lines)) <= width
    assert sum("rnn" in line and "2/9" in line for line in lines) == 1


def test_narrow_page_drops_the_least_important_columns(report):
    assert shown(report, 64).startswith("unit       exercise  ")
    assert "neural_n..." in shown(report, 66)
    assert shown(report, 52).startswith("exercise     tasks    points  verdict\n")
    assert shown(report, 40).startswith("exercise       points  verdict\n")


def test_ascii_terminal_gets_ascii(report):
    text = shown(report, encoding="ascii")
    assert "+ passed" in text and "o not started" in text and "-----" in text
    assert "submission 4a44dc15, course 0c9ad1f7, seed 7" in text


@pytest.mark.parametrize("length", range(30, 80))
def test_a_long_path_leaves_room_for_what_a_command_does(report, length):
    text = shown(replace(report, commands=replace(report.commands, submission="x" * length)), 80)
    assert "gives a hint, one more each time" in " ".join(text.split())


def test_exercises_that_are_not_started_share_a_row_of_their_unit(report, untouched, passed):
    others = [replace(untouched, name=name) for name in ("losses", "dropout")]
    text = shown(Report(report.provenance, (untouched, passed, *others)))
    assert [line.split() for line in text.splitlines()[3:6]] == [
        ["neural_networks", "activations", "2/2", "5.5/5.5", "✓", "passed", "0.42"],
        ["3", "others", "0/6", "0/18", "○", "not", "started", "0.00"],
        ["─" * len(text.splitlines()[5])],
    ]
    alone = shown(Report(report.provenance, tuple(others)))
    assert "neural_networks  2 exercises" in alone


def test_a_use_stands_before_what_comes_next(report):
    use = Use("Your tanh can train:", "gradus train rnn_lm --provider student")
    text = shown(replace(report_of(report, "activations"), use=use))
    assert text.endswith(
        "\nYour tanh can train:\n  gradus train rnn_lm --provider student\n\nAll passed.\n"
    )
