"""Thresholds are written into exercise.toml, and all else in it stays as it was."""

from __future__ import annotations

import math
import tomllib
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        write_thresholds(file, thresholds or {"share": NEW})
        return file.read_text("utf-8")

    return recorded


def test_the_first_threshold_ends_the_file(recorded):
    assert recorded(BEFORE + AFTER) == BEFORE + AFTER + "\n" + TABLE


def test_a_chosen_number_becomes_a_table(recorded):
    section = "\n[thresholds]\n# Measured.\nloss = 0.5\n"
    text = recorded(BEFORE + section + "share = 0.7\n" + AFTER)
    assert text == BEFORE + section + AFTER + "\n" + TABLE


def test_a_table_is_replaced_where_it_stands_with_its_comments(recorded):
    old = '[thresholds.share]\n# the share of right answers\nvalue = 0.1\ndirection = "lower"\n'
    other = '\n[thresholds.other]\nvalue = 1.0\ndirection = "higher"\n'
    text = recorded(BEFORE + "\n[thresholds]\n\n" + old + other + AFTER)
    header, values = TABLE.split("\n", 1)
    new = header + "\n# the share of right answers\n" + values
    assert text == BEFORE + "\n[thresholds]\n\n" + new + other + AFTER


def test_a_second_calibration_with_the_same_outcome_changes_nothing(recorded):
    text = recorded(BEFORE + "\n[thresholds]\n# Measured.\n" + AFTER, share=NEW, ratio=NEW)
    assert recorded(text, share=NEW, ratio=NEW) == text


def test_what_is_read_again_is_what_was_measured(recorded):
    ratio = replace(NEW, value=-1.05, direction=LOWER, best=-math.inf, spread=0.0)
    text = recorded(BEFORE + AFTER, share=NEW, ratio=ratio)
    assert tomllib.loads(text)["thresholds"] == {"share": asdict(NEW), "ratio": asdict(ratio)}


def table(header="[thresholds.share]"):
    return TABLE.replace("[thresholds.share]", header)


REPLACED = {
    "a header with a comment": (
        "[thresholds.share]  # old\nvalue = 1.0\n",
        table("[thresholds.share]  # old"),
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
        + TABLE.partition("value = 0.95\n")[2].replace("best = 1.0\n", ""),
    ),
    "tables apart from each other": (
        "[thresholds.share]\nvalue = 1.0\n\n[time]\ncall = 1\n\n[thresholds.loss]\nvalue = 1.0\n",
        TABLE + "\n[time]\ncall = 1\n\n[thresholds.loss]\nvalue = 1.0\n",
    ),
    "a last line without an end": ("points = 5", "points = 5\n\n" + TABLE),
    "no text at all": ("", TABLE),
}


@pytest.mark.parametrize(("before", "after"), REPLACED.values(), ids=REPLACED)
def test_what_people_write_beside_thresholds_is_kept(recorded, before, after):
    assert recorded(before) == after


def test_lines_end_as_they_did(tmp_path):
    file = tmp_path / "exercise.toml"
    file.write_bytes((BEFORE + AFTER).replace("\n", "\r\n").encode())
    write_thresholds(file, {"share": NEW})
    assert file.read_bytes().decode() == ((BEFORE + AFTER + "\n" + TABLE).replace("\n", "\r\n"))


REFUSED = {
    "an inline section": "thresholds = { share = 1.0 }\n",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_changed_safely_is_refused_and_left_as_it_was(tmp_path, text):
    file = tmp_path / "exercise.toml"
    file.write_text(text, "utf-8")
    tomllib.loads(text)
    with pytest.raises(BadInputError, match=r"exercise\.toml: the thresholds cannot be replaced"):
        write_thresholds(file, {"share": NEW})
    assert file.read_text("utf-8") == text


COMMENTS = st.sampled_from(["# why\n", "  # σ: [thresholds.share]\n", "#value = 3\n"])
BLANK = st.sampled_from(["", "\n", "\n\n", "  \n"])
VALUES = st.sampled_from(
    ["1", "0x1F", "1_000.50", '"""\n[thresholds.share]\nvalue = 1\n"""', "[1,\n 2 , ]"]
)
NAMES = ("time", "train", "limits", "notes")


@st.composite
def lines_of_a_table(draw):
    """Keys with values and comments, as people write them."""
    lines: list[str] = []
    for key in draw(st.lists(st.sampled_from("abcd"), unique=True)):
        if draw(st.booleans()):
            lines.append(draw(COMMENTS))
        comment = draw(st.sampled_from(["", " # kept", "\t#kept"]))
        lines.append(f"{key} {draw(st.sampled_from(['=', ' =  ']))} {draw(VALUES)}{comment}\n")
    return "".join(lines)


@st.composite
def tables(draw, names):
    """Tables of any content, apart from each other in any way."""
    texts = []
    for name in draw(st.lists(st.sampled_from(names), unique=True)):
        above = draw(st.sampled_from(["", "# above\n"]))
        texts.append(f"\n{above}[{name}]{draw(st.sampled_from(['', '  # beside']))}\n")
        texts.append(draw(lines_of_a_table()) + draw(BLANK))
    return "".join(texts)


SECTIONS = st.sampled_from(
    [
        ("", ""),
        ("\n[thresholds]\n# Measured.\n", "\n[thresholds]\n# Measured.\n"),
        ("\n[thresholds]\nshare=0.7\nx = 1\n", "\n[thresholds]\nx = 1\n"),
        ("\n[thresholds.x]\nvalue = 1\n", "\n[thresholds.x]\nvalue = 1\n"),
        (
            "\n[thresholds.share] # old\n# why\nvalue =  0.1\n\n[thresholds.x]\n",
            "\n[thresholds.share] # old\n# why\n"
            + TABLE.partition("\n")[2].replace("value = ", "value =  ")
            + "\n[thresholds.x]\n",
        ),
    ]
)


@given(
    start=lines_of_a_table(),
    ahead=tables(NAMES[:2]),
    section=SECTIONS,
    behind=tables(NAMES[2:]),
    tasks=st.sampled_from([AFTER, "\n[[tasks]]\nname = 'f' # g\n"]),
)
def test_everything_else_stays_byte_by_byte(start, ahead, section, behind, tasks):
    old, new = section
    before = 'title = "Squashing"\n' + start + ahead
    end = behind + tasks + ("" if "share] # old" in new else "\n" + TABLE)
    with TemporaryDirectory() as folder:
        file = Path(folder, "exercise.toml")
        file.write_bytes((before + old + behind + tasks).encode())
        write_thresholds(file, {"share": NEW})
        assert file.read_bytes().decode() == before + new + end
