"""Thresholds are written into exercise.toml, and all else in it stays as it was."""

from __future__ import annotations

import math
import tomllib
from dataclasses import asdict, replace

import pytest
from repository import text_of

from autograder.course.thresholds import HIGHER, LOWER, Threshold
from framework.errors import BadInputError
from plugins.authoring.calibration.exercise_toml import write_thresholds

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

TABLE = text_of("texts/exercise_toml/table.py")

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


CHOSEN = "\n[thresholds]\n# Measured.\nloss = 0.5\n"
COMMENTED = "[thresholds.share]\n# the share of right answers\n"
OTHER = '\n[thresholds.other]\nvalue = 1.0\ndirection = "higher"\n'
VALUES = TABLE.partition("\n")[2]

#: The text of a file, and that text with the threshold.
WRITTEN = {
    "the first threshold": (BEFORE + AFTER, BEFORE + AFTER + "\n" + TABLE),
    "a chosen number": (
        BEFORE + CHOSEN + "share = 0.7\n" + AFTER,
        BEFORE + CHOSEN + AFTER + "\n" + TABLE,
    ),
    "a table with a comment": (
        BEFORE + COMMENTED + 'value = 0.1\ndirection = "lower"\n' + OTHER + AFTER,
        BEFORE + COMMENTED + VALUES + OTHER + AFTER,
    ),
    "a header with a comment": (
        "[thresholds.share]  # old\nvalue =  1.0\n",
        "[thresholds.share]  # old\n" + VALUES.replace("value = ", "value =  "),
    ),
    "a header within a text": (
        'hints = ["""\n[thresholds]\n"""]\n[thresholds]\nshare = 1.0\n',
        'hints = ["""\n[thresholds]\n"""]\n[thresholds]\n\n' + TABLE,
    ),
    "a value that goes on": (
        "[thresholds]\nshare = [\n  1.0,\n]\nloss = 1  # chosen\n",
        "[thresholds]\nloss = 1  # chosen\n\n" + TABLE,
    ),
    "commented values, some of them as measured": (
        "[thresholds.share]\nbest=1  # right in all\nvalue = 0.9 # of 1\n",
        "[thresholds.share]\nbest=1  # right in all\nvalue = 0.95 # of 1\n"
        + VALUES.partition("value = 0.95\n")[2].replace("best = 1.0\n", ""),
    ),
    "tables apart from each other": (
        "[thresholds.share]\nvalue = 1.0\n\n[time]\ncall = 1\n" + OTHER,
        TABLE + "\n[time]\ncall = 1\n" + OTHER,
    ),
    "a last line without an end": ("points = 5", "points = 5\n\n" + TABLE),
    "no text at all": ("", TABLE),
    "lines that end as on Windows": (
        (BEFORE + AFTER).replace("\n", "\r\n"),
        (BEFORE + AFTER + "\n" + TABLE).replace("\n", "\r\n"),
    ),
}


@pytest.mark.parametrize(("before", "after"), WRITTEN.values(), ids=WRITTEN)
def test_all_else_is_kept_and_a_second_calibration_changes_nothing(tmp_path, before, after):
    file = tmp_path / "exercise.toml"
    file.write_bytes(before.encode())
    for _ in range(2):
        write_thresholds(file, {"share": NEW})
        assert file.read_bytes().decode() == after


def test_what_is_read_again_is_what_was_measured(tmp_path):
    file = tmp_path / "exercise.toml"
    file.write_text(BEFORE + AFTER, "utf-8")
    ratio = replace(NEW, value=-1.05, direction=LOWER, best=-math.inf, spread=0.0)
    write_thresholds(file, {"share": NEW, "ratio": ratio})
    read = tomllib.loads(file.read_text("utf-8"))["thresholds"]
    assert read == {"share": asdict(NEW), "ratio": asdict(ratio)}


def test_what_cannot_be_changed_safely_is_refused_and_left_as_it_was(tmp_path):
    file = tmp_path / "exercise.toml"
    text = "thresholds = { share = 1.0 }\n"
    file.write_text(text, "utf-8")
    with pytest.raises(BadInputError, match=r"exercise\.toml: the thresholds cannot be replaced"):
        write_thresholds(file, {"share": NEW})
    assert file.read_text("utf-8") == text
