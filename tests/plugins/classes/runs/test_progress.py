"""Rate and time left on one line."""

import io

from plugins.classes.runs.jobs import IN_LOG, RunProgress


def test_the_line_says_rate_time_left_and_what_is_not_a_students_fault():
    now = 0.0
    progress = RunProgress(1200, io.StringIO(), lambda: now)
    assert progress.line == "graded 0 of 1,200"
    now = 100.0
    progress.done, progress.repeated, progress.not_graded = 400, 2, 1
    assert progress.line == (
        "graded 400 of 1,200 · 4.0/s · 3 min 20 s left · 1 not graded · 2 repeated alone"
    )
    now = 40_000.0
    assert "22 h 11 min left" in progress.line


def test_a_log_gets_a_line_now_and_then():
    now, stream = 0.0, io.StringIO()
    progress = RunProgress(3, stream, lambda: now)
    progress.show()
    now = IN_LOG
    progress.show()
    progress.show()
    progress.show(is_last=True)
    assert stream.getvalue() == "graded 0 of 3\n" * 2
