"""Thresholds are written into exercise.toml, and all else in it stays as it was."""

from __future__ import annotations

import math
import tomllib
from dataclasses import asdict, replace

import pytest

from autograder.calibration.recording import record
from autograder.course.thresholds import HIGHER, LOWER, Threshold
from framework.errors import BadInputError

NEW = Threshold(
    value=0.95,
    direction=HIGHER,
    best=1.0,
    mean=0.98,
    spread=0.005,
    seeds=100,
    attempts=3,
    false_failure=2.57e-05,
    method="normal limit",
)

TABLE = """[thresholds.share]
value = 0.95
direction = "higher"
best = 1.0
mean = 0.98
spread = 0.005
seeds = 100
attempts = 3
false_failure = 2.57e-05
method = "normal limit"
"""

BEFORE = """# An exercise.
title = "Squashing"  # in a word
points = 5

[time]
call = 1
"""

AFTER = """
# What is written in a student's file:
[[tasks]]
name = "Sigmoid"

[[tasks]]
name = "double"
"""


@pytest.fixture
def recorded(tmp_path):
    """Record thresholds in a file of this text; the text after it."""

    def recorded(text, **thresholds):
        file = tmp_path / "exercise.toml"
        file.write_text(text, "utf-8")
        record(file, thresholds or {"share": NEW})
        return file.read_text("utf-8")

    return recorded


def test_the_first_threshold_stands_before_the_tasks_and_their_comment(recorded):
    assert recorded(BEFORE + AFTER) == BEFORE + "\n[thresholds]\n\n" + TABLE + AFTER


def test_a_number_somebody_chose_becomes_a_table(recorded):
    section = "\n[thresholds]\n# Measured.\nloss = 0.5\nshare = 0.7\n"
    text = recorded(BEFORE + section + AFTER)
    kept = "\n[thresholds]\n# Measured.\nloss = 0.5\n\n"
    assert text == BEFORE + kept + TABLE + AFTER


def test_a_table_is_replaced_where_it_stands_with_its_comments(recorded):
    old = '[thresholds.share]\n# the share of right answers\nvalue = 0.1\ndirection = "lower"\n'
    other = '\n[thresholds.other]\nvalue = 1.0\ndirection = "higher"\n'
    text = recorded(BEFORE + "\n[thresholds]\n\n" + old + other + AFTER)
    header, values = TABLE.split("\n", 1)
    new = header + "\n# the share of right answers\n" + values
    assert text == BEFORE + "\n[thresholds]\n\n" + new + other + AFTER


def test_a_further_table_follows_the_last_one(recorded):
    text = recorded(BEFORE + "\n[thresholds]\n\n" + TABLE + AFTER, ratio=NEW)
    further = TABLE.replace(".share]", ".ratio]")
    assert text == BEFORE + "\n[thresholds]\n\n" + TABLE + "\n" + further + AFTER


def test_a_second_calibration_with_the_same_outcome_changes_nothing(recorded):
    text = recorded(BEFORE + "\n[thresholds]\n# Measured.\n" + AFTER, share=NEW, ratio=NEW)
    assert recorded(text, share=NEW, ratio=NEW) == text


def test_what_is_read_again_is_what_was_measured(recorded):
    ratio = replace(NEW, value=-1.05, direction=LOWER, best=-math.inf, spread=0.0)
    text = recorded(BEFORE + AFTER, share=NEW, ratio=ratio)
    assert tomllib.loads(text)["thresholds"] == {"share": asdict(NEW), "ratio": asdict(ratio)}


REFUSED = {
    "a dotted key": 'thresholds.share.value = 1.0\nthresholds.share.direction = "higher"\n',
    "a header with a comment": "[thresholds.share]  # old\nvalue = 1.0\n",
    "a header within a text": 'hints = ["""\n[thresholds]\n"""]\n[thresholds]\nshare = 1.0\n',
    "a value that goes on": "[thresholds]\nshare = [\n  1.0,\n]\n",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_changed_safely_is_refused_and_left_as_it_was(tmp_path, text):
    file = tmp_path / "exercise.toml"
    file.write_text(text, "utf-8")
    tomllib.loads(text)
    with pytest.raises(BadInputError, match=r"exercise\.toml: the thresholds cannot be replaced"):
        record(file, {"share": NEW})
    assert file.read_text("utf-8") == text
