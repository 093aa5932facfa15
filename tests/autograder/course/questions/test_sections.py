import time

import pytest

from autograder.course.questions.sections import (
    BEGIN,
    END,
    PLACEHOLDER,
    exercise_mark,
    exercise_of,
    read_sections,
)

IDS = ("one", "two")
TEXT = f"""# Title

## one: The first?

Why?

### Answer

{PLACEHOLDER}
1

## two: The second?

### Answer

{PLACEHOLDER}
"""


def test_a_section_has_title_text_and_answer():
    first, two = read_sections(TEXT, IDS).values()
    assert (first.title, first.text, first.answer, first.line) == ("The first?", "Why?", "1", 3)
    assert (two.title, two.answer, two.problem) == ("The second?", "", "")


def test_other_headings_belong_to_the_answer():
    text = TEXT + "## My answer\n\n### Answer\n\n<b>bold</b> <!-- a comment -->\n"
    two = read_sections(text, IDS)["two"]
    assert two.answer == "## My answer\n\n### Answer\n\n<b>bold</b> <!-- a comment -->"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("## one:", "## first:", "the heading '## one: ...' is missing"),
        ("## two:", "## one:", "the heading '## one' stands in lines 3 and 12: keep one"),
        ("### Answer\n\n<!-- your answer -->\n1", "1", "heading '### Answer' of question 'one' is"),
    ],
)
def test_a_broken_section_has_a_sentence_and_costs_itself_alone(old, new, problem):
    sections = read_sections(TEXT.replace(old, new), IDS)
    assert problem in sections["one"].problem
    assert sections["one"].answer == ""


@pytest.mark.parametrize("heading", ["##  `one`", "## **one**: x", "   ## ONE: x"])
def test_headings_may_be_written_in_other_ways(heading):
    assert read_sections(TEXT.replace("## one: The first?", heading), IDS)["one"].answer == "1"


def test_only_a_source_has_a_rubric():
    prose = f"{BEGIN}\nThe answer.\n\n### Rubric\n\n- 1 point\n{END}"
    two = read_sections(TEXT.replace(f"{PLACEHOLDER}\n1", prose), IDS)["one"]
    assert (two.answer, two.rubric) == ("The answer.", "- 1 point")
    student = read_sections(TEXT.replace("1\n", "1\n\n### Rubric\n\nmine\n"), IDS)["one"]
    assert student.answer.endswith("### Rubric\n\nmine")


def test_a_file_names_its_exercise_in_its_first_lines():
    assert exercise_of(f"# T\n\n{exercise_mark('lm_questions')}\n") == "lm_questions"
    assert exercise_of("x" * 3000 + exercise_mark("lm_questions")) == ""


@pytest.mark.parametrize(
    "text", ["_" * 250_000, "## one\n" * 30_000, "## " + "*`" * 120_000, "<!--"]
)
def test_reading_takes_no_time_whatever_the_text_is(text):
    started = time.process_time()
    assert read_sections(text, IDS)["one"].problem
    assert time.process_time() - started < 2
