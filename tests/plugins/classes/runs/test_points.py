"""Points of a run: the best of several attempts, and what was not graded is no zero."""

import time
from dataclasses import replace
from functools import partial

from queue_run import QUEUE, graded

from plugins.classes.runs import stored_runs
from plugins.classes.runs.grade_job import Job
from plugins.classes.runs.stored_runs import RunEntry, commit, points_of


def test_the_best_attempt_counts_as_a_whole(run):
    entries = [
        RunEntry("ana", attempt, exercise, f"{attempt}{exercise}", "r1")
        for attempt in ("a1", "a2")
        for exercise in ("rnn", "lstm")
    ]
    entries.append(RunEntry("bo", "b1", "rnn", "lost", "r1"))
    made = run.store.transaction(
        partial(stored_runs.start_run, run_key=QUEUE, sandbox="process", work="w", entries=entries)
    )
    earned = {"a1rnn": 1.0, "a1lstm": 0.0, "a2rnn": 0.5, "a2lstm": 0.75}
    for entry in entries[:-1]:
        result = graded(Job("", ""), earned=earned[entry.submission]).result
        run.store.transaction(partial(commit, key=made.key(entry), result=result))
    actual = run.store.transaction(partial(points_of, run=made))
    assert {key: item.entry.attempt for key, item in actual.items()} == {
        ("ana", "rnn"): "a2",
        ("ana", "lstm"): "a2",
        ("bo", "rnn"): "b1",
    }
    assert actual["bo", "rnn"].verdict == "not graded"
    assert actual["ana", "lstm"].result.earned == 0.75 and actual["bo", "rnn"].result is None
    ended = replace(made, ended=time.time() - 60)
    before = run.store.transaction(partial(points_of, run=ended))
    assert {item.verdict for item in before.values()} == {"not graded"}
